/** The state of the connection to one side since the process began: last success, last failure, rate limits in use. */
import type { Clock, Logger } from '../ports/effects.ts'
import { type Fault, isOfPause, toFault } from '../ports/fault.ts'
import type { FaultInfo } from '../ports/types.ts'
import type { Window } from '../spec/spec.ts'
import type { HttpClient } from './client.ts'
import { describePause, isNotable, type LimitPause } from './pauses.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** Times are milliseconds since 1970. */
export interface ConnectionStats {
  readonly lastSuccessAt?: number
  /** After all retries. Absent: the side has answered since. */
  readonly lastFailure?: { readonly at: number; readonly fault: FaultInfo }
  readonly limits: readonly LimitUsage[]
  /** In effect: long ones, and those for which the side asked for longer. */
  readonly pauses?: readonly LimitPause[]
}

/** One rate limit of the side. `limit` is the part of it that we use. */
export interface LimitUsage extends Window {
  /** An endpoint, or the side as a whole. */
  readonly name: string
  /** Requests in the window that ends now. */
  readonly used: number
}

export interface ConnectionStatsOptions {
  /** Its name, for the log. */
  readonly side: string
  readonly clock: Clock
  readonly logger: Logger
}

export class ConnectionStatsRecorder {
  readonly #side: string
  readonly #clock: Clock
  readonly #logger: Logger
  /** By limit, the end of the last pause that was logged. */
  readonly #loggedPauses = new Map<string, number>()
  readonly #limiters = new Map<string, RateLimiter>()
  #lastSuccessAt: number | undefined
  #lastFailure: ConnectionStats['lastFailure']

  constructor({ side, clock, logger }: ConnectionStatsOptions) {
    this.#side = side
    this.#clock = clock
    this.#logger = logger
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
        if (isSideFailure(fault, options.signal) && !isOfPause(fault))
          this.#lastFailure = { at: this.#clock.now(), fault: fault.info() }
        // A rejected record shows that the side is available and accepts our credentials.
        else if (fault.kind === 'data') this.#recordSuccess()
        throw error
      } finally {
        this.#logPause(name, limiter)
      }
    }
  }

  snapshot(): ConnectionStats {
    return {
      ...(this.#lastSuccessAt !== undefined && { lastSuccessAt: this.#lastSuccessAt }),
      ...(this.#lastFailure && { lastFailure: this.#lastFailure }),
      limits: [...this.#limiters].flatMap(([name, limiter]) => limiter.usage().map((usage) => ({ name, ...usage }))),
      pauses: this.#pauses(),
    }
  }

  #pauses(): readonly LimitPause[] {
    return [...this.#limiters].flatMap(([name, limiter]) => {
      const pause = limiter.pause()
      return pause && isNotable(pause) ? [{ name, ...pause }] : []
    })
  }

  /** Once for each pause: requests that were under way extend it by moments. */
  #logPause(name: string, limiter: RateLimiter): void {
    const pause = limiter.pause()
    if (pause === undefined || !isNotable(pause)) return
    const isNew = (this.#loggedPauses.get(name) ?? 0) <= this.#clock.now()
    this.#loggedPauses.set(name, pause.until)
    if (isNew) this.#logger.warn(describePause(this.#side, { name, ...pause }))
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
