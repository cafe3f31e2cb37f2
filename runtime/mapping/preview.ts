/** Maps a webhook or stream items and sends nothing: for trying a mapping. */

import { withStepBudget } from '../expression/step-budget.ts'
import { formatChanges } from '../lib/format.ts'
import { asArray, asId } from '../lib/json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import { presentMembers } from '../lib/present-members.ts'
import type { RequestPreview } from '../ports/destination.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { FieldChange, Json, Lane, OutgoingMessage, Profile } from '../ports/types.ts'
import { findResourceByTopic, type Notification, openEnvelope } from '../source/envelope.ts'
import { findTargets, type OpenRecord, openNotification, type RecordTargets } from '../source/open-record.ts'
import type { LookupSpec, ResourceSpec, Spec, StreamSpec } from '../spec/spec.ts'
import { type CompiledPlan, compilePlan } from './compile-plan.ts'
import { describeSilences, explainItems, type RecordExplanation } from './explain/explain-record.ts'
import type { Lookups } from './lookups.ts'
import { catchFault, type MappedOccurrence, mapEvents } from './map-events.ts'
import { mapProfile, PROFILE } from './map-profile.ts'
import { createOfflineLookups, describeUnusedLookups, type OfflineLookups } from './offline-lookups.ts'
import { DELETION, isDeletion } from './person/deletions.ts'
import { bodiesOf, type PreviewDestination, type RequestsToPreview, requestsOf } from './preview-requests.ts'
import type { MapParts } from './types.ts'

export interface PreviewInput {
  /** Exactly one of `topic` and `stream`. */
  readonly topic?: string
  readonly stream?: string
  /** A whole notification or its item; a page of the stream, a list of items, or one item. */
  readonly data: Json
  /** By lookup name: a list of objects with `id`, an object keyed by id, or a page of the source. */
  readonly lookups?: Json
  /**
   * Where to find values that `lookups` lacks: among those last looked up, or at the source, which costs requests
   * and may fail. Absent: nowhere, so that a preview needs no network.
   */
  readonly lookupFallback?: 'remembered' | 'source'
  /** Prefix of the keys, unless the data has one. */
  readonly workspace?: string
  /** Whether to explain each mapping that listens: all of its properties, or those of this name. */
  readonly explain?: true | string
  /** A changed spec to map by. Default: the running one. */
  readonly spec?: Spec
  /** The events whose properties and profile are explained, by metric and key. A profile of its own has no key. Absent: all. */
  readonly explainOnly?: (metric: string, key: string) => boolean
  /** The events whose requests are shown, and how they were sent. Absent: none. */
  readonly requests?: RequestsToPreview
}

/** What one occurrence would send, or why it would send nothing. */
export type PreviewItem =
  | {
      readonly metric: string
      readonly time: string
      readonly key: string
      readonly profile: Profile
      readonly properties: Json
      readonly value?: Json
      readonly currency?: Json
    }
  | { readonly profile: Profile }
  | { readonly metric: string; readonly skipped: string }
  | { readonly metric: string; readonly fault: string; readonly place?: string }

export interface Preview {
  readonly items: readonly PreviewItem[]
  /** The destination's request bodies for them. */
  readonly bodies: readonly Json[]
  /** The requests of the events that the input asks for, if the destination can show them. */
  readonly requests?: readonly RequestPreview[]
  /** Hints for a person, e.g. a missing lookup. */
  readonly notes: readonly string[]
  /** A line for each mapping that listens and gives no item, e.g. what its `when` read. Empty if explanations tell it. */
  readonly silences: readonly string[]
  /** By item of the data, if the input asks for it. */
  readonly explanations?: readonly RecordExplanation[]
  /** Whether no item is a fault. */
  readonly ok: boolean
}

export interface PreviewParts extends PreviewDestination {
  readonly spec: Spec
  readonly plan: CompiledPlan
  readonly clock: Clock
  readonly lookups: Pick<Lookups, 'find' | 'peek'>
}

interface PreviewResult {
  /** Without the destination's prefix. */
  readonly metric: string
  readonly item: PreviewItem
  readonly message?: OutgoingMessage
  readonly changes?: readonly FieldChange[]
}

