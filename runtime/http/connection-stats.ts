/** How it goes with one side since the process began: when it last answered, why it last did not, how much is used. */

import type { Clock } from '../ports/effects.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import type { FaultInfo } from '../ports/types.ts'
import type { Window } from '../spec/spec.ts'
import type { HttpClient } from './client.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** Times are milliseconds since 1970. */
export interface ConnectionStats {
  /** When it last took a request. */
  readonly lastSuccessAt?: number
  /** When and why it last did not, after all tries. Absent: it has answered since, if it was asked. */
  readonly lastFailure?: { readonly at: number; readonly fault: FaultInfo }
  readonly limits: readonly LimitUsage[]
}

/** One limit of the other side. */
export interface LimitUsage extends Window {
  /** What it limits: an endpoint, or the side as a whole. */
  readonly name: string
  /** Requests within the window that ends now. `limit` is the part of it that we take. */
  readonly used: number
}

export interface ConnectionStatsRecorder {
  /** Keeps count of what goes out under a budget. */
  watch(name: string, budget: RateLimiter, http: HttpClient): HttpClient
  snapshot(): ConnectionStats
}

export function createConnectionStats(clock: Clock): ConnectionStatsRecorder {
  const budgets = new Map<string, RateLimiter>()
  let answered: number | undefined
  let failed: ConnectionStats['lastFailure']
  // Told by what came last, not by the times: the clock may be put back.
  const took = () => {
    answered = clock.now()
    failed = undefined
  }
  return {
    watch(name, budget, http) {
      budgets.set(name, budget)
      return async (make, going) => {
        try {
          const answer = await http(make, going)
          took()
          return answer
        } catch (error) {
          const fault = toFault(error)
          if (isAboutSide(fault, going.signal)) failed = { at: clock.now(), fault: fault.info() }
          // It refused this one record, so it is there and let us in.
          else if (fault.kind === 'data') took()
          throw error
        }
      }
    },
    snapshot: () => ({
      ...(answered !== undefined && { lastSuccessAt: answered }),
      ...(failed && { lastFailure: failed }),
      limits: [...budgets].flatMap(([name, budget]) => budget.usage().map((used) => ({ name, ...used }))),
    }),
  }
}

/** Not of one record, and not our own end. */
const isAboutSide = ({ kind }: Fault, signal: AbortSignal) =>
  (kind === 'config' || kind === 'transient') && !signal.aborted
