/** Times each stage from a webhook to its request body, by the functions of the connector. No disk, no network. */
import { createHmac } from 'node:crypto'
import { eventBody } from '../connector/klaviyo/request-bodies.ts'
import { loadConnectorSpec } from '../connector/spec.ts'
import type { Bindings } from '../runtime/expression/expression.ts'
import { compilePlan } from '../runtime/mapping/compile-plan.ts'
import { hydrate } from '../runtime/mapping/hydrate.ts'
import { createLookups } from '../runtime/mapping/lookups.ts'
import { mapEvent, toEventIdentity } from '../runtime/mapping/map-event.ts'
import { describePerson } from '../runtime/mapping/map-profile.ts'
import { findOccurrences, identifyOccurrence, type Occurrence } from '../runtime/mapping/occurrences.ts'
import { findSkipReason } from '../runtime/mapping/skip-rules.ts'
import type { MapParts } from '../runtime/mapping/types.ts'
import type { Json, MetricEvent } from '../runtime/ports/types.ts'
import { buildWebhookRecord, openEnvelope } from '../runtime/source/envelope.ts'
import { openRecord } from '../runtime/source/open-record.ts'
import { verifySignature } from '../runtime/source/verify-signature.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { compare } from './harness/compare.ts'
import type { ResultTable } from './harness/result-table.ts'
import { type Sample, samples, WORKSPACE } from './mapping/samples.ts'

const SECRET = 'bench-secret'
const NOW = 1_768_204_800_000

const hashPerson = (identifier: string): string => createHmac('sha256', 'key').update(identifier).digest('hex')
const SAMPLES = 200

const events = [
  { metric: 'Created Conversation', kind: 'conversation', topic: 'conversation.user.created' },
  { metric: 'Resolved Ticket', kind: 'ticket', topic: 'ticket.state.updated' },
] as const

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const spec = await loadConnectorSpec()
  const tables: ResultTable[] = []
  for (const event of events) tables.push(await measure(event, spec))
  return tables
}

async function measure({ metric, kind, topic }: (typeof events)[number], spec: Spec): Promise<ResultTable> {
  const inputs = samples(kind, SAMPLES)
  const cached = lookupsFromMemory(inputs)
  const find: MapParts['lookups']['find'] = (...args) => cached.find(...args)
  const runs = await Promise.all(inputs.map((sample) => prepareStages({ sample, metric, topic, spec, find })))
  const names = Object.keys(runs[0] ?? {})
  const measured = await compare(
    names.map((name) => ({
      name,
      operations: runs.length,
      run: async () => {
        for (const stages of runs) {
          const result = stages[name]?.()
          if (result instanceof Promise) await result
        }
      },
    })),
  )
  const stages = measured.map(({ name: stage, micros }) => ({ stage, µs: micros }))
  const sum = stages.reduce((all, row) => all + row.µs, 0)
  const bytes = Math.round(Buffer.byteLength(JSON.stringify(inputs[0]?.item)) / 100) / 10
  return {
    title: `${metric}: one webhook to one request body, without store and network`,
    rows: [...stages, { stage: 'total', µs: sum }],
    notes: [`an item of ${bytes} kB; lookups from memory`],
  }
}

interface StageInputs {
  readonly sample: Sample
  readonly metric: string
  readonly topic: string
  readonly spec: Spec
  readonly find: MapParts['lookups']['find']
}

type Stages = Readonly<Record<string, () => unknown>>

