/** Records the exchanges of an import or of single records: a real run on a store in memory, whose requests are noted. */
import { getCurrentAuth } from '../../http/with-auth.ts'
import { plural } from '../../lib/format.ts'
import type { AuthProvider } from '../../ports/auth.ts'
import type { Destination } from '../../ports/destination.ts'
import type { Clock, Fetch } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import type { Spec, StreamSpec } from '../../spec/spec.ts'
import { createManifest } from './create-manifest.ts'
import { isRequestOf, limitSpec, StreamLimiter } from './limit-streams.ts'
import type { Exchange, RecordedWebhook, Recording, RecordingManifest } from './recording.ts'
import {
  findSide,
  RecordingFetch,
  type RecordingFetchOptions,
  type SideAddresses,
  toResponse,
} from './recording-fetch.ts'
import { deliverAll, importAll, type OpenSession, receive, type SessionOptions, withSession } from './session.ts'
import { makePage, publicUrlOf, requireStream } from './synthetic-exchanges.ts'

export interface RecordParts {
  readonly spec: Spec
  readonly open: OpenSession
  readonly fetch: Fetch
  readonly clock: Clock
  readonly source: AuthProvider
  /** Sends the events to the destination, and records its answers. Absent: nothing is sent, and answers are made up. */
  readonly destination?: AuthProvider
  readonly signal: AbortSignal
}

/** Imports the first `limit` records of each stream, with their lookups. Throws a fault of the source. */
export async function recordStreams(parts: RecordParts, names: readonly string[], limit: number): Promise<Recording> {
  const { clock, signal } = parts
  const streams = names.map((name) => requireStream(parts.spec, name))
  const limiter = new StreamLimiter(streams, limit)
  const sizes = Object.fromEntries(
    streams.map(({ name, pageSize }) => [name, { pageSize: Math.min(limit, pageSize.max) }]),
  )
  const spec = limitSpec(parts.spec, sizes)
  const recorded = clock.now()
  const options = { spec, clock, edit: limiter.edit }
  const exchanges = await noteExchanges(parts, options, (session) => importAll(session, metricsOf(spec, names), signal))
  const counts = Object.fromEntries(
    names.map((name) => [name, { records: limiter.count(name), pageSize: sizes[name]?.pageSize ?? limit }]),
  )
  const what = names.map((name) => plural(limiter.count(name), name.replace(/s$/, ''), name)).join(', ')
  const manifest = { what, at: recorded, answers: answersOf(parts), streams: counts }
  return { manifest: await createManifest(spec, { exchanges, webhooks: [] }, manifest), exchanges, webhooks: [] }
}

/** Records of the ledger. */
export interface RecordedInput {
  readonly webhooks: readonly RecordedWebhook[]
  /** Items by stream. */
  readonly items: Readonly<Record<string, readonly Json[]>>
  /** When the items are imported. Milliseconds since 1970. */
  readonly at: number
  readonly what: string
}

/** Delivers webhooks at their times, and imports items as if the source gave these alone; their lookups are real. */
export async function recordInput(parts: RecordParts, input: RecordedInput): Promise<Recording> {
  const { signal } = parts
  const exchanges: Exchange[] = []
  for (const { at, body } of input.webhooks) {
    const clock = startAt(parts.clock, Date.parse(at))
    const run = { spec: limitSpec(parts.spec, {}), clock }
    exchanges.push(
      ...(await noteExchanges(parts, run, async (session) => {
        await receive(session, body)
        await deliverAll(session, signal)
      })),
    )
  }
  const names = Object.keys(input.items)
  if (names.length > 0) {
    const pages = names.map((name) => makePage(parts.spec, name, input.items[name] ?? []))
    const run = { spec: limitSpec(parts.spec, {}), clock: startAt(parts.clock, input.at), pages }
    const metrics = metricsOf(parts.spec, names)
    exchanges.push(...pages, ...(await noteExchanges(parts, run, (session) => importAll(session, metrics, signal))))
  }
  const streams = Object.fromEntries(
    names.map((name) => [
      name,
      { records: input.items[name]?.length ?? 0, pageSize: requireStream(parts.spec, name).pageSize.max },
    ]),
  )
  const { what, at, webhooks } = input
  const start = Math.min(at, ...webhooks.map((webhook) => Date.parse(webhook.at)))
  const manifest = { what, at: start, answers: answersOf(parts), ...(names.length > 0 && { streams }) }
  return {
    manifest: await createManifest(parts.spec, { exchanges, webhooks }, manifest),
    exchanges: withoutRepeats(exchanges),
    webhooks,
  }
}

