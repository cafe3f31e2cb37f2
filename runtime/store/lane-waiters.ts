/**
 * Callers of `Store.wait`, of all tenants of a database. One that has nothing due sleeps without a poll: it is woken by
 * what this process writes, by the clock when something falls due, and by the one watch of a database for what other
 * processes write.
 */
import { onAbort } from '../lib/abort.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'
import type { Awaitable } from '../ports/sql.ts'
import type { Lane } from '../ports/types.ts'

/** Timers of more than 24 days end at once. */
const LONGEST_SLEEP = 86_400_000

interface LaneWaiter {
  /** Ends the present sleep. Absent while it does not sleep. */
  wake?: (() => void) | undefined
  isWoken: boolean
  /** Whether it has to look again for what is due. */
  isStale: boolean
}

export interface LaneWait {
  readonly tenant: number
  readonly lane: Lane
  /** At most until then, from `timeAfter`. */
  readonly until: number
  readonly signal: AbortSignal
  /** When the lane's next record is due. */
  readonly nextDue: () => Awaitable<number>
}

export class LaneWaiters {
  readonly #clock: Clock
  readonly #time: MonotonicClock
  readonly #lanes = new Map<string, Set<LaneWaiter>>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#time = new MonotonicClock(clock)
  }

  /** By the clock that is never set. */
  timeAfter(ms: number): number {
    return this.#time.now() + ms
  }

  has(tenant: number, lane: Lane): boolean {
    return this.#lanes.has(laneName(tenant, lane))
  }

  /** Sleeps until woken, until a record is due, until `until` at the latest, or until the signal aborts. Leaves no timer and no listener behind. */
  async sleep({ tenant, lane, until, signal, nextDue }: LaneWait): Promise<void> {
    if (signal.aborted || !(until > this.#time.now())) return
    const waiter: LaneWaiter = { isWoken: false, isStale: false }
    const stopListening = onAbort(signal, () => wakeOne(waiter))
    const name = laneName(tenant, lane)
    const lanes = this.#lanes.get(name) ?? new Set()
    this.#lanes.set(name, lanes.add(waiter))
    try {
      while (!waiter.isWoken) {
        waiter.isStale = false
        const answer = nextDue()
        const due = answer instanceof Promise ? await answer : answer
        const left = Math.min(until - this.#time.now(), due - this.#clock.now())
        if (!(left > 0) || waiter.isWoken) return
        if (!waiter.isStale && (await this.#sleepUntilAlarm(waiter, left))) return
      }
    } finally {
      stopListening()
      lanes.delete(waiter)
      if (lanes.size === 0 && this.#lanes.get(name) === lanes) this.#lanes.delete(name)
    }
  }

  /** Ends the waits of a lane of a tenant. */
  wake(tenant: number, lane: Lane): void {
    for (const waiter of this.#lanes.get(laneName(tenant, lane)) ?? []) wakeOne(waiter)
  }

  wakeAll(): void {
    for (const lane of this.#lanes.values()) for (const waiter of lane) wakeOne(waiter)
  }

  /** Has the waits of a lane look again for what is due. */
  recheck(tenant: number, lane: Lane): void {
    for (const waiter of this.#lanes.get(laneName(tenant, lane)) ?? []) recheckOne(waiter)
  }

  /** Returns whether it slept to the end. */
  async #sleepUntilAlarm(waiter: LaneWaiter, ms: number): Promise<boolean> {
    // Most waits of idle tenants: without a signal, which takes a kilobyte.
    if (ms === Number.POSITIVE_INFINITY) {
      await new Promise<void>((resolve) => {
        waiter.wake = resolve
      })
      waiter.wake = undefined
      return false
    }
    const alarm = new AbortController()
    waiter.wake = () => alarm.abort()
    await this.#clock.sleep(Math.min(ms, LONGEST_SLEEP), alarm.signal)
    waiter.wake = undefined
    return !alarm.signal.aborted && ms <= LONGEST_SLEEP
  }
}

const laneName = (tenant: number, lane: Lane): string => `${tenant}/${lane}`

function wakeOne(waiter: LaneWaiter): void {
  waiter.isWoken = true
  waiter.wake?.()
}

function recheckOne(waiter: LaneWaiter): void {
  waiter.isStale = true
  waiter.wake?.()
}