/** The stages of one sample, each with the results of the stages before it. */
async function prepareStages({ sample, metric, topic, spec, find }: StageInputs): Promise<Stages> {
  const body = bodyOf(sample, topic)
  const bytes = new TextEncoder().encode(body)
  const signature = `sha1=${createHmac('sha1', SECRET).update(bytes).digest('hex')}`
  const signed = { headers: new Headers({ 'X-Hub-Signature': signature }), now: NOW }
  const envelope = JSON.parse(body) as Json
  const notification = await openEnvelope(envelope, spec)
  const record = await buildWebhookRecord(body, notification, spec, NOW)
  const resource = must(spec.resources.get(record.resource ?? ''))
  const mapping = must(spec.mappings.find((candidate) => candidate.metric === metric))
  const plans = compilePlan(spec)
  const planned = plans.planOf(mapping)
  const none = async () => new Set<string>()
  const live = { isQueued: async () => false, liveSince: () => 0, firstWebhookAt: () => 0 }
  const store = { filterDelivered: none, filterWaiting: none, readSends: async () => [], ...live }
  const states = { newest: async () => undefined, sent: () => undefined }
  const lookups = { find, invalidate: async () => undefined }
  const parts: MapParts = { spec, plan: plans, lookups, contacts: states, ...store }
  const { item, bindings } = await openRecord(record, resource, spec)
  const all: readonly Occurrence[] = await findOccurrences(mapping, item, bindings)
  const one = must(all[0])
  const identified = await identifyOccurrence(planned, item, one.bindings, WORKSPACE)
  const { contacts } = identified
  const wanted = { plan: planned.lookups.live, item, bindings: one.bindings, lane: 'live', lookups: { find } } as const
  const bound = await hydrate({ ...wanted, contact: must(contacts[0]) })
  const context = { lane: 'live', workspace: WORKSPACE, now: NOW, repeats: 'older-parts' } as const
  const candidate = { ...one, ...identified, mapping, delivered: false }
  const mapped = await mapEvent(candidate, toEventIdentity(candidate, context, parts), context, parts)
  const event = ('message' in mapped ? mapped.message : undefined) as MetricEvent
  return {
    'signature (HMAC)': () => verifySignature(bytes, signed, must(spec.webhook.signature), [SECRET]),
    'text to JSON': () => JSON.parse(new TextDecoder().decode(bytes)),
    'envelope to record': async () => buildWebhookRecord(body, await openEnvelope(envelope, spec), spec, NOW),
    'open record (parses again)': () => openRecord(record, resource, spec),
    occurrences: () => findOccurrences(mapping, item, bindings),
    'key, time, contact': () => identifyOccurrence(planned, item, one.bindings, WORKSPACE),
    'skip rules': () => findSkipReason(mapping.skip, item, bound),
    'lookups from memory': () => hydrate({ ...wanted, contact: must(contacts[0]) }),
    profile: () => plans.profile.evaluate.live(must(bound.contact), bound),
    properties: () => planned.properties(item, bound),
    'e-mail hash (keyed, for the ledger)': () => describePerson(event.profile, { hashPerson }),
    'check limits, encode body': () => eventBody(event, spec.destination.limits),
  }
}

function bodyOf({ item }: Sample, topic: string): string {
  const envelope = {
    type: 'notification_event',
    app_id: WORKSPACE,
    id: `notif_${item.id}`,
    topic,
    created_at: NOW / 1000,
  }
  return JSON.stringify({ ...envelope, data: { type: 'notification_event_data', item } })
}

/** Lookups answered once before, so that the stage measures their cache. */
function lookupsFromMemory(all: readonly Sample[]) {
  const [{ admin, team, tag }] = all as readonly [Sample]
  const answers: Readonly<Record<string, unknown>> = {
    '/admins': { admins: [admin] },
    '/teams': { teams: [team] },
    '/tags': { data: tag },
  }
  const request = async ({ path }: { readonly path: string }, { bindings }: { readonly bindings?: Bindings }) =>
    (answers[path] ?? all.find(({ contact }) => contact.id === bindings?.key)?.contact) as Json
  return createLookups({
    client: { request } as unknown as Parameters<typeof createLookups>[0]['client'],
    store: { readCache: async () => [], writeCache: async () => {}, deleteCache: async () => {} },
    clock: { now: () => NOW, sleep: async () => {} },
    signal: new AbortController().signal,
  })
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a stage gave no result')
  return value
}
