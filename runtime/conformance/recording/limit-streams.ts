/** Ends the streams of a recording after some records, as if the source had no more. */
import { asList, isObject } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import type { LookupSpec, RequestSpec, Spec, StreamSpec } from '../../spec/spec.ts'
import { withValueAt } from './plain-path.ts'
import type { Exchange, RecordedStream } from './recording.ts'

/**
 * The spec as a recording uses it, when it is made and when it is replayed: pages as large as they were, and a request for
 * each value of a lookup. Which values share a request depends on the moment, and a preload reads all contacts.
 */
export function limitSpec(spec: Spec, streams: Readonly<Record<string, Pick<RecordedStream, 'pageSize'>>>): Spec {
  const limited = [...spec.streams].map(([name, stream]): [string, StreamSpec] => {
    const { pageSize } = streams[name] ?? {}
    if (pageSize === undefined) return [name, stream]
    const { max, min } = stream.pageSize
    return [name, { ...stream, pageSize: { max: pageSize, min: Math.min(min, pageSize, max) } }]
  })
  const lookups = [...spec.lookups].map(([name, lookup]) => [name, oneByOne(lookup)] as const)
  return { ...spec, streams: new Map(limited), lookups: new Map(lookups) }
}

function oneByOne({ preloadFrom: _, batch, ...lookup }: LookupSpec): LookupSpec {
  const { get } = lookup
  if (batch === undefined) return lookup
  return get === undefined ? { ...lookup, batch } : { ...lookup, get: { id: batch.id, ...get } }
}

/** Edits the pages of streams as they arrive. */
export class StreamLimiter {
  readonly #streams: readonly StreamSpec[]
  readonly #limit: number
  readonly #seen = new Map<string, Map<string, number>>()

  constructor(streams: readonly StreamSpec[], limit: number) {
    this.#streams = streams
    this.#limit = limit
  }

  /** Records of the stream so far. */
  count(stream: string): number {
    return [...(this.#seen.get(stream)?.values() ?? [])].reduce((sum, count) => sum + count, 0)
  }

  readonly edit = async (exchange: Exchange): Promise<Exchange> => {
    const stream = this.#streams.find(({ request }) => isRequestOf(request, exchange))
    const { response } = exchange
    if (stream === undefined || response.status !== 200) return exchange
    const records = asList(await stream.records.evaluate(response.body))
    if (records === undefined) return exchange
    const body = await this.#cut(stream, exchange, records)
    return { ...exchange, response: { ...response, body } }
  }

  async #cut(stream: StreamSpec, { request, response }: Exchange, records: readonly Json[]): Promise<Json> {
    const seen = this.#seen.get(stream.name) ?? new Map<string, number>()
    this.#seen.set(stream.name, seen)
    // A page that is asked for again counts once.
    const page = JSON.stringify([request.url, request.body ?? null])
    seen.delete(page)
    const before = this.count(stream.name)
    const kept = records.slice(0, this.#limit - before)
    seen.set(page, kept.length)
    const total = await stream.total.evaluate(response.body)
    const limit = this.#limit
    const isLast = before + kept.length >= limit
    let { body } = response
    if (kept.length < records.length) body = withValueAt(body, stream.records, kept)
    if (isLast) body = withValueAt(body, stream.next, undefined)
    if (typeof total === 'number' && total > limit) body = withValueAt(body, stream.total, limit)
    return body
  }
}

/** Whether a request of the spec may have made the exchange, by method and path alone. */
export function isRequestOf(
  { method, path }: Pick<RequestSpec, 'method' | 'path'>,
  { side, request }: Pick<Exchange, 'side' | 'request'>,
): boolean {
  if (side !== 'source' || request.method !== method) return false
  const { pathname } = new URL(request.url)
  return path.includes('{') ? pathKey(path, pathname) !== undefined : pathname.endsWith(path)
}

/** The value of the placeholder of a path such as `/contacts/{key}`. */
export function pathKey(path: string, pathname: string): string | undefined {
  const pattern = path.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const key = new RegExp(`${pattern.join('([^/]+)')}$`).exec(pathname)?.[1]
  return key === undefined ? undefined : decodeURIComponent(key)
}

/** By id, in the order of the list. Elements without one are left out. */
export function rowsById(list: readonly Json[], id: string): ReadonlyMap<string, Json> {
  return new Map(
    list.flatMap((row) => {
      const key = isObject(row) ? row[id] : undefined
      return typeof key === 'string' || typeof key === 'number' ? [[String(key), row]] : []
    }),
  )
}
