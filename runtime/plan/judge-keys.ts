/** Judges changed keys: whether events that were delivered would be counted again. */
import type { Store } from '../ports/store.ts'
import { countDelivered, findChangedKeys } from '../running-spec/compare-specs.ts'
import { type KeyTexts, keyTexts } from '../running-spec/key-texts.ts'
import type { Spec } from '../spec/spec.ts'
import { unfold } from './entries.ts'
import type { KeyChange, MetricSamples } from './types.ts'

export interface KeysBefore {
  readonly keys: Readonly<Record<string, KeyTexts>>
}

export type KeyLedger = Pick<Store, 'events' | 'readRecord' | 'deliveredByDay'>

/** By metric. Without a store, events count as delivered unless the samples have the same keys. */
export async function judgeKeys(
  before: KeysBefore,
  spec: Spec,
  samples: readonly MetricSamples[],
  ledger: KeyLedger | undefined,
): Promise<ReadonlyMap<string, KeyChange>> {
  const changed = ledger === undefined ? [] : await findChangedKeys(before, spec, ledger)
  const judged = new Map<string, KeyChange>()
  for (const mapping of spec.mappings) {
    const { metric } = mapping
    const texts = { before: before.keys[metric], after: keyTexts(mapping) }
    if (texts.before === undefined || isSame(texts.before, texts.after)) continue
    const found = changed.find((one) => one.metric === metric)
    const change = { before: texts.before, after: texts.after }
    if (found !== undefined) {
      judged.set(metric, { ...change, delivered: found.delivered, since: found.since, needsConsent: true })
    } else if (ledger === undefined) {
      judged.set(metric, { ...change, needsConsent: !provesSameKeys(samples.find((one) => one.metric === metric)) })
    } else {
      const { delivered } = await countDelivered(metric, ledger)
      judged.set(metric, { ...change, delivered, needsConsent: false })
    }
  }
  return judged
}

const isSame = (before: KeyTexts, after: KeyTexts) =>
  JSON.stringify(before.map(unfold)) === JSON.stringify(after.map(unfold))

const provesSameKeys = (samples: MetricSamples | undefined): boolean =>
  samples !== undefined && samples.sameKeys > 0 && samples.newKeys === 0
