/** Opens webhook envelopes, and builds the records to queue from webhooks and stream items. */
import { createHash } from 'node:crypto'
import { asId, isObject } from '../lib/json.ts'
import { presentMembers } from '../lib/present-members.ts'
import { Fault } from '../ports/fault.ts'
import type { BackfillRun, Json, SourceRecord } from '../ports/types.ts'
import type { ResourceSpec, Spec, StreamSpec } from '../spec/spec.ts'

/** An opened webhook. */
export interface Notification {
  /** May be missing: some sources send null. */
  readonly id: string | undefined
  readonly topic: string
  /** Empty: it names none, and belongs to the account whose secret signed it. */
  readonly workspace: string
  /** Creation time, in the source's format. */
  readonly time: Json | undefined
  readonly item: Json
}

/** Throws a data fault for an envelope without a topic: it is no notification. */
export async function openEnvelope(sent: Json, spec: Spec): Promise<Notification> {
  const envelope = presentMembers(sent)
  const paths = spec.webhook.envelope
  const topic = await paths.topic.evaluate(envelope)
  if (typeof topic !== 'string' || topic === '')
    throw new Fault('data', 'webhook/no-topic', 'the notification names no topic')
  return {
    topic,
    id: asId(await paths.id?.evaluate(envelope)),
    workspace: asId(await paths.workspace?.evaluate(envelope)) ?? '',
    time: await paths.time?.evaluate(envelope),
    item: (await paths.item.evaluate(envelope)) ?? null,
  }
}

/** The resource in the form of its stream, without any wrapping of its topic. */
export async function unwrapResource(notification: Notification, resource: ResourceSpec): Promise<Json> {
  return (await resource.normalize?.evaluate(notification.item)) ?? notification.item
}

/** The resource kind of a topic. */
export function findResourceByTopic(topic: string, spec: Pick<Spec, 'resources'>): ResourceSpec | undefined {
  for (const resource of spec.resources.values()) if (resource.topics.has(topic)) return resource
  return undefined
}

/** The record to queue for a verified webhook. `body` is its text, stored unchanged. */
export async function buildWebhookRecord(
  body: string,
  notification: Notification,
  spec: Spec,
  now: number,
): Promise<SourceRecord> {
  const { topic, workspace } = notification
  const resource = findResourceByTopic(topic, spec)
  // An item that fails its own `id` expression is stored all the same: the worker reports the fault.
  const [id, number] = resource ? await idsOf(notification, resource).catch(() => []) : []
  const identity = notification.id ?? hashWithoutId(notification)
  return {
    id: `${workspace}:${topic}:${identity}`,
    ingress: 'webhook',
    lane: 'live',
    topic,
    ...(resource && { resource: resource.name }),
    workspace,
    orderingKey: resource && id ? `${workspace}:${resource.name}:${id}` : `${workspace}:${identity}`,
    lookupIds: [id, notification.id, number].filter((lookupId) => lookupId !== undefined),
    receivedAt: now,
    body,
  }
}

async function idsOf(notification: Notification, resource: ResourceSpec): Promise<readonly (string | undefined)[]> {
  const item = await unwrapResource(notification, resource)
  return [asId(await resource.id.evaluate(item)), await numberOf(item, resource)]
}

/** A number that cannot be read costs a search, never a record. */
const numberOf = async (item: Json, { number }: ResourceSpec): Promise<string | undefined> =>
  number && asId(await Promise.resolve(number.evaluate(item)).catch(() => undefined))

export interface StreamOrigin {
  readonly stream: string
  readonly resource: ResourceSpec
  readonly workspace: string
  /** The item's number in the stream, if it is read from the beginning: stands in for an id. */
  readonly position?: number
}

/** The record to queue for one item of a stream. */
export async function buildStreamRecord(
  item: Json,
  origin: StreamOrigin,
  run: BackfillRun,
  now: number,
): Promise<SourceRecord> {
  const { id, ...record } = await streamRecord(item, origin, now)
  return { ...record, id: `${run.id}:${origin.stream}:${id}`, ingress: 'backfill', backfillRun: run }
}

/** What tells a version of an item apart. */
export interface ItemVersion {
  /** Milliseconds since 1970. Absent: the item has no time, and its content tells. */
  readonly updatedAt: number | undefined
  /** Set for a pass that reads versions again, whatever other passes have read: its start, milliseconds since 1970. */
  readonly rereadAt?: number | undefined
}

/** The record to queue for an item that has changed: one for each of its versions. */
export async function buildChangedRecord(
  item: Json,
  origin: StreamOrigin,
  { updatedAt, rereadAt }: ItemVersion,
  now: number,
): Promise<SourceRecord> {
  const { id, ...record } = await streamRecord(item, origin, now)
  const { workspace, stream } = origin
  const changed = updatedAt ?? hashOf(item)
  const version = rereadAt === undefined ? `${changed}` : `${changed}:${rereadAt}`
  return { ...record, id: `${workspace}:reconcile:${stream}:${id}:${version}`, ingress: 'reconcile' }
}

/**
 * All but the ingress, with the item's id. Lane `backfill`: live records never queue behind what was read. An item without
 * an id, or one that is no object, is queued all the same, without lookup ids: it becomes a dead letter, and reading goes on.
 */
async function streamRecord(item: Json, { stream, resource, workspace, position }: StreamOrigin, now: number) {
  const own = await readId(item, resource).catch(() => undefined)
  const number = own === undefined ? undefined : await numberOf(item, resource)
  const id = own ?? `no-id-${position ?? hashOf(item)}`
  return {
    id,
    lane: 'backfill',
    stream,
    resource: resource.name,
    workspace,
    orderingKey: `${workspace}:${resource.name}:${id}`,
    lookupIds: [own, number].filter((lookupId) => lookupId !== undefined),
    receivedAt: now,
    body: JSON.stringify(item),
  } as const
}

const readId = async (item: Json, resource: ResourceSpec) => asId(await resource.id.evaluate(item))

/** The id of a stream's item. Throws a data fault without one: its events could not be told from those of another. */
export async function requireId(item: Json, resource: ResourceSpec): Promise<string> {
  const id = await readId(item, resource)
  if (id !== undefined) return id
  const message = `${isObject(item) ? 'an item' : `an item that is no object (${describeType(item)})`} of a page has no id, so its events could be counted twice: it was set apart, and reading went on`
  throw new Fault('data', 'stream/no-id', message)
}

/** Throws a config fault if a stream's first page has no id at all: then it is the spec that is wrong. */
export function requireSomeId(records: readonly SourceRecord[], stream: Pick<StreamSpec, 'name' | 'resource'>): void {
  if (records.length < 2 || records.some(({ lookupIds }) => lookupIds.length > 0)) return
  const message = `none of the ${records.length} items on the first page of stream ${stream.name} has an id: check \`id\` of resource ${stream.resource}`
  throw new Fault('config', 'stream/no-ids', message)
}

const describeType = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value)

/** Identifies a notification without an id and its retries: everything but the count of attempts. */
function hashWithoutId({ topic, time, item }: Notification): string {
  return hashOf([topic, time, item])
}

function hashOf(value: Json | readonly (Json | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
