/** Reports the tries of one request, its waits for the rate limit and its retries. */
import type { Observer } from '../observe/observer.ts'
import { currentScope, type ObservationScope } from '../observe/scope.ts'
import { Fault } from '../ports/fault.ts'
import type { Lane } from '../ports/types.ts'
import type { ApiResponse } from './error-response.ts'

/** Shorter waits are those of the event loop. Milliseconds. */
const SHORTEST_WAIT = 1

export interface RequestToObserve {
  /** The name of the remote API. */
  readonly side: string
  readonly lane: Lane
  readonly template?: string | undefined
}

export class RequestObserver {
  readonly #observer: Observer
  readonly #template: string | undefined
  readonly #origin: { readonly side: string; readonly lane: Lane; readonly record?: string; readonly call?: number }
  /** Of tries, from 1. */
  #attempt = 0

  constructor({ observer, record, call }: ObservationScope, { side, lane, template }: RequestToObserve) {
    this.#observer = observer
    this.#template = template
    this.#origin = {
      side,
      lane,
      ...(record && { record: record.record }),
      ...(call !== undefined && { call }),
    }
  }

  wait(acquire: () => Promise<void>): Promise<void> {
    return this.#observer.measure(acquire, (result, durationMs) => {
      const fault = result instanceof Fault && { reason: result.code }
      if (durationMs < SHORTEST_WAIT && !fault) return undefined
      return { type: 'throttled', ...this.#origin, durationMs, ...fault }
    })
  }

  exchange({ method, url }: Request, exchange: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const attempt = ++this.#attempt
    return this.#observer.measure(exchange, (result, durationMs) => ({
      type: 'request',
      ...this.#origin,
      method,
      host: new URL(url).host,
      ...(this.#template !== undefined && { template: this.#template }),
      attempt,
      durationMs,
      ...describeAnswer(result),
    }))
  }

  retry(reason: string, pauseMs: number): void {
    this.#observer.report({ type: 'retried', ...this.#origin, attempt: this.#attempt, reason, pauseMs })
  }
}

function describeAnswer(answer: ApiResponse | Fault) {
  if (answer instanceof Fault) {
    const { code, details } = answer
    return { reason: code, ...(details.status !== undefined && { status: details.status }) }
  }
  const { status, bodySize: bytes } = answer
  return { status, ...(bytes !== undefined && { bytes }) }
}

/** Undefined while nothing is observed. */
export function observeRequest(request: RequestToObserve): RequestObserver | undefined {
  const scope = currentScope()
  return scope?.observer.isOn ? new RequestObserver(scope, request) : undefined
}
