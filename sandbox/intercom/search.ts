/** A search endpoint: query, sort and keyset cursor over a collection. */
import { createHash } from 'node:crypto'
import type { Collection, DatedRecord } from '../data/collection.ts'
import { ApiError } from './errors.ts'
import { findField, readValues, type SearchField } from './fields.ts'
import { compileQuery, type FieldReader, type Filter, idsInQuery, type QueryRules } from './query.ts'
import { createResultCache, type Match, type ResultCache } from './result-cache.ts'

export interface SearchOptions<T extends DatedRecord> extends QueryRules {
  readonly collection: Collection<T>
  readonly perPage: number
  readonly sort: string
  /** False for stored records that are not listed. */
  readonly listed?: (index: number) => boolean
}

export interface SearchRequest {
  /** Absent: every record, as in the plain lists. */
  readonly query?: unknown
  readonly sort?: unknown
  readonly perPage?: unknown
  readonly after?: unknown
}

export interface SearchPage<T> {
  readonly rows: readonly T[]
  readonly total_count: number
  readonly pages: object
}

const MAX_PER_PAGE = 150
/** Each cached result costs a few bytes per match. */
const MAX_CACHED_RESULTS = 8

/** Throws an `ApiError` where Intercom answers 400. */
export function createSearch<T extends DatedRecord>(
  options: SearchOptions<T>,
): (request: SearchRequest) => SearchPage<T> {
  const { collection } = options
  const caches = new Map<string, ResultCache>()

  function cacheFor(fingerprint: string, query: unknown, filter: Filter, sort: Sort): ResultCache {
    const named = idsInQuery(query)?.flatMap((id) => collection.find(id) ?? [])
    const candidates = named && [...new Set(named)]
    const cache =
      caches.get(fingerprint) ?? createResultCache(collection, (index) => find(index, filter, sort), candidates)
    caches.delete(fingerprint)
    caches.set(fingerprint, cache)
    const [oldest] = caches.keys()
    if (caches.size > MAX_CACHED_RESULTS && oldest !== undefined) caches.delete(oldest)
    return cache
  }

  function find(index: number, filter: Filter, sort: Sort): Match | undefined {
    if (options.listed?.(index) === false) return undefined
    const read = readerOf(collection, index)
    if (!filter(read)) return undefined
    const [value] = read(sort.name, sort.field)
    return { index, value: typeof value === 'number' || typeof value === 'string' ? value : sort.least }
  }

  return ({ query, sort: order, perPage, after }) => {
    const filter = query === undefined ? () => true : compileQuery(query, options)
    const sort = readSort(order, options)
    const fingerprint = createHash('sha256')
      .update(JSON.stringify([query, sort]))
      .digest('base64url')
      .slice(0, 8)
    const size = readPerPage(perPage, options.perPage)
    const start = after === undefined || after === null ? undefined : readCursor(after, fingerprint)
    const from = start && { value: start.value, index: collection.find(start.id) ?? -1 }

    const { found, total, more } = cacheFor(fingerprint, query, filter, sort).page(from, size, sort.descending)
    const rows = found.map(({ index }) => collection.at(index))
    const [last, lastRow] = [found.at(-1), rows.at(-1)]
    const page = start?.page ?? 1
    const next =
      more && last && lastRow
        ? { next: { page: page + 1, starting_after: cursor(last, lastRow.id, page + 1, fingerprint) } }
        : {}
    const pages = { type: 'pages', page, per_page: size, total_pages: Math.ceil(total / size), ...next }
    return { rows, total_count: total, pages }
  }
}

interface Sort {
  readonly name: string
  readonly field: SearchField
  readonly descending: boolean
  /** Replaces a missing value. */
  readonly least: number | string
}

function readSort(sort: unknown, options: Pick<SearchOptions<DatedRecord>, 'fields' | 'sort'>): Sort {
  const { field: name = options.sort, order = 'descending' } = (sort ?? {}) as { field?: unknown; order?: unknown }
  if (order !== 'ascending' && order !== 'descending') {
    const message = `Invalid sort order '${String(order)}'. Must be one of: ascending, descending`
    throw new ApiError(400, 'invalid_sort_order', message)
  }
  const field = typeof name === 'string' ? findField(options.fields, name) : undefined
  if (typeof name !== 'string' || field === undefined) {
    throw new ApiError(400, 'parameter_invalid', `Cannot sort by ${JSON.stringify(name)}`, { field: 'sort' })
  }
  return { name, field, descending: order === 'descending', least: field.type === 'string' ? '' : 0 }
}

function readPerPage(value: unknown, usual: number): number {
  if (value === undefined || value === null) return usual
  const size = Number(value)
  if (size > MAX_PER_PAGE) throw new ApiError(400, 'parameter_invalid', 'Per Page is too big', { field: 'per_page' })
  if (!Number.isInteger(size) || size < 1)
    throw new ApiError(400, 'parameter_invalid', 'Per Page is invalid', { field: 'per_page' })
  return size
}

/** `[sort value, id, page]` as Intercom's, and a fingerprint of query and sort: a cursor is valid for its own query only. */
function cursor({ value }: Match, id: string, page: number, fingerprint: string): string {
  return Buffer.from(
    JSON.stringify([typeof value === 'number' ? value * 1000 : value, id, page, fingerprint]),
  ).toString('base64')
}

function readCursor(text: unknown, fingerprint: string): { value: number | string; id: string; page: number } {
  const [value, id, page, of] = decodeCursor(text)
  const whole = (typeof value === 'number' || typeof value === 'string') && typeof id === 'string'
  if (!whole || typeof page !== 'number')
    throw new ApiError(400, 'parameter_invalid', 'starting_after is not a cursor', { field: 'starting_after' })
  if (of !== fingerprint)
    throw new ApiError(400, 'parameter_invalid', 'starting_after belongs to another query', { field: 'starting_after' })
  return { value: typeof value === 'number' ? value / 1000 : value, id, page }
}

function decodeCursor(text: unknown): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(Buffer.from(String(text), 'base64').toString())
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}

/** Reads a record's times without generating it: most queries read nothing else. */
function readerOf<T extends DatedRecord>(collection: Collection<T>, index: number): FieldReader {
  let row: T | undefined
  return (name, field) => {
    if (name === 'created_at' || name === 'updated_at') return [collection.time(index, name)]
    row ??= collection.at(index)
    return readValues(row, field)
  }
}
