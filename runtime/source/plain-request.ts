/** Webhook requests of hosts without web-standard ones: Lambda, Express, Node-RED, queues. Only the raw bytes verify a signature. */

import type { Logger } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'

/** A request as its parts. `IncomingMessage` of Node, with itself as the body, is one. */
export interface PlainRequest {
  readonly method?: string | undefined
  /** Path and query, or the whole address. A handshake may be in the query. */
  readonly url?: string | undefined
  /** Names in any letter case; several values as a list. Also `Headers`, or a list of pairs. */
  readonly headers?: PlainHeaders | undefined
  /** The bytes as they were received: whole, as a stream of them, or as their text. Never a parsed body. */
  readonly body?: PlainBody
  /** The body is base64, as AWS Lambda passes binary ones. */
  readonly isBase64Encoded?: boolean | undefined
}

export type PlainHeaders =
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>

export type PlainBody = Uint8Array | ArrayBuffer | string | AsyncIterable<Uint8Array> | null | undefined

/** The answer to a `PlainRequest`. Header names are in lower case. */
export interface PlainResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** For both kinds of requests. */
export const BODY_READ = [
  'the host passed a request whose body was read before, and the signature covers its bytes: call receive before',
  'anything parses the body, or pass { method, headers, body } with the raw bytes',
].join(' ')

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
