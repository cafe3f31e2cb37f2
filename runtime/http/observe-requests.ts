/** Reports the tries of one request, its waits for the rate limit and its retries. */
import type { Observer } from '../observe/observer.ts'
import { currentScope, type ObservationScope } from '../observe/scope.ts'
import { toFault } from '../ports/fault.ts'
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

  async wait(acquire: () => Promise<void>): Promise<void> {
    const start = this.#observer.now()
    const report = (reason?: string) => {
      const durationMs = this.#observer.now() - start
      if (durationMs < SHORTEST_WAIT && reason === undefined) return
      this.#observer.report({ type: 'throttled', ...this.#origin, durationMs, ...(reason !== undefined && { reason }) })
    }
    try {
      await acquire()
      report()
    } catch (error) {
      report(toFault(error).code)
      throw error
    }
  }

  async exchange({ method, url }: Request, exchange: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const start = this.#observer.now()
    const attempt = ++this.#attempt
    const report = (result: { readonly status?: number; readonly reason?: string; readonly bytes?: number }) =>
      this.#observer.report({
        type: 'request',
        ...this.#origin,
        method,
        host: new URL(url).host,
        ...(this.#template !== undefined && { template: this.#template }),
        attempt,
        durationMs: this.#observer.now() - start,
        ...result,
      })
    try {
      const response = await exchange()
      const { status, bodySize: bytes } = response
      report({ status, ...(bytes !== undefined && { bytes }) })
      return response
    } catch (error) {
      const { code, details } = toFault(error)
      report({ reason: code, ...(details.status !== undefined && { status: details.status }) })
      throw error
    }
  }

  retry(reason: string, pauseMs: number): void {
    this.#observer.report({ type: 'retried', ...this.#origin, attempt: this.#attempt, reason, pauseMs })
  }
}

/** Undefined while nothing is observed. */
export function observeRequest(request: RequestToObserve): RequestObserver | undefined {
  const scope = currentScope()
  return scope?.observer.isOn ? new RequestObserver(scope, request) : undefined
}
