/** The state of the connection to one side since the process began: last success, last failure, rate limits in use. */
import type { Clock } from '../ports/effects.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import type { FaultInfo } from '../ports/types.ts'
import type { Window } from '../spec/spec.ts'
import type { HttpClient } from './client.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** Times are milliseconds since 1970. */
export interface ConnectionStats {
  readonly lastSuccessAt?: number
  /** After all retries. Absent: the side has answered since. */
  readonly lastFailure?: { readonly at: number; readonly fault: FaultInfo }
  readonly limits: readonly LimitUsage[]
}

/** One rate limit of the side. `limit` is the part of it that we use. */
export interface LimitUsage extends Window {
  /** An endpoint, or the side as a whole. */
  readonly name: string
  /** Requests in the window that ends now. */
  readonly used: number
}

export class ConnectionStatsRecorder {
  readonly #clock: Clock
  readonly #limiters = new Map<string, RateLimiter>()
  #lastSuccessAt: number | undefined
  #lastFailure: ConnectionStats['lastFailure']

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Returns the client with its results recorded. */
  watch(name: string, limiter: RateLimiter, http: HttpClient): HttpClient {
    this.#limiters.set(name, limiter)
    return async (makeRequest, options) => {
      try {
        const response = await http(makeRequest, options)
        this.#recordSuccess()
        return response
      } catch (error) {
        const fault = toFault(error)
        if (isSideFailure(fault, options.signal)) this.#lastFailure = { at: this.#clock.now(), fault: fault.info() }
        // A rejected record shows that the side is available and accepts our credentials.
        else if (fault.kind === 'data') this.#recordSuccess()
        throw error
      }
    }
  }

  snapshot(): ConnectionStats {
    return {
      ...(this.#lastSuccessAt !== undefined && { lastSuccessAt: this.#lastSuccessAt }),
      ...(this.#lastFailure && { lastFailure: this.#lastFailure }),
      limits: [...this.#limiters].flatMap(([name, limiter]) => limiter.usage().map((usage) => ({ name, ...usage }))),
    }
  }

  /** Clears the failure, whatever the times say: the clock may be set back. */
  #recordSuccess(): void {
    this.#lastSuccessAt = this.#clock.now()
    this.#lastFailure = undefined
  }
}

/** Whether a fault is the side's: neither the record's nor our own shutdown. */
const isSideFailure = ({ kind }: Fault, signal: AbortSignal) =>
  (kind === 'config' || kind === 'transient') && !signal.aborted
