/** Makes the record to deliver of what a case brings, as receiving and reading do. */
import { asId } from '../../lib/json.ts'
import { Fault } from '../../ports/fault.ts'
import type { BackfillRun, SourceRecord } from '../../ports/types.ts'
import { buildChangedRecord, buildStreamRecord, findResourceByTopic, type StreamOrigin } from '../../source/envelope.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CaseInput, CaseRecord, CaseStep } from '../types.ts'
import { END_OF_TIME, listHistoryMetrics } from './whole-history.ts'

/** Throws a data `Fault` for a notification without a topic, and a config `Fault` for an unknown stream. */
export async function toSourceRecord(
  record: CaseRecord,
  { at, ingress }: Pick<CaseStep, 'at' | 'ingress'>,
  { workspace }: Pick<CaseInput, 'workspace'>,
  spec: Spec,
): Promise<SourceRecord> {
  const { stream, body } = record
  const now = Date.parse(at)
  if (stream === undefined) return { ...(await toWebhookRecord(record, spec, now)), ingress }
  const origin: StreamOrigin = { stream, resource: findResource(stream, spec), workspace }
  return ingress === 'backfill'
    ? buildStreamRecord(body, origin, runOf(spec), now)
    : buildChangedRecord(body, origin, { updatedAt: 0 }, now)
}

/** Without what only a queue needs: the id of the record, and the order of records. */
async function toWebhookRecord({ body }: CaseRecord, spec: Spec, now: number) {
  const { envelope } = spec.webhook
  const [topic, workspace] = await Promise.all([envelope.topic.evaluate(body), envelope.workspace.evaluate(body)])
  if (typeof topic !== 'string' || topic === '')
    throw new Fault('data', 'webhook/no-topic', 'the notification names no topic')
  const resource = findResourceByTopic(topic, spec)
  return {
    id: topic,
    lane: 'live',
    topic,
    ...(resource && { resource: resource.name }),
    workspace: asId(workspace) ?? '',
    orderingKey: topic,
    lookupIds: [],
    receivedAt: now,
    body: JSON.stringify(body),
  } as const
}

function findResource(stream: string, { streams, resources }: Spec) {
  const resource = resources.get(streams.get(stream)?.resource ?? '')
  if (resource === undefined) throw new Fault('config', 'preview/unknown-stream', `the spec has no stream "${stream}"`)
  return resource
}

const runOf = (spec: Spec): BackfillRun => ({ id: 'case', until: END_OF_TIME, only: listHistoryMetrics(spec) })