type Run = Pick<SessionOptions, 'spec' | 'clock'> & {
  readonly edit?: RecordingFetchOptions['edit']
  /** Answer in place of the source, and are not noted. */
  readonly pages?: readonly Exchange[]
}

async function noteExchanges(
  parts: RecordParts,
  { edit, pages = [], ...run }: Run,
  use: Parameters<typeof withSession<void>>[1],
): Promise<readonly Exchange[]> {
  const { spec, open, source, destination, signal } = parts
  const { baseUrl } = await getCurrentAuth(source, signal)
  const to = destination && (await getCurrentAuth(destination, signal)).baseUrl
  const addresses: SideAddresses = {
    source: { baseUrl, publicUrl: publicUrlOf(spec) },
    destination: { baseUrl: to ?? spec.destination.host, publicUrl: spec.destination.host },
  }
  const send: Fetch = (request) =>
    destination === undefined && findSide(request.url, addresses)?.side === 'destination'
      ? acceptAll(request)
      : parts.fetch(request)
  const recorder = new RecordingFetch({ fetch: send, addresses, ...(edit && { edit }) })
  const fetch: Fetch = async (request) => {
    const { method, url } = request
    const page = pages.find((one) => isSameTarget(one, { side: 'source', request: { method, url } }))
    return page === undefined ? recorder.fetch(request) : toResponse(page)
  }
  const sends = destination !== undefined && { destination }
  const wrap = destination === undefined && { wrapDestination: knowsEveryone }
  await withSession({ ...run, open, source, fetch, ...sends, ...wrap }, use)
  return recorder.exchanges.map((exchange) =>
    exchange.side === 'destination' && destination === undefined ? { ...exchange, synthetic: true } : exchange,
  )
}

const isSameTarget = (page: Exchange, sent: Pick<Exchange, 'side' | 'request'>) =>
  isRequestOf(
    { method: page.request.method as StreamSpec['request']['method'], path: new URL(page.request.url).pathname },
    sent,
  )

/** The answer of a destination that takes everything, and has nothing yet. Nothing is sent. */
async function acceptAll(request: Request): Promise<Response> {
  const isRead = request.method === 'GET'
  return Response.json({ data: isRead ? [] : null }, { status: isRead ? 200 : 202 })
}

/** So that the records of people whom the destination does not have are read, too. */
function knowsEveryone(destination: Destination): Destination {
  return {
    batch: destination.batch,
    send: (...args) => destination.send(...args),
    sendMany: (...args) => destination.sendMany(...args),
    sizeOf: (...args) => destination.sizeOf(...args),
    fit: (...args) => destination.fit(...args),
    previewBodies: (...args) => destination.previewBodies(...args),
    findKnown: async (people) => people.map(() => true),
  }
}

/** All metrics that have history in one of these streams, those on request, too. */
export function metricsOf({ mappings }: Spec, streams: readonly string[]): readonly string[] {
  const metrics = mappings.filter(({ stream }) => stream !== undefined && streams.includes(stream.name))
  if (metrics.length > 0) return metrics.map(({ metric }) => metric)
  throw new Fault('config', 'recording/no-metric', `no mapping reads history from ${streams.join(' or ')}`)
}

const answersOf = ({ destination }: RecordParts): RecordingManifest['answers'] =>
  destination === undefined ? 'synthetic' : 'real'

/** A clock that shows `at` now: a record is looked up as it was received. */
function startAt(clock: Clock, at: number): Clock {
  const offset = at - clock.now()
  return { now: () => clock.now() + offset, sleep: (ms, signal) => clock.sleep(ms, signal) }
}

/** Each session asks for the account, and for lists. */
function withoutRepeats(exchanges: readonly Exchange[]): readonly Exchange[] {
  const known = new Set<string>()
  return exchanges.filter((exchange) => {
    const text = JSON.stringify(exchange)
    return !known.has(text) && known.add(text)
  })
}
