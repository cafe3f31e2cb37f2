/** One webhook's way to a request body, stage by stage, by the functions that run in the connector. No disk, no network. */
import { createHmac } from 'node:crypto'
import { eventBody } from '../connector/klaviyo/request-bodies.ts'
import { loadConnectorSpec } from '../connector/spec.ts'
import { compilePlan } from '../runtime/mapping/compile-plan.ts'
import { hydrate } from '../runtime/mapping/hydrate.ts'
import { createLookups } from '../runtime/mapping/lookups.ts'
import { identityOf, mapEvent } from '../runtime/mapping/map-event.ts'
import { emailHashOf } from '../runtime/mapping/map-profile.ts'
import { type Occurrence, occurrences } from '../runtime/mapping/occurrences.ts'
import { firstSkip } from '../runtime/mapping/skip-rules.ts'
import type { MapParts } from '../runtime/mapping/types.ts'
import type { Json, JsonObject, MetricEvent } from '../runtime/ports/types.ts'
import { openEnvelope, recordFromWebhook } from '../runtime/source/envelope.ts'
import { openRecord } from '../runtime/source/open-record.ts'
import { verifySignature } from '../runtime/source/verify-signature.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { type Sample, samples, WORKSPACE } from './mapping/samples.ts'
import type { Table } from './report.ts'
import { rounds } from './rounds.ts'

const SECRET = 'bench-secret'
const NOW = 1_768_204_800_000
const SAMPLES = 200

const events = [
  { metric: 'Created Conversation', kind: 'conversation', topic: 'conversation.user.created' },
  { metric: 'Resolved Ticket', kind: 'ticket', topic: 'ticket.state.updated' },
] as const

export async function run(): Promise<readonly Table[]> {
  const spec = await loadConnectorSpec()
  const tables: Table[] = []
  for (const event of events) tables.push(await measure(event, spec))
  return tables
}

async function measure({ metric, kind, topic }: (typeof events)[number], spec: Spec): Promise<Table> {
  const given = samples(kind, SAMPLES)
  const { find } = memory(given)
  const ways = await Promise.all(given.map((sample) => follow(sample, metric, topic, spec, find)))
  const names = Object.keys(ways[0] ?? {})
  const measured = await rounds(
    names.map((name) => ({
      name,
      operations: ways.length,
      run: async () => {
        for (const way of ways) {
          const result = way[name]?.()
          if (result instanceof Promise) await result
        }
      },
    })),
  )
  const stages = measured.map(({ name: stage, micros }) => ({ stage, µs: micros }))
  const sum = stages.reduce((all, row) => all + row.µs, 0)
  const bytes = Math.round(Buffer.byteLength(JSON.stringify(given[0]?.item)) / 100) / 10
  return {
    title: `${metric}: one webhook to one request body, without store and network`,
    rows: [...stages, { stage: 'all', µs: sum }],
    notes: [`an item of ${bytes} kB; lookups from memory`],
  }
}

type Way = Readonly<Record<string, () => unknown>>

/** The stages of one sample, each given what the ones before it gave. */
async function follow(
  sample: Sample,
  metric: string,
  topic: string,
  spec: Spec,
  find: MapParts['lookups']['find'],
): Promise<Way> {
  const body = bodyOf(sample, topic)
  const bytes = new TextEncoder().encode(body)
  const signature = `sha1=${createHmac('sha1', SECRET).update(bytes).digest('hex')}`
  const envelope = JSON.parse(body) as Json
  const notification = await openEnvelope(envelope, spec)
  const record = await recordFromWebhook(body, notification, spec, NOW)
  const resource = must(spec.resources.get(record.resource ?? ''))
  const mapping = must(spec.mappings.find((one) => one.metric === metric))
  const plans = compilePlan(spec)
  const planned = plans.of(mapping)
  const parts = { spec, plan: plans, lookups: { find }, delivered: async () => false } as MapParts
  const { item, bindings } = await openRecord(record, resource, spec)
  const found: readonly Occurrence[] = await occurrences(mapping, item, bindings, true)
  const one = must(found[0])
  const { contact } = await identityOf(planned, item, one.bindings, WORKSPACE)
  const wanted = { wanted: planned.wanted.live, item, bindings: one.bindings, lane: 'live', find } as const
  const bound = await hydrate({ ...wanted, contact: must(contact) })
  const mapped = await mapEvent(mapping, one, { lane: 'live', workspace: WORKSPACE }, parts)
  const event = ('message' in mapped ? mapped.message : undefined) as MetricEvent
  return {
    'signature (HMAC)': () => verifySignature(bytes, signature, spec.webhook.signature, [SECRET]),
    'text to JSON': () => JSON.parse(new TextDecoder().decode(bytes)),
    'envelope to record': async () => recordFromWebhook(body, await openEnvelope(envelope, spec), spec, NOW),
    'record opened (parsed again)': () => openRecord(record, resource, spec),
    occurrences: () => occurrences(mapping, item, bindings, true),
    'key, time, contact': () => identityOf(planned, item, one.bindings, WORKSPACE),
    'reasons to skip': () => firstSkip(mapping.skip, item, bound),
    'lookups from memory': () => hydrate({ ...wanted, contact: must(contact) }),
    profile: () => plans.profile.evaluate.live(must(bound.contact), bound),
    properties: () => planned.properties(item, bound),
    'person (SHA-256, for the ledger)': () => emailHashOf(event.profile),
    'limits checked, body encoded': () => eventBody(event, spec.destination.limits),
  }
}

function bodyOf({ item }: Sample, topic: string): string {
  const about = { type: 'notification_event', app_id: WORKSPACE, id: `notif_${item.id}`, topic, created_at: NOW / 1000 }
  return JSON.stringify({ ...about, data: { type: 'notification_event_data', item } })
}

/** Lookups that have been answered once: what is measured is finding them again. */
function memory(all: readonly Sample[]) {
  const [{ admin, team, tag }] = all as readonly [Sample]
  const answers: Readonly<Record<string, unknown>> = {
    '/admins': { admins: [admin] },
    '/teams': { teams: [team] },
    '/tags': { data: tag },
  }
  const request = async ({ path }: { readonly path: string }, { key }: JsonObject) =>
    (answers[path] ?? all.find(({ contact }) => contact.id === key)?.contact) as Json
  return createLookups({
    client: { request } as unknown as Parameters<typeof createLookups>[0]['client'],
    store: { readCache: async () => [], writeCache: async () => {}, deleteCache: async () => {} },
    clock: { now: () => NOW, sleep: async () => {} },
    signal: new AbortController().signal,
  })
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the stages do not fit together')
  return value
}
