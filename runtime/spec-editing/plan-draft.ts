/** What a changed spec would change at the destination, against the one that runs. */
import type { Connector } from '../connector.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import { planChanges } from '../plan/plan.ts'
import { readSamples } from '../plan/read-samples.ts'
import type { Plan } from '../plan/types.ts'
import type { Clock } from '../ports/effects.ts'
import { readRunningSpec } from '../running-spec/running-spec.ts'
import type { Spec } from '../spec/spec.ts'

/** Records that are mapped by both. */
const SAMPLE = 100

export async function planDraft(
  after: Spec,
  { spec: before, store, peekLookup }: Pick<Connector, 'spec' | 'store' | 'peekLookup'>,
  clock: Clock,
): Promise<Plan> {
  // Records that ended without an event have an empty metric: the changed spec may find one in them.
  const metrics = [...new Set([...before.mappings, ...after.mappings].map(({ metric }) => metric)), PROFILE, '']
  const [samples, running] = await Promise.all([readSamples(store, metrics, SAMPLE), readRunningSpec(store)])
  return planChanges(
    { before, after, keys: running?.keys, samples, ledger: store },
    { clock, findLookup: (lookup, key) => peekLookup?.(lookup, key) },
  )
}