/** Throws a config fault for a topic or a stream that the spec does not know. */
export async function previewMapping(given: PreviewInput, running: PreviewParts): Promise<Preview> {
  const input = withPresentMembers(given)
  const parts = given.spec === undefined ? running : { ...running, spec: given.spec, plan: compilePlan(given.spec) }
  const offline = createOfflineLookups(input.lookups, input.data)
  const { notes } = offline
  for (const note of describeUnusedLookups(input.lookups, [...parts.spec.lookups.keys()])) notes.add(note)
  const finders = createFinders(input, offline, parts)
  // As in a new store, in which live delivery began long ago: the preview shows every occurrence.
  const none = async () => new Set<string>()
  const live = { isQueued: async () => false, liveSince: () => 0, firstWebhookAt: () => 0 }
  const store = { filterDelivered: none, filterWaiting: none, readSends: async () => [], ...live }
  const contacts = { newest: async () => undefined, sent: () => undefined }
  const withFind = (find: Lookups['find']): MapParts & PreviewParts => {
    const lookups = { ...parts.lookups, find, invalidate: async () => undefined }
    return { ...parts, lookups, contacts, ...store, forDisplay: true }
  }
  const map = withFind(finders.find)
  const { opened, targets, lane } = await (input.topic === undefined
    ? fromStream(input, parts)
    : fromWebhook(input, parts))
  const mapped: PreviewResult[] = []
  for (const open of opened) mapped.push(...(await previewAll(open, targets, input, map)))
  const results = mapped.map((result) => fitResult(result, parts))
  if (opened.length === 0)
    notes.add(`no item of stream ${input.stream} found: pass a page of it, a list, or one item with its id`)
  const { isCollected } = offline
  const origin = { opened, targets, input, now: parts.clock.now(), isCollected }
  const explainer = withFind(finders.findAgain)
  const explanations = input.explain === undefined ? undefined : await explainItems(origin, explainer)
  const metrics = new Set(mapped.map(({ metric }) => metric))
  const silences = explanations === undefined ? await describeSilences(origin, metrics, explainer) : []
  for (const change of formatChanges(results.flatMap(({ changes = [] }) => changes))) notes.add(change)
  if (parts.spec.people.onlyKnown && results.some(({ message }) => message !== undefined))
    notes.add(
      `people.onlyKnown: sent only if ${parts.spec.destination.name} has the person, whom a preview does not ask for`,
    )
  const messages = results.flatMap(({ message }) => (message === undefined ? [] : [message]))
  return {
    items: results.map(({ item }) => item),
    bodies: await bodiesOf(messages, lane, parts, notes),
    ...(await requestsOf(results, input, parts)),
    notes: [...notes],
    silences,
    ...(explanations && { explanations }),
    ok: !results.some(({ item }) => 'fault' in item),
  }
}

function withPresentMembers({ lookups, ...input }: PreviewInput): PreviewInput {
  const data = presentMembers(input.data)
  return { ...input, data, ...(lookups !== undefined && { lookups: presentMembers(lookups) }) }
}

interface Finders {
  readonly find: Lookups['find']
  /** For an explanation, which hydrates even what the mapping did not need: the source is not asked again, nor for more. */
  readonly findAgain: Lookups['find']
}

function createFinders(
  { lookupFallback }: PreviewInput,
  offline: Pick<OfflineLookups, 'find'>,
  { lookups }: Pick<PreviewParts, 'lookups'>,
): Finders {
  const found = new Map<string, MaybePromise<Json | undefined>>()
  const remember = ({ name }: LookupSpec, key: string, find: () => MaybePromise<Json | undefined>) => {
    const id = JSON.stringify([name, key])
    if (!found.has(id)) found.set(id, find())
    return found.get(id)
  }
  const peek = async (lookup: LookupSpec, key: string) =>
    (lookupFallback && (await lookups.peek(lookup, key))) ?? offline.find(lookup, key)
  const ask = async (lookup: LookupSpec, key: string) =>
    (await lookups.find(lookup, key, 'live')) ?? offline.find(lookup, key)
  const find = lookupFallback === 'source' ? ask : peek
  return {
    find: (lookup, key) => remember(lookup, key, () => find(lookup, key)),
    findAgain: (lookup, key) => remember(lookup, key, () => peek(lookup, key)),
  }
}

interface OpenedInput {
  readonly opened: readonly OpenRecord[]
  readonly targets: RecordTargets
  readonly lane: Lane
}

