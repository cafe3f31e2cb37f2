/** Explains a record: what each mapping that listens to it makes of it, and what the profile does. */
import { withStepBudget } from '../../expression/step-budget.ts'
import { asId } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import type { OpenRecord, RecordTargets } from '../../source/open-record.ts'
import type { Mapping, Spec } from '../../spec/spec.ts'
import { CONTACT, hydrate } from '../hydrate.ts'
import { catchFault } from '../map-events.ts'
import { mapProfile, PROFILE } from '../map-profile.ts'
import { DELETION, isDeletion } from '../person/deletions.ts'
import type { DeliveryContext, MapParts } from '../types.ts'
import { describeSilence } from './describe.ts'
import { explainLookups } from './explain-lookups.ts'
import {
  type ExplainOptions,
  explainMapping,
  holding,
  type MappingExplanation,
  type OccurrenceExplanation,
} from './explain-mapping.ts'
import { explainProperties } from './explain-properties.ts'
import { toFaultReading } from './read-expression.ts'

export interface RecordExplanation {
  readonly id?: string
  readonly mappings: readonly MappingExplanation[]
}

/** The items of a topic or a stream. */
export interface ItemsToExplain {
  readonly opened: readonly OpenRecord[]
  readonly targets: RecordTargets
  readonly input: {
    readonly topic?: string
    readonly stream?: string
    /** All properties, or those of a name. */
    readonly explain?: true | string
    readonly explainOnly?: (metric: string, key: string) => boolean
  }
  /** Milliseconds since 1970. */
  readonly now: number
  /** Whether a lookup's value was collected from the record itself. */
  readonly isCollected: (value: Json | undefined) => boolean
}

/** What each mapping that listens makes of each item, and what the profile does. */
export async function explainItems(
  { opened, targets, input, now, isCollected }: ItemsToExplain,
  parts: MapParts,
): Promise<readonly RecordExplanation[]> {
  const { explain, explainOnly } = input
  const selects = (name: string) => typeof explain !== 'string' || name.toLowerCase() === explain.toLowerCase()
  const explanations: RecordExplanation[] = []
  for (const open of opened) {
    const context = contextOf(open, now)
    const options = { context, selects, isCollected, ...(explainOnly && { includes: explainOnly }) }
    const id = asId(await open.resource.id.evaluate(open.item))
    const base = id === undefined ? {} : { id }
    if (input.topic !== undefined && (await isDeletion(open.item, open.bindings, parts.spec.people))) {
      explanations.push({ ...base, mappings: [explainDeletion(parts.spec)] })
      continue
    }
    const mappings: MappingExplanation[] = []
    for (const mapping of findListeners(input, parts.spec))
      mappings.push(await explainListener(mapping, open, options, parts))
    if (targets.profile) mappings.push(await explainProfile(open, options, parts))
    explanations.push({ ...base, mappings })
  }
  return explanations
}

/** Nothing of a deleted contact is sent. */
const explainDeletion = ({ profile: { file } }: Spec): MappingExplanation => ({
  metric: DELETION,
  file,
  occurrences: [{ status: 'skipped', reason: 'awaiting-deletion' }],
})

/** A line for each mapping that listens and is not among `metrics`: why the first item gives no event. */
export async function describeSilences(
  { opened, input, now }: ItemsToExplain,
  metrics: ReadonlySet<string>,
  parts: MapParts,
): Promise<readonly string[]> {
  const [first] = opened
  if (first === undefined) return []
  const { topic, stream } = input
  const listeners = findListeners(input, parts.spec)
  if (listeners.length === 0 && metrics.size === 0)
    return [topic === undefined ? `no mapping reads stream ${stream}` : `no mapping takes topic ${topic}`]
  const lines: string[] = []
  for (const mapping of listeners.filter(({ metric }) => !metrics.has(metric))) {
    const silence = describeSilence(await explainListener(mapping, first, { context: contextOf(first, now) }, parts))
    const many = opened.length === 1 ? '' : `no event in ${opened.length} items; of the first, `
    if (silence !== undefined) lines.push(`${mapping.metric}: ${many}${silence}`)
  }
  return lines
}

const contextOf = ({ bindings }: OpenRecord, now: number): DeliveryContext => ({
  lane: 'live',
  workspace: asId(bindings.workspace) ?? '',
  now,
  repeats: 'nothing',
})

/** All that take the topic or the stream, disabled ones, too. */
function findListeners({ topic, stream }: ItemsToExplain['input'], spec: Spec): readonly Mapping[] {
  return [...spec.mappings, ...spec.disabledMappings].filter((mapping) =>
    topic === undefined ? mapping.stream?.name === stream : mapping.topics.has(topic),
  )
}

async function explainListener(
  mapping: Mapping,
  open: OpenRecord,
  options: ExplainOptions,
  parts: MapParts,
): Promise<MappingExplanation> {
  const { metric, file } = mapping
  if (parts.spec.disabledMappings.includes(mapping)) return { metric, file, disabled: true, occurrences: [] }
  return explainMapping(mapping, open, options, parts)
}

/** Explains the profile that a contact's record updates. */
async function explainProfile(
  { item, bindings }: OpenRecord,
  { selects, includes, isCollected }: ExplainOptions,
  parts: MapParts,
): Promise<MappingExplanation> {
  const { spec, plan, lookups: source } = parts
  const base = { metric: PROFILE, file: spec.profile.file }
  const own = { ...withStepBudget(bindings), [CONTACT]: item }
  const mapped = await catchFault({ metric: PROFILE, lane: 'live' }, () => mapProfile(item, own, parts))
  const { lookups } = plan.profile.lookups
  const request = { plan: plan.profile.lookups, item, bindings: own, lane: 'live', lookups: source } as const
  const bound = await hydrate(request)
  const explain = async (): Promise<OccurrenceExplanation> => {
    if ('fault' in mapped) return { status: 'failed', fault: toFaultReading(mapped.fault) }
    if (!('skipped' in mapped)) return { status: 'sent' }
    const [rule] = await holding(spec.profile.skip, mapped.skipped, { item, bindings: own })
    return { status: 'skipped', reason: mapped.skipped, ...(rule && { rule }) }
  }
  const properties = [...spec.profile.attributes, ...spec.profile.properties].filter(({ name }) => selects?.(name))
  const names = new Set(lookups.map(({ name }) => name))
  const isIncluded = includes?.(PROFILE, '') ?? true
  const details = selects &&
    isIncluded && {
      lookups: (await explainLookups({ lookups, item, bound, isCollected })).filter(({ name }) => name !== CONTACT),
      profile: await explainProperties(properties, { item, bound, lookups: names }),
    }
  return { ...base, occurrences: [{ ...(await explain()), ...details }] }
}
