/** Finds the values of lookups in the exchanges of a recording. */
import { asArray } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import type { LookupSpec, Spec } from '../../spec/spec.ts'
import { isRequestOf, pathKey, rowsById } from './limit-streams.ts'
import type { Exchange } from './recording.ts'

/** By lookup, then by key. Null: the source has none. */
export type LookupRows = ReadonlyMap<string, ReadonlyMap<string, Json>>

/** A value that the source gave by itself wins over one of a list: it was asked for last. */
export async function findLookupRows(spec: Spec, exchanges: readonly Exchange[]): Promise<LookupRows> {
  const found = new Map<string, ReadonlyMap<string, Json>>()
  for (const lookup of spec.lookups.values()) {
    const rows = new Map<string, Json>()
    for (const exchange of exchanges) for (const [key, row] of await rowsOf(lookup, exchange)) rows.set(key, row)
    if (rows.size > 0) found.set(lookup.name, rows)
  }
  return found
}

async function rowsOf({ get, list, batch }: LookupSpec, exchange: Exchange): Promise<ReadonlyMap<string, Json>> {
  const { status, body } = exchange.response
  for (const many of [list, batch])
    if (many !== undefined && status === 200 && isRequestOf(many.request, exchange))
      return rowsById(asArray(await many.records.evaluate(body)), many.id)
  if (get === undefined || !isRequestOf(get.request, exchange)) return new Map()
  const key = pathKey(get.request.path, new URL(exchange.request.url).pathname)
  if (key === undefined) return new Map()
  if (status === 404 || status === 410) return new Map([[key, null]])
  const value = get.value === undefined ? body : await get.value.evaluate(body)
  return status === 200 && value !== undefined ? new Map([[key, value]]) : new Map()
}
