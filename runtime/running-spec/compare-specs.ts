/** Compares a changed spec with the one that ran before: keys by what they give for delivered records, else by their text. */
import { withStepBudget } from '../expression/step-budget.ts'
import { metricSinceCheckpoint } from '../lib/checkpoint-names.ts'
import { compilePlan } from '../mapping/compile-plan.ts'
import { findOccurrences, identifyOccurrence } from '../mapping/occurrences.ts'
import { Fault } from '../ports/fault.ts'
import type { LedgerEntry } from '../ports/ledger.ts'
import type { Checkpoint, Store } from '../ports/store.ts'
import { openRecord } from '../source/open-record.ts'
import type { Mapping, Spec } from '../spec/spec.ts'
import { addToTimeline } from '../timeline.ts'
import { type KeyTexts, keyTexts } from './key-texts.ts'

/** Delivered events whose records are mapped again. */
const SAMPLE = 200

export interface ChangedKey {
  readonly metric: string
  readonly before: KeyTexts
  readonly after: KeyTexts
  readonly delivered: number
  /** The day of the first of them, `2026-01-31` in UTC. */
  readonly since: string
}

type Ledger = Pick<Store, 'events' | 'readRecord' | 'deliveredByDay'>

interface SpecBefore {
  readonly keys: Readonly<Record<string, KeyTexts>>
  readonly metrics?: readonly string[]
}

/** The metrics with delivered events that would be counted again. */
export async function findChangedKeys(
  { keys }: SpecBefore,
  spec: Spec,
  ledger: Ledger,
): Promise<readonly ChangedKey[]> {
  const changed: ChangedKey[] = []
  for (const mapping of spec.mappings) {
    const { metric } = mapping
    const [before, after] = [keys[metric], keyTexts(mapping)]
    if (before === undefined || JSON.stringify(before) === JSON.stringify(after)) continue
    const counted = await countDelivered(metric, ledger)
    if (counted.delivered === 0 || (await givesSameKeys(mapping, spec, ledger))) continue
    changed.push({ metric, before, after, ...counted })
  }
  return changed
}

/** All delivered events of a metric. */
export async function countDelivered(
  metric: string,
  ledger: Pick<Ledger, 'deliveredByDay'>,
): Promise<Pick<ChangedKey, 'delivered' | 'since'>> {
  const days = await ledger.deliveredByDay(metric)
  return { delivered: days.reduce((sum, { count }) => sum + count, 0), since: days[0]?.day ?? '' }
}

/** Whether the new key gives every sampled event the key under which it was delivered. False if no record is left to map. */
async function givesSameKeys(mapping: Mapping, spec: Spec, ledger: Ledger): Promise<boolean> {
  const delivered = await ledger.events({ metric: mapping.metric, status: 'delivered', limit: SAMPLE })
  let compared = 0
  for (const { seq, key } of delivered) {
    const entry = await ledger.readRecord(seq)
    const keys = entry && (await mapKeys(entry, mapping, spec).catch(() => []))
    if (keys === undefined || key === undefined) continue
    // The workspace comes first.
    if (!keys.some((one) => key === one || key.endsWith(`:${one}`))) return false
    compared += 1
  }
  return compared > 0
}

/** The keys of a record's occurrences, without the workspace. Undefined: the ledger no longer has the record. */
async function mapKeys({ body, ...entry }: LedgerEntry, mapping: Mapping, spec: Spec) {
  const resource = spec.resources.get(mapping.resource)
  if (body === undefined || resource === undefined) return undefined
  const record = { ...entry, body, workspace: '', orderingKey: '' }
  const { item, bindings } = await openRecord(record, resource, spec)
  const found = await findOccurrences(mapping, item, withStepBudget(bindings))
  const plan = compilePlan(spec).planOf(mapping)
  return Promise.all(found.map(async (one) => (await identifyOccurrence(plan, item, one.bindings, '')).key))
}

export interface RenamedMetric {
  readonly metric: string
  readonly before: string
}

/** Metrics with the key of one that the spec no longer has. */
export function findRenamed({ keys }: SpecBefore, { mappings, disabledMappings }: Spec): readonly RenamedMetric[] {
  const present = new Set([...mappings, ...disabledMappings].map(({ metric }) => metric))
  const gone = new Map(
    Object.entries(keys).flatMap(([metric, texts]) => (present.has(metric) ? [] : [[JSON.stringify(texts), metric]])),
  )
  return mappings.flatMap((mapping) => {
    const before = Object.hasOwn(keys, mapping.metric) ? undefined : gone.get(JSON.stringify(keyTexts(mapping)))
    return before === undefined ? [] : [{ metric: mapping.metric, before }]
  })
}

/** Live delivery of metrics that were off, or are new, begins now. That of the first spec begins with the first webhook. */
export function beginMetrics(
  { metrics, keys }: SpecBefore,
  { mappings }: Pick<Spec, 'mappings'>,
  now: number,
): readonly Checkpoint[] {
  const known = new Set(metrics ?? Object.keys(keys))
  const added = mappings.filter(({ metric }) => !known.has(metric))
  return added.map(({ metric }) => ({ name: metricSinceCheckpoint(metric), value: now }))
}

interface FilesSince {
  /** Milliseconds since 1970. */
  readonly since: number
  readonly files: readonly { readonly path: string; readonly text: string }[]
}

/** Adds to the timeline which files have changed. */
export async function noteChange(
  before: Pick<FilesSince, 'files'>,
  { files, since }: FilesSince,
  store: Parameters<typeof addToTimeline>[0],
): Promise<void> {
  const changed = files.filter(({ path, text }) => before.files.find((file) => file.path === path)?.text !== text)
  const text = `The spec has changed: ${changed.map(({ path }) => path).join(', ') || 'a file was removed'}`
  await addToTimeline(store, { at: since, kind: 'spec', text })
}

export const RENAMED =
  'a metric was renamed: the destination keeps the old one with its events, and the new one starts without any; to bring its history, give its key a new first word and import it'

export function keysChanged(changed: readonly ChangedKey[]): Fault {
  const lines = changed.map(({ metric, before, after, delivered, since }) => {
    const events = `${delivered} ${delivered === 1 ? 'event' : 'events'} delivered since ${since}`
    return `\n  ${metric}: ${events} under the key [${before.join(', ')}], now [${after.join(', ')}]`
  })
  const accept = changed.map(({ metric }) => `--accept-new-keys "${metric}"`).join(' ')
  const message = `the spec has new keys, so delivered events would be counted again when they come again (by import, reconciliation or webhook):${lines.join('')}\nKeep the keys, or run with ${accept}; \`connector plan\` shows all that the spec changes`
  return new Fault('config', 'spec/keys-changed', message)
}
