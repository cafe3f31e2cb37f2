/** Records, outcomes and a clock for store tests. */
import type { Clock } from '../../runtime/ports/effects.ts'
import type { EventResult, LeasedRecord, Outcome, Settlement, SourceRecord } from '../../runtime/ports/types.ts'

/** A clock that advances only when a test advances it. */
export class TestClock implements Clock {
  #now = 1_700_000_000_000
  /** How far the clock was set. */
  #step = 0
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()

  now(): number {
    return this.#now + this.#step
  }

  elapsed(): number {
    return this.#now
  }

  /** As an operator or a time server does: no time passes. */
  set(ms: number): void {
    this.#step += ms
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = { at: this.#now + ms, wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', wake)
    })
  }

  advance(ms: number): void {
    this.#now += ms
    for (const { at, wake } of this.#sleepers) if (at <= this.#now) wake()
  }

  /** The number of pending timers. */
  get timers(): number {
    return this.#sleepers.size
  }
}

/** A live record with an ordering key of its own by default. */
export function record(id: string, rest: Partial<SourceRecord> = {}): SourceRecord {
  const common = { ingress: 'webhook', lane: 'live', workspace: 'w1', receivedAt: 1_700_000_000_000 } as const
  return { id, ...common, orderingKey: `conversation:${id}`, lookupIds: [], body: `{"id":"${id}"}`, ...rest }
}

export function event(metric: string, rest: Partial<EventResult> = {}): EventResult {
  return { metric, status: 'delivered', lane: 'live', ...rest }
}

export const fault = { kind: 'data', code: 'destination/invalid', message: 'the destination rejected it' } as const

export const delivered = (...events: EventResult[]): Outcome => ({ status: 'delivered', events })
export const skipped = (reason: string, ...events: EventResult[]): Outcome => ({ status: 'skipped', reason, events })
export const dead = (...events: EventResult[]): Outcome => ({ status: 'dead', fault, events })
export const deferred = (until: number, ...events: EventResult[]): Outcome => ({
  status: 'deferred',
  fault,
  until,
  events,
})

export const settlement = (record: LeasedRecord, outcome: Outcome): Settlement => ({ record, outcome })
export const ids = (records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id)

/** The item of a list that has exactly one. */
export function single<T>(list: readonly T[]): T {
  const [first] = list
  if (first === undefined || list.length > 1) throw new Error(`expected one, got ${list.length}`)
  return first
}
