/** Opens webhook envelopes, and builds the records to queue from webhooks and stream items. */
import { createHash } from 'node:crypto'
import { asId } from '../lib/json.ts'
import { Fault } from '../ports/fault.ts'
import type { BackfillRun, Json, JsonObject, SourceRecord } from '../ports/types.ts'
import type { ResourceSpec, Spec } from '../spec/spec.ts'

/** An opened webhook. */
export interface Notification {
  /** May be missing: some sources send null. */
  readonly id: string | undefined
  readonly topic: string
  readonly workspace: string
  /** Creation time, in the source's format. */
  readonly time: Json | undefined
  readonly item: Json
}

/** Throws a data fault for an envelope without a topic: it is no notification. */
export async function openEnvelope(envelope: Json, spec: Spec): Promise<Notification> {
  const paths = spec.webhook.envelope
  const topic = await paths.topic.evaluate(envelope)
  if (typeof topic !== 'string' || topic === '')
    throw new Fault('data', 'webhook/no-topic', 'the notification names no topic')
  return {
    topic,
    id: asId(await paths.id.evaluate(envelope)),
    workspace: asId(await paths.workspace.evaluate(envelope)) ?? '',
    time: await paths.time.evaluate(envelope),
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
  const id = resource && (await idOf(notification, resource).catch(() => undefined))
  const identity = notification.id ?? hashWithoutId(notification)
  return {
    id: `${workspace}:${topic}:${identity}`,
    ingress: 'webhook',
    lane: 'live',
    topic,
    ...(resource && { resource: resource.name }),
    workspace,
    orderingKey: resource && id ? `${workspace}:${resource.name}:${id}` : `${workspace}:${identity}`,
    lookupIds: [id, notification.id].filter((lookupId) => lookupId !== undefined),
    receivedAt: now,
    body,
  }
}

async function idOf(notification: Notification, resource: ResourceSpec): Promise<string | undefined> {
  return asId(await resource.id.evaluate(await unwrapResource(notification, resource)))
}

export interface StreamOrigin {
  readonly stream: string
  readonly resource: ResourceSpec
  readonly workspace: string
}

/** The record to queue for one item of a stream. */
export async function buildStreamRecord(
  item: JsonObject,
  origin: StreamOrigin,
  run: BackfillRun,
  now: number,
): Promise<SourceRecord> {
  const { id, ...record } = await streamRecord(item, origin, now)
  return { ...record, id: `${run.id}:${origin.stream}:${id}`, ingress: 'backfill', backfillRun: run }
}

/** What tells a version of an item apart. */
export interface ItemVersion {
  /** Milliseconds since 1970. */
  readonly updatedAt: number
  /** Set for a pass that reads versions again, whatever other passes have read: its start, milliseconds since 1970. */
  readonly rereadAt?: number | undefined
}

/** The record to queue for an item that has changed: one for each of its versions. */
export async function buildChangedRecord(
  item: JsonObject,
  origin: StreamOrigin,
  { updatedAt, rereadAt }: ItemVersion,
  now: number,
): Promise<SourceRecord> {
  const { id, ...record } = await streamRecord(item, origin, now)
  const { workspace, stream } = origin
  const version = rereadAt === undefined ? `${updatedAt}` : `${updatedAt}:${rereadAt}`
  return { ...record, id: `${workspace}:reconcile:${stream}:${id}:${version}`, ingress: 'reconcile' }
}

/** All but the ingress, with the item's id. Lane `backfill`: live records never queue behind what was read. */
async function streamRecord(item: JsonObject, { stream, resource, workspace }: StreamOrigin, now: number) {
  const id = asId(await resource.id.evaluate(item))
  if (id === undefined) throw new Fault('data', 'stream/no-id', `an item of stream ${stream} has no id`)
  return {
    id,
    lane: 'backfill',
    stream,
    resource: resource.name,
    workspace,
    orderingKey: `${workspace}:${resource.name}:${id}`,
    lookupIds: [id],
    receivedAt: now,
    body: JSON.stringify(item),
  } as const
}

/** Identifies a notification without an id and its retries: everything but the count of attempts. */
function hashWithoutId({ topic, time, item }: Notification): string {
  return createHash('sha256')
    .update(JSON.stringify([topic, time, item]))
    .digest('hex')
    .slice(0, 32)
}
