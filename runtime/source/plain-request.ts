/** Webhook requests of hosts without web-standard ones: Lambda, Express, Node-RED, queues. Only the raw bytes verify a signature. */

import type { Logger } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import { BODY_READ } from './lost-body.ts'
import type { PlainRequest, PlainResponse } from './to-web-request.ts'

/** By what they have: a host may bring its own class of requests. */
export function isWebRequest(request: Request | PlainRequest): request is Request {
  return 'arrayBuffer' in request && typeof request.arrayBuffer === 'function'
}

export interface Receive {
  (request: Request): Promise<Response>
  (request: PlainRequest): Promise<PlainResponse>
}

/**
 * Makes a receiver of web-standard requests take plain ones, too, which it answers in kind. A body that the host has lost
 * is answered 503, so that the source sends the webhook again, and logged: only the host's code can change it.
 */
export function receiveAny(receive: (request: Request) => Promise<Response>, logger: Logger): Receive {
  const answer = async (request: Request | PlainRequest): Promise<Response> => {
    try {
      return await receive(isWebRequest(request) ? assertUnread(request) : await openRequest(request))
    } catch (error) {
      const { code, message } = toFault(error)
      logger.error(`webhook not stored: ${message}`, { code })
      return new Response(`${message}\n`, { status: 503 })
    }
  }
  return (async (request: Request | PlainRequest) =>
    isWebRequest(request) ? answer(request) : toPlainResponse(await answer(request))) as Receive
}

function assertUnread(request: Request): Request {
  if (request.bodyUsed) throw new Fault('config', 'webhook/body-lost', BODY_READ)
  return request
}

/** Imported on first use: a Worker gets web-standard requests alone. */
async function openRequest(request: PlainRequest): Promise<Request> {
  const { toWebRequest } = await import('./to-web-request.ts')
  return toWebRequest(request)
}

async function toPlainResponse(response: Response): Promise<PlainResponse> {
  const { status, headers } = response
  return { status, headers: Object.fromEntries(headers), body: await response.text() }
}
