/** Records, events and outcomes of the store contract. */
import type { EventResult, LeasedRecord, Outcome, Settlement, SourceRecord } from '../../../ports/types.ts'

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
