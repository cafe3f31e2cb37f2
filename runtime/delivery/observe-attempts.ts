/** Reports the attempts at records: their start, their mapping and their end. */
import type { MappedOccurrence } from '../mapping/map-events.ts'
import type { Observer, Report } from '../observe/observer.ts'
import { currentScope, runInScope } from '../observe/scope.ts'
import { Fault } from '../ports/fault.ts'
import type { MappedEvent, ObservedRecord } from '../ports/observation.ts'
import type { LeasedRecord, Outcome, SourceRecord } from '../ports/types.ts'

type RecordInWork = Omit<SourceRecord, 'body'> & Partial<Pick<LeasedRecord, 'attempt' | 'cutOffs'>>

type MappedRecord = string | readonly MappedOccurrence[]

export class AttemptObserver {
  readonly #observer: Observer
  /** When the attempts in work began. By record: it has one attempt at a time. */
  readonly #starts = new Map<string, number>()

  constructor(observer: Observer) {
    this.#observer = observer
  }

  /** Runs an attempt. Its requests and messages are reported as those of the record. */
  run(record: RecordInWork, now: number, attempt: () => Promise<Outcome>): Promise<Outcome> {
    const observer = this.#observer
    if (!observer.isOn) return attempt()
    const observed = observedRecord(record)
    this.#starts.set(record.id, observer.now())
    observer.report({
      type: 'started',
      ...observed,
      ageMs: Math.max(0, now - record.receivedAt),
      ...(record.cutOffs !== undefined && { cutOffs: record.cutOffs }),
    })
    return runInScope({ observer, record: observed }, attempt)
  }

  /** Its outcome is final: in the store, or with the host. */
  end(record: RecordInWork, outcome: Outcome, now: number): void {
    const start = this.#starts.get(record.id)
    if (start === undefined) return
    this.#starts.delete(record.id)
    const observer = this.#observer
    if (!observer.isOn) return
    const attempt = { ...observedRecord(record), durationMs: observer.now() - start, events: endedEvents(outcome) }
    observer.report(describeEnd(outcome, attempt, Math.max(0, now - record.receivedAt)))
  }
}

type AttemptFields = ObservedRecord & Pick<Extract<Report, { type: 'settled' }>, 'durationMs' | 'events'>

function describeEnd(outcome: Outcome, attempt: AttemptFields, ageMs: number): Report {
  switch (outcome.status) {
    case 'delivered':
      return { type: 'settled', ...attempt, outcome: 'delivered', ageMs }
    case 'skipped':
      return { type: 'settled', ...attempt, outcome: 'skipped', reason: outcome.reason, ageMs }
    case 'dead':
      return { type: 'settled', ...attempt, outcome: 'dead', reason: outcome.fault.code, ageMs }
    case 'deferred': {
      const { until, awaits, fault } = outcome
      if (awaits !== undefined) return { type: 'waited', ...attempt, reason: awaits, until }
      return { type: 'deferred', ...attempt, reason: fault.code, kind: fault.kind, until }
    }
  }
}

const endedEvents = ({ events }: Outcome) =>
  events.map(({ metric, lane, status, reason, key }) => ({
    metric,
    lane,
    outcome: status,
    ...(reason !== undefined && { reason }),
    ...(key !== undefined && { key }),
  }))

function observedRecord({ id, ingress, lane, topic, stream, trace, attempt = 1 }: RecordInWork): ObservedRecord {
  return {
    record: id,
    ingress,
    lane,
    ...(topic !== undefined && { topic }),
    ...(stream !== undefined && { stream }),
    attempt,
    ...(trace !== undefined && { trace }),
  }
}

/** Maps the record of the current scope. */
export async function observeMapping(map: () => Promise<MappedRecord>): Promise<MappedRecord> {
  const { observer, record } = currentScope() ?? {}
  if (observer === undefined || record === undefined) return map()
  return observer.measure(map, (result, durationMs) => ({
    type: 'mapped',
    ...record,
    durationMs,
    ...describeMapping(result),
  }))
}

function describeMapping(
  mapped: MappedRecord | Fault,
): Pick<Extract<Report, { type: 'mapped' }>, 'outcome' | 'reason' | 'events'> {
  if (mapped instanceof Fault) return { outcome: 'failed', reason: mapped.code, events: [] }
  if (typeof mapped === 'string') return { outcome: 'skipped', reason: mapped, events: [] }
  return { outcome: 'mapped', events: mapped.map(mappedEvent) }
}

function mappedEvent(occurrence: MappedOccurrence): MappedEvent {
  const { metric, lane, key } = occurrence.identity
  return { metric, lane, ...mappingResult(occurrence), ...(key !== undefined && { key }) }
}

function mappingResult(occurrence: MappedOccurrence): Pick<MappedEvent, 'outcome' | 'reason'> {
  if ('fault' in occurrence) return { outcome: 'failed', reason: occurrence.fault.code }
  if ('wait' in occurrence) return { outcome: 'waiting', reason: occurrence.wait.reason }
  if ('skipped' in occurrence) return { outcome: 'skipped', reason: occurrence.skipped }
  return { outcome: 'ready' }
}
