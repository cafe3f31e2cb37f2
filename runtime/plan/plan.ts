/** Plans a change of the spec: what it changes at the destination, before it runs. */
import type { Spec } from '../spec/spec.ts'
import { compareSamples, differs } from './compare-samples.ts'
import { compareSpecs, toKeys } from './compare-specs.ts'
import { judgeKeys, type KeyLedger, type KeysBefore } from './judge-keys.ts'
import type { SampleParts } from './map-sample.ts'
import type { KeyChange, MetricPlan, Plan, Sample } from './types.ts'

export interface PlanInput {
  readonly before: Spec
  readonly after: Spec
  /** The keys of all metrics that ever ran. Absent: those of `before`. */
  readonly keys?: KeysBefore['keys'] | undefined
  readonly samples: readonly Sample[]
  /** Absent: there is no store. */
  readonly ledger?: KeyLedger | undefined
}

/** Reads, and writes nothing. */
export async function planChanges(input: PlanInput, parts: SampleParts): Promise<Plan> {
  const { before, after, ledger } = input
  const { metrics, sections } = compareSpecs(before, after)
  const renamed = new Map(
    metrics.flatMap(({ metric, formerName }) => (formerName === undefined ? [] : [[metric, formerName] as const])),
  )
  const samples = await compareSamples(input.samples, { before, after, renamed }, parts)
  const keys = await judgeKeys({ keys: input.keys ?? toKeys(before).keys }, after, samples.metrics, ledger)
  return {
    metrics: addKeys(metrics, keys),
    sections,
    samples: { ...samples, metrics: samples.metrics.filter(differs) },
  }
}

/** A metric that is unchanged since `before` may still have delivered events under an earlier key. */
function addKeys(metrics: readonly MetricPlan[], keys: ReadonlyMap<string, KeyChange>): readonly MetricPlan[] {
  const planned = metrics.map((plan): MetricPlan => {
    const key = keys.get(plan.metric)
    return key === undefined ? plan : { ...plan, key }
  })
  const known = new Set(metrics.map(({ metric }) => metric))
  const others = [...keys].flatMap(([metric, key]): readonly MetricPlan[] =>
    known.has(metric) ? [] : [{ metric, change: 'changed', key, changes: [] }],
  )
  return [...planned, ...others]
}
