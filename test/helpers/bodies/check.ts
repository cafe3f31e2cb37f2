/** Sends mutated notifications, properly signed, through a whole connector: whatever they hold, it is not the program that fails. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Logger, Random } from '../../../runtime/ports/effects.ts'
import type { Json, JsonObject } from '../../../runtime/ports/types.ts'
import type { ResourceSpec } from '../../../runtime/spec/spec.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { startConnector } from '../connector-harness.ts'
import { seededRandom } from '../open-intercom.ts'
import { mutate } from './mutate.ts'

export interface BodyFailure {
  /** What went wrong, in one line. */
  readonly what: string
  readonly seed: number
  readonly body: string
}

export interface BodiesChecked {
  /** Bodies by status, and events and records by what became of them. */
  readonly tally: Readonly<Record<string, number>>
  /** The shortest body of each failure. */
  readonly failures: readonly BodyFailure[]
}

const ACCEPTED = new Set([200, 400, 413])
/** Records of one store. */
const BATCH = 500
/** Enough that the local Intercom sends every topic it knows. */
const ACTIONS = 150

/** Each body has a seed of its own, counted up from the given one. */
export async function checkBodies(
  { count, seed }: { readonly count: number; readonly seed: number },
  report: (done: number) => void = () => undefined,
): Promise<BodiesChecked> {
  const tally: Record<string, number> = {}
  const shortest = new Map<string, BodyFailure>()
  const add = (failure: BodyFailure) => {
    const known = shortest.get(failure.what)
    if (known === undefined || known.body.length > failure.body.length) shortest.set(failure.what, failure)
  }
  for (let done = 0; done < count; done += BATCH) {
    await checkBatch({ from: seed + done, to: seed + Math.min(count, done + BATCH) }, tally, add)
    report(done)
  }
  return { tally, failures: [...shortest.values()].sort((a, b) => a.body.length - b.body.length) }
}

async function checkBatch(
  { from, to }: { readonly from: number; readonly to: number },
  tally: Record<string, number>,
  add: (failure: BodyFailure) => void,
): Promise<void> {
  const count = (what: string) => {
    tally[what] = (tally[what] ?? 0) + 1
  }
  const stage = await openStage()
  const bodies = new Map<string, Omit<BodyFailure, 'what'>>()
  for (let seed = from; seed < to; seed++) {
    const random = seededRandom(seed)
    // The first numbers of neighbouring seeds are alike.
    for (let i = 0; i < 5; i++) random()
    const body = mutate({ ...stage.pick(random), id: `notif_${seed}` }, random)
    const { status, record } = await stage.send(body)
    count(String(status))
    if (!ACCEPTED.has(status)) add({ what: `answered ${status}: ${stage.lastError()}`, seed, body })
    if (record !== undefined && !bodies.has(record)) bodies.set(record, { seed, body })
  }
  await stage.work()
  for (const [record, { seed, body }] of bodies) {
    const [entry] = (await stage.store.trace(record)).filter(({ id }) => id === record)
    const { outcome, status = 'lost' } = entry ?? {}
    const own = outcome && 'fault' in outcome ? [outcome.fault] : []
    const faults = [...own, ...(outcome?.events ?? []).map(({ fault }) => fault)].filter((one) => one !== undefined)
    count(`${status}${faults[0] ? ` ${faults[0].code}` : ''}`)
    if (entry === undefined || status === 'pending' || status === 'leased')
      add({ what: `the record is ${status}`, seed, body })
    for (const { kind, code, message, place } of faults)
      if (kind === 'bug') add({ what: `${code}: ${message}${place ? ` (${place})` : ''}`, seed, body })
  }
}

async function openStage() {
  const templates: JsonObject[] = []
  const capture = async (request: Request) => {
    templates.push((await request.json()) as JsonObject)
    return new Response()
  }
  let lastError = ''
  let stored: string | undefined
  const logger: Logger = {
    ...silentLogger,
    debug(_, fields) {
      if (typeof fields?.record === 'string') stored ??= fields.record
    },
    error(message) {
      lastError = message
    },
  }
  const webhookUrl = () => 'http://localhost/webhooks/intercom'
  const harness = await startConnector({ fetch: capture, webhookUrl, connector: { logger } })
  const { connector, spec, intercom, store, secret } = harness
  for (let i = 0; i < ACTIONS; i++) await intercom.act()
  const sent = topicsOf(templates)
  addTopics(templates, [...spec.resources.values()])
  const all = topicsOf(templates)

  /** Half of them of a topic that the local Intercom sends, about people it knows. */
  const pick = (random: Random): JsonObject => {
    const topics = random() < 0.5 ? sent : all
    const wanted = topics[Math.floor(random() * topics.length)]
    const of = templates.filter(({ topic }) => topic === wanted)
    return of[Math.floor(random() * of.length)] ?? {}
  }
  const send = async (body: string) => {
    stored = undefined
    lastError = ''
    const signature = `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`
    const headers = { 'X-Hub-Signature': signature }
    const request = new Request(webhookUrl(), { method: 'POST', body, headers })
    const { status } = await connector.receive(request)
    return { status, record: stored }
  }
  const work = () => harness.work(60_000)
  return { pick, send, work, store, lastError: () => lastError }
}

const topicsOf = (templates: readonly JsonObject[]) => [...new Set(templates.map(({ topic }) => topic))]

/** A notification of each topic that the local Intercom does not send. */
function addTopics(templates: JsonObject[], resources: readonly Pick<ResourceSpec, 'name' | 'topics'>[]): void {
  const known = new Set(topicsOf(templates))
  const [first] = templates
  for (const { name, topics } of resources) {
    const file = new URL(`../../../conformance/fixtures/${name}.json`, import.meta.url)
    const item: Json = JSON.parse(readFileSync(file, 'utf8'))
    for (const topic of topics)
      if (!known.has(topic)) templates.push({ ...first, topic, data: { type: 'notification_event_data', item } })
  }
}
