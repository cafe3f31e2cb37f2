/** Makes the record to deliver of what a case brings, as receiving and reading do. */
import { Fault } from '../../ports/fault.ts'
import type { BackfillRun, SourceRecord } from '../../ports/types.ts'
import {
  buildChangedRecord,
  buildStreamRecord,
  buildWebhookRecord,
  openEnvelope,
  type StreamOrigin,
} from '../../source/envelope.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CaseInput, CaseRecord, CaseStep } from '../types.ts'
import { END_OF_TIME, listHistoryMetrics } from './whole-history.ts'

/** Throws a data `Fault` for a notification without a topic, and a config `Fault` for an unknown stream. */
export async function toSourceRecord(
  { stream, body }: CaseRecord,
  { at, ingress }: Pick<CaseStep, 'at' | 'ingress'>,
  { workspace }: Pick<CaseInput, 'workspace'>,
  spec: Spec,
): Promise<SourceRecord> {
  const now = Date.parse(at)
  if (stream === undefined) {
    const notification = await openEnvelope(body, spec)
    return { ...(await buildWebhookRecord(JSON.stringify(body), notification, spec, now)), ingress }
  }
  const origin: StreamOrigin = { stream, resource: findResource(stream, spec), workspace }
  return ingress === 'backfill'
    ? buildStreamRecord(body, origin, runOf(spec), now)
    : buildChangedRecord(body, origin, { updatedAt: 0 }, now)
}

function findResource(stream: string, { streams, resources }: Spec) {
  const resource = resources.get(streams.get(stream)?.resource ?? '')
  if (resource === undefined) throw new Fault('config', 'preview/unknown-stream', `the spec has no stream "${stream}"`)
  return resource
}

const runOf = (spec: Spec): BackfillRun => ({ id: 'case', until: END_OF_TIME, only: listHistoryMetrics(spec) })
