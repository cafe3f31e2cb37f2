/** Maps what a webhook or a stream would give, and sends nothing: for trying a mapping. */

import { asArray, asId } from '../lib/json.ts'
import type { Destination } from '../ports/destination.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Json, Lane, OutgoingMessage, Profile } from '../ports/types.ts'
import { type Notification, openEnvelope, resourceOfTopic } from '../source/envelope.ts'
import { type OpenRecord, openNotification, type RecordTargets, targetsOf } from '../source/open-record.ts'
import type { LookupSpec, ResourceSpec, Spec, StreamSpec } from '../spec/spec.ts'
import type { CompiledPlan } from './compile-plan.ts'
import type { Lookups } from './lookups.ts'
import { mapEvent } from './map-event.ts'
import { mapProfile, PROFILE } from './map-profile.ts'
import { occurrences } from './occurrences.ts'
import { offlineLookups, unusedLookups } from './offline-lookups.ts'
import type { MapParts, MapResult } from './types.ts'

export interface PreviewInput {
  /** Exactly one of `topic` and `stream`. */
  readonly topic?: string
  readonly stream?: string
  /** A whole notification or its item; a page of the stream, a list of items, or one item. */
  readonly data: Json
  /** By lookup name: a list of objects with `id`, or an object keyed by id. Also as the source's own pages give them. */
  readonly lookups?: Json
  /**
   * Where else to find what `lookups` lacks: among what was looked up last, or at the source, which costs requests
   * and may fail. Absent: nowhere, so that a preview needs no network.
   */
  readonly lookupFallback?: 'remembered' | 'source'
  /** Prefix of the keys, where the data does not say. */
  readonly workspace?: string
}

/** What would be sent of one occurrence, or why nothing would. */
export type PreviewItem =
  | {
      readonly metric: string
      readonly time: string
      readonly key: string
      readonly profile: Profile
      readonly properties: Json
    }
  | { readonly profile: Profile }
  | { readonly metric: string; readonly skipped: string }
  | { readonly metric: string; readonly fault: string; readonly place?: string }

export interface Preview {
  readonly items: readonly PreviewItem[]
  /** The destination's request bodies for them. */
  readonly bodies: readonly Json[]
  /** Things a person should know, e.g. a lookup that was not given. */
  readonly notes: readonly string[]
  /** Whether no item is a fault. */
  readonly ok: boolean
}

export interface PreviewParts {
  readonly spec: Spec
  readonly plan: CompiledPlan
  readonly destination: Pick<Destination, 'previewBodies'>
  readonly clock: Clock
  readonly lookups: Pick<Lookups, 'find' | 'peek'>
}

/** A message, or why there is none, under its metric's name. */
interface Shown {
  readonly item: PreviewItem
  readonly message?: OutgoingMessage
}

/** Throws a config fault for a topic or a stream that the spec does not know. */
export async function previewMapping(input: PreviewInput, parts: PreviewParts): Promise<Preview> {
  const { find: here, notes } = offlineLookups(input.lookups, input.data)
  for (const note of unusedLookups(input.lookups, [...parts.spec.lookups.keys()])) notes.add(note)
  const find: Lookups['find'] = async (lookup, key) => (await beyond(input, lookup, key, parts)) ?? here(lookup, key)
  const map: MapParts = { ...parts, lookups: { find }, delivered: async () => false, forDisplay: true }
  const { opened, takers, lane } = await (input.topic === undefined
    ? fromStream(input, parts)
    : fromWebhook(input, parts))
  const shown: Shown[] = []
  for (const open of opened) shown.push(...(await showAll(open, takers, input, map)))
  if (opened.length === 0)
    notes.add(`it holds nothing of ${input.stream}: give a page of it, a list, or one item with its id`)
  else if (shown.length === 0) notes.add('no mapping finds anything in it')
  const messages = shown.flatMap(({ message }) => (message === undefined ? [] : [message]))
  return {
    items: shown.map(({ item }) => item),
    bodies: bodiesOf(messages, lane, parts, notes),
    notes: [...notes],
    ok: !shown.some(({ item }) => 'fault' in item),
  }
}

function beyond({ lookupFallback }: PreviewInput, lookup: LookupSpec, key: string, { lookups }: PreviewParts) {
  if (lookupFallback === 'source') return lookups.find(lookup, key, 'live')
  return lookupFallback === 'remembered' ? lookups.peek(lookup, key) : undefined
}