async function fromWebhook(input: PreviewInput, { spec, clock }: PreviewParts): Promise<OpenedInput> {
  const topic = input.topic ?? ''
  const resource = findResourceByTopic(topic, spec)
  if (resource === undefined) throw new Fault('config', 'preview/unknown-topic', `the spec knows no topic "${topic}"`)
  const notification = await notificationOf(input, spec, clock.now())
  return {
    opened: [await openNotification(notification, resource)],
    targets: findTargets({ topic }, spec),
    lane: 'live',
  }
}

/** The file's own envelope, or a synthetic one for a bare item. */
async function notificationOf(
  { topic = '', data, workspace }: PreviewInput,
  spec: Spec,
  now: number,
): Promise<Notification> {
  const envelope = await openEnvelope(data, spec).catch(() => undefined)
  if (envelope !== undefined && envelope.item !== null)
    return { ...envelope, topic, workspace: workspace ?? envelope.workspace }
  return { id: undefined, topic, workspace: workspace ?? '', time: Math.floor(now / 1000), item: data }
}

async function fromStream(input: PreviewInput, { spec }: PreviewParts): Promise<OpenedInput> {
  const stream = spec.streams.get(input.stream ?? '')
  const resource = spec.resources.get(stream?.resource ?? '')
  if (stream === undefined || resource === undefined)
    throw new Fault('config', 'preview/unknown-stream', `the spec has no stream "${input.stream ?? ''}"`)
  const workspace = input.workspace ?? ''
  const items = await itemsOf(input.data, stream, resource)
  const allMetrics = spec.mappings.map(({ metric }) => metric) // on-request metrics too: a preview costs no requests
  return {
    opened: items.map((item) => ({ resource, item, bindings: { workspace } })),
    targets: {
      ...findTargets({ stream: stream.name, backfillRun: { id: '', until: 0, only: allMetrics } }, spec),
      // A poll of the stream updates profiles.
      profile: stream.poll !== undefined && resource.name === spec.profile.resource,
    },
    lane: 'backfill',
  }
}

/** One item, a list of them, or a page. */
async function itemsOf(data: Json, stream: StreamSpec, resource: ResourceSpec): Promise<readonly Json[]> {
  if (Array.isArray(data)) return data
  const isItem = asId(await resource.id.evaluate(data)) !== undefined
  return isItem ? [data] : asArray(await stream.records.evaluate(data))
}

async function previewAll(
  open: OpenRecord,
  targets: RecordTargets,
  input: PreviewInput,
  parts: MapParts & Pick<PreviewParts, 'clock'>,
): Promise<PreviewResult[]> {
  const { item } = open
  const bindings = withStepBudget(open.bindings)
  const workspace = asId(bindings.workspace) ?? ''
  const repeats = input.topic === undefined ? 'nothing' : 'older-parts'
  if (input.topic !== undefined && (await isDeletion(item, bindings, parts.spec.people)))
    return [{ metric: DELETION, item: { metric: DELETION, skipped: 'awaiting-deletion' } }]
  // Lane `live` shows the whole profile. The request shows what history omits.
  const context = { lane: 'live', workspace, now: parts.clock.now(), repeats } as const
  const mapped = [...(await mapEvents(targets.mappings, { bindings, itemOf: () => item }, context, parts))]
  if (targets.profile) {
    mapped.push(await catchFault({ metric: PROFILE, lane: 'live' }, () => mapProfile(item, bindings, parts)))
  }
  return mapped.map(toPreview)
}

/** Shows a message within the limits of the destination. One that it would reject stays as mapped. */
function fitResult(result: PreviewResult, { destination }: PreviewParts): PreviewResult {
  if (result.message === undefined) return result
  try {
    const { message, changes } = destination.fit(result.message)
    return { ...result, item: toItem(message), changes }
  } catch {
    return result
  }
}

function toItem(message: OutgoingMessage): PreviewItem {
  if (message.kind === 'profile') return { profile: message.profile }
  const { kind: _, omissions: __, ...item } = message
  return item
}

function toPreview(mapped: MappedOccurrence): PreviewResult {
  const { metric } = mapped.identity
  if ('skipped' in mapped) return { metric, item: { metric, skipped: mapped.skipped } }
  if ('deletion' in mapped) return { metric, item: { metric, skipped: 'awaiting-deletion' } }
  if ('wait' in mapped) return { metric, item: { metric, skipped: mapped.wait.reason } }
  if ('fault' in mapped) {
    const { message, place } = mapped.fault.info()
    return { metric, item: { metric, fault: message, ...(place !== undefined && { place }) } }
  }
  return { metric, message: mapped.message, item: toItem(mapped.message) }
}
