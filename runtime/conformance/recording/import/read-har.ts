/** Reads exchanges and notifications from a HAR file, as browsers and proxies export them (HAR 1.2). */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { asArray, asList, getPath, isObject, parseJson } from '../../../lib/json.ts'
import { Fault } from '../../../ports/fault.ts'
import type { Json } from '../../../ports/types.ts'
import { openEnvelope } from '../../../source/envelope.ts'
import type { Spec } from '../../../spec/spec.ts'
import { isRequestOf } from '../limit-streams.ts'
import { type Exchange, KEPT_HEADERS, type RecordedWebhook } from '../recording.ts'
import { findSide } from '../recording-fetch.ts'
import { publicUrlOf } from '../synthetic-exchanges.ts'
import { addTo, type ImportedData, importedStreams } from './imported-data.ts'

export interface HarImport extends ImportedData {
  /** The end of the recorded traffic, milliseconds since 1970. */
  readonly at: number
  /** Entries of other hosts, without an answer, or of what browsers ask by themselves. */
  readonly ignored: number
}

/** `hosts`: further addresses of the source, e.g. of a sandbox. Throws a config fault for any other JSON. */
export async function readHar(har: Json, spec: Spec, hosts: readonly string[] = []): Promise<HarImport> {
  const entries = getPath(har, 'log', 'entries')
  if (!Array.isArray(entries))
    throw new Fault('config', 'recording/no-har', 'the file is no HAR: it has no list at log.entries')
  const exchanges: Exchange[] = []
  const webhooks: RecordedWebhook[] = []
  const items = new Map<string, Json[]>()
  let [at, ignored] = [Number.NEGATIVE_INFINITY, 0]
  for (const entry of entries as readonly Json[]) {
    const exchange = toExchange(entry, spec, hosts)
    const webhook = exchange === undefined ? await toWebhook(entry, spec) : undefined
    if (exchange ?? webhook) at = Math.max(at, startOf(entry) ?? at)
    if (webhook !== undefined) webhooks.push(webhook)
    if (exchange === undefined) ignored += webhook === undefined ? 1 : 0
    else if (!(await takeItems(exchange, spec, items))) exchanges.push(exchange)
  }
  return { exchanges, webhooks, items, rows: new Map(), at: Number.isFinite(at) ? at : 0, ignored }
}

function toExchange(entry: Json, spec: Spec, hosts: readonly string[]): Exchange | undefined {
  const [request, response] = [getPath(entry, 'request'), getPath(entry, 'response')]
  if (!isObject(request) || !isObject(response)) return undefined
  const { method, url } = request
  const { status } = response
  if (typeof method !== 'string' || typeof url !== 'string' || !URL.canParse(url)) return undefined
  // Status 0: blocked or cut off. A browser sends OPTIONS by itself, and 304 has no body.
  if (typeof status !== 'number' || status < 200 || status === 304 || method === 'OPTIONS') return undefined
  const found = sideOf(url, spec, hosts)
  if (found === undefined) return undefined
  const sent = bodyOf(getPath(request, 'postData'), [])
  const headers = headersOf(response.headers)
  const kept = headers.filter(([name]) => KEPT_HEADERS.includes(name))
  return {
    side: found.side,
    request: { method, url: found.url, ...(sent !== undefined && { body: sent }) },
    response: { status, headers: Object.fromEntries(kept), body: bodyOf(response.content, headers) ?? null },
  }
}

/** On the public address of the side, whatever its region. */
function sideOf(url: string, spec: Spec, hosts: readonly string[]): ReturnType<typeof findSide> {
  const publicUrl = publicUrlOf(spec)
  for (const baseUrl of [...Object.values(spec.source.hosts), ...hosts]) {
    const found = findSide(url, { source: { baseUrl, publicUrl }, destination: { baseUrl: spec.destination.host } })
    if (found !== undefined) return found
  }
  return undefined
}

/** A request of the source to us, through a proxy that saw both. */
async function toWebhook(entry: Json, spec: Spec): Promise<RecordedWebhook | undefined> {
  const body = bodyOf(getPath(entry, 'request', 'postData'), [])
  const at = startOf(entry)
  if (getPath(entry, 'request', 'method') !== 'POST' || !isObject(body) || at === undefined) return undefined
  const envelope = await openEnvelope(body, spec).catch(() => undefined)
  return envelope === undefined || envelope.item === null ? undefined : { at: new Date(at).toISOString(), body }
}

/** Takes the items of a page of a stream that mappings read, whatever its size and query. Returns whether it is one. */
async function takeItems(exchange: Exchange, spec: Spec, items: Map<string, Json[]>): Promise<boolean> {
  for (const name of importedStreams(spec)) {
    const stream = spec.streams.get(name)
    if (stream === undefined || !isRequestOf(stream.request, exchange) || exchange.response.status !== 200) continue
    const found = asList(await stream.records.evaluate(exchange.response.body))
    if (found === undefined) continue
    addTo(items, name, found)
    return true
  }
  return false
}

function startOf(entry: Json): number | undefined {
  const started = getPath(entry, 'startedDateTime')
  const at = typeof started === 'string' ? Date.parse(started) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

type Headers = readonly (readonly [name: string, value: string])[]

/** In lower case. */
function headersOf(list: Json | undefined): Headers {
  return asArray(list).flatMap((header) => {
    const [name, value] = [getPath(header, 'name'), getPath(header, 'value')]
    return typeof name === 'string' && typeof value === 'string' ? [[name.toLowerCase(), value] as const] : []
  })
}

/** The text of `postData` or `content`, as JSON where it is. */
function bodyOf(content: Json | undefined, headers: Headers): Json | undefined {
  const text = getPath(content, 'text')
  if (typeof text !== 'string' || text === '') return undefined
  const isBase64 = getPath(content, 'encoding') === 'base64'
  const unpacked = isBase64 ? unpack(Buffer.from(text, 'base64'), headers).toString('utf8') : text
  return parseJson(unpacked) ?? unpacked
}

/** HAR asks for unpacked bodies; some proxies save them as they came. */
function unpack(bytes: Buffer, headers: Headers): Buffer {
  const encoding = headers.find(([name]) => name === 'content-encoding')?.[1] ?? ''
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes)
    if (/deflate/i.test(encoding)) return inflateSync(bytes)
    if (/br/i.test(encoding)) return brotliDecompressSync(bytes)
  } catch {
    // It was unpacked already.
  }
  return bytes
}