interface Given {
  readonly opened: readonly OpenRecord[]
  readonly takers: RecordTargets
  readonly lane: Lane
}

async function fromWebhook(input: PreviewInput, { spec, clock }: PreviewParts): Promise<Given> {
  const topic = input.topic ?? ''
  const resource = resourceOfTopic(topic, spec)
  if (resource === undefined) throw new Fault('config', 'preview/unknown-topic', `the spec knows no topic "${topic}"`)
  const notification = await notificationOf(input, spec, clock.now())
  return { opened: [await openNotification(notification, resource)], takers: targetsOf({ topic }, spec), lane: 'live' }
}

/** The file's own envelope, or one made up round a bare item. */
async function notificationOf(
  { topic = '', data, workspace }: PreviewInput,
  spec: Spec,
  now: number,
): Promise<Notification> {
  const whole = await openEnvelope(data, spec).catch(() => undefined)
  if (whole !== undefined && whole.item !== null) return { ...whole, topic, workspace: workspace ?? whole.workspace }
  return { id: undefined, topic, workspace: workspace ?? '', time: Math.floor(now / 1000), item: data }
}

async function fromStream(input: PreviewInput, { spec }: PreviewParts): Promise<Given> {
  const stream = spec.streams.get(input.stream ?? '')
  const resource = spec.resources.get(stream?.resource ?? '')
  if (stream === undefined || resource === undefined)
    throw new Fault('config', 'preview/unknown-stream', `the spec has no stream "${input.stream ?? ''}"`)
  const workspace = input.workspace ?? ''
  const items = await itemsOf(input.data, stream, resource)
  const named = spec.mappings.map(({ metric }) => metric) // opt-in metrics too: a preview costs no calls
  return {
    opened: items.map((item) => ({ resource, item, bindings: { workspace } })),
    takers: targetsOf({ stream: stream.name, backfillRun: { id: '', until: 0, only: named } }, spec),
    lane: 'backfill',
  }
}

/** One item, a list of them, or a page. */
async function itemsOf(data: Json, stream: StreamSpec, resource: ResourceSpec): Promise<readonly Json[]> {
  if (Array.isArray(data)) return data
  const isItem = asId(await resource.id.evaluate(data)) !== undefined
  return isItem ? [data] : asArray(await stream.records.evaluate(data))
}

async function showAll(
  open: OpenRecord,
  takers: RecordTargets,
  input: PreviewInput,
  parts: MapParts,
): Promise<Shown[]> {
  const workspace = asId(open.bindings.workspace) ?? ''
  const shown: Shown[] = []
  for (const mapping of takers.mappings) {
    try {
      // Lane `live` shows the whole profile. What history leaves out of it is seen in the request.
      for (const one of await occurrences(mapping, open.item, open.bindings, input.topic !== undefined)) {
        shown.push(await show(mapping.metric, () => mapEvent(mapping, one, { lane: 'live', workspace }, parts)))
      }
    } catch (error) {
      shown.push(faulty(mapping.metric, error))
    }
  }
  if (takers.profile) shown.push(await show(PROFILE, () => mapProfile(open.item, open.bindings, parts)))
  return shown
}

async function show(metric: string, map: () => Promise<MapResult<OutgoingMessage>>): Promise<Shown> {
  try {
    const mapped = await map()
    if ('skipped' in mapped) return { item: { metric, skipped: mapped.skipped } }
    const { message } = mapped
    if (message.kind === 'profile') return { message, item: { profile: message.profile } }
    const { kind: _, ...item } = message
    return { message, item }
  } catch (error) {
    return faulty(metric, error)
  }
}

function faulty(metric: string, error: unknown): Shown {
  const { message, place } = toFault(error).info()
  return { item: { metric, fault: message, ...(place !== undefined && { place }) } }
}

/** None where the destination would not take them, e.g. for want of an identifier. */
function bodiesOf(
  messages: readonly OutgoingMessage[],
  lane: Lane,
  { destination }: PreviewParts,
  notes: Set<string>,
): readonly Json[] {
  try {
    return destination.previewBodies(messages, lane)
  } catch (error) {
    notes.add(`no request: ${toFault(error).message}`)
    return []
  }
}
