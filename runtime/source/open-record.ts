/** Opens a queued record, and finds the mappings for it. */
import type { Bindings } from '../expression/expression.ts'
import { MAX_JSON_DEPTH, parseJson } from '../lib/json.ts'
import { presentMembers } from '../lib/present-members.ts'
import { Fault } from '../ports/fault.ts'
import { isReconciled, type RecordOrigin } from '../ports/ledger.ts'
import type { Json, SourceRecord } from '../ports/types.ts'
import type { Mapping, ResourceSpec, Spec } from '../spec/spec.ts'
import { type Notification, openEnvelope, unwrapResource } from './envelope.ts'

/** A resource and the variables of its expressions: the same on every ingress. */
export interface OpenRecord {
  readonly resource: ResourceSpec
  readonly item: Json
  /** `$notification` (webhooks only) and `$workspace`. */
  readonly bindings: Bindings
}

export interface RecordTargets {
  readonly mappings: readonly Mapping[]
  /** Whether the record also updates a profile. */
  readonly profile: boolean
}

/** The mappings for a topic, or for a stream in a backfill run. */
export function findTargets(record: RecordOrigin, spec: Spec): RecordTargets {
  const { topic, stream, backfillRun: run } = record
  if (topic !== undefined) {
    const mappings = spec.mappings.filter((mapping) => mapping.topics.has(topic))
    return { mappings, profile: spec.profile.topics.has(topic) }
  }
  const ofStream = spec.mappings.filter((mapping) => mapping.stream?.name === stream)
  if (isReconciled(record)) {
    const isContact = spec.streams.get(stream ?? '')?.resource === spec.profile.resource
    return { mappings: ofStream, profile: isContact }
  }
  return { mappings: ofStream.filter((mapping) => isSelected(mapping, run?.only)), profile: false }
}

/** Whether a run limited to `only` includes a metric. Opt-in metrics must be named. */
export function isSelected(mapping: Mapping, only: readonly string[] | undefined): boolean {
  if (mapping.stream === undefined) return false
  return only === undefined ? !mapping.stream.onRequest : only.includes(mapping.metric)
}

/** Throws a data fault for a body that is not JSON, or has no topic. */
export async function openRecord(record: SourceRecord, resource: ResourceSpec, spec: Spec): Promise<OpenRecord> {
  const body = parseBody(record)
  const { topic, workspace } = record
  return topic === undefined
    ? { resource, item: presentMembers(body), bindings: { workspace } }
    : openNotification({ ...(await openEnvelope(body, spec)), workspace }, resource)
}

export async function openNotification(notification: Notification, resource: ResourceSpec): Promise<OpenRecord> {
  const { workspace, topic, time } = notification
  const bindings = { workspace, notification: { topic, ...(time !== undefined && { created_at: time }) } }
  return { resource, item: await unwrapResource(notification, resource), bindings }
}

function parseBody(record: SourceRecord): Json {
  const body = parseJson(record.body)
  if (body !== undefined) return body
  const message = `the stored body of the record is not JSON, or is nested more than ${MAX_JSON_DEPTH} levels deep`
  throw new Fault('data', 'record/not-json', message)
}
