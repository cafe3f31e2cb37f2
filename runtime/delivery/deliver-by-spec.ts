/** Delivers the records of a worker, and notes in each outcome the spec, the times, and whether its record is a sample. */
import type { Clock } from '../ports/effects.ts'
import type { HostStore } from '../ports/store.ts'
import type { LeasedRecord, Outcome } from '../ports/types.ts'
import { hashSpec } from '../spec/hash-spec.ts'
import type { Spec } from '../spec/spec.ts'
import { AttemptTimer } from './attempt-timer.ts'
import { HistorySamples } from './history-samples.ts'
import type { AttemptObserver } from './observe-attempts.ts'

export interface DeliverBySpecParts {
  readonly spec: Spec
  readonly clock: Clock
  readonly store: Pick<HostStore, 'tallies'>
  readonly attempts: AttemptObserver
  readonly deliver: (record: LeasedRecord, onMapped: () => void) => Promise<Outcome>
}

export function createDeliverBySpec(parts: DeliverBySpecParts): (record: LeasedRecord) => Promise<Outcome> {
  const { spec, clock, store, attempts, deliver } = parts
  const hash = hashSpec(spec.sourceFiles)
  const samples = new HistorySamples(store)
  return async (record) => {
    const timer = new AttemptTimer(clock)
    const attempt = () => deliver(record, () => timer.mapped())
    const outcome = await attempts.run(record, timer.startedAt, attempt)
    return samples.mark(timer.addTo({ ...outcome, spec: hash }, record.lane), record)
  }
}
