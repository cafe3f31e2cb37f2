/** The network of a contract: records requests, answers some itself, and has time stand still while others are under way. */
import { untilAborted } from '../../lib/abort.ts'
import type { Clock, Fetch } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'

export interface SentRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A subject of a contract takes the time from `clock`, so that retries take none, and sends by `wrap(fetch)`. */
export interface NetworkOptions {
  readonly clock: Clock
  /** `fetch` leads to sandboxes, fakes or test accounts of the APIs. */
  wrap(fetch: Fetch): Fetch
}

/** An answer in place of the remote API's. `never`: none until the request is aborted. */
export type Answer = (request: SentRequest) => Response | 'never'

export class TestNetwork {
  readonly clock: VirtualClock = virtualClock()
  readonly requests: SentRequest[] = []
  #answer: Answer | undefined

  /** From now on all requests are answered so. */
  answer(answer: Answer): void {
    this.#answer = answer
  }

  /** Sends by `send` all requests that are not answered here. */
  wrap(send: Fetch): Fetch {
    return async (request) => {
      const { url, method } = request
      const headers = Object.fromEntries(request.headers)
      const sent = { url, method, headers, body: await request.clone().text() }
      this.requests.push(sent)
      const answer = this.#answer?.(sent)
      if (answer === 'never') {
        await untilAborted(request.signal)
        throw request.signal.reason
      }
      return answer ?? this.clock.holdDuring(readWhole(send(request)))
    }
  }

  /** Passes the time that the promise takes. */
  run<T>(promise: Promise<T>): Promise<T> {
    return this.clock.until(promise)
  }

  /** The fault that the promise rejects with. Throws if it resolves, or rejects with anything else. */
  async faultOf(promise: Promise<unknown>): Promise<Fault> {
    const thrown = await this.run(promise).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (thrown instanceof Fault) return thrown
    throw new Error(thrown === undefined ? 'it succeeded in place of a Fault' : 'it threw no Fault', { cause: thrown })
  }
}

/** Real sockets take real time for the body, too. */
async function readWhole(response: Promise<Response>): Promise<Response> {
  const answer = await response
  await answer.clone().arrayBuffer()
  return answer
}

/** A person whom remote APIs name in refusals. */
export const STRANGER = 'Quillon Ashgrove <quillon@harbour-books.example> +353861234000'

/** A refusal that repeats the request, and names a person, in every place where APIs explain themselves. */
export function echo(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return ({ body, url, headers: sent }) => {
    const text = `${body} ${decodeURIComponent(url)} ${Object.values(sent).join(' ')} ${STRANGER}`
    const error = { id: text, code: text, title: text, detail: text, message: text, field: text, meta: { text } }
    const answer = { type: 'error.list', request_id: text, message: text, error: text, errors: [error] }
    return new Response(JSON.stringify(answer), { status, headers: { 'content-type': 'application/json', ...headers } })
  }
}
