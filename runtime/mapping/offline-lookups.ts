/** Lookups for a preview: from a file, or from the record itself. No network. */
import { suggest } from '../expression/did-you-mean.ts'
import { asId, isObject } from '../lib/json.ts'
import type { Json, JsonObject } from '../ports/types.ts'
import type { LookupSpec } from '../spec/spec.ts'

export interface OfflineLookups {
  find(lookup: LookupSpec, key: string): Promise<Json | undefined>
  /** Values taken from the record or left out, for a person to read. */
  readonly notes: Set<string>
  /** Whether a value was collected from the record: it may lack most fields. */
  isCollected(value: Json | undefined): boolean
}

/**
 * `file` holds, by lookup name (or its plural), a list of objects with ids, an object keyed by id, or a page of the
 * source. A missing value is collected from the objects in `data` with the same id.
 */
export function createOfflineLookups(file: Json | undefined, data: Json): OfflineLookups {
  const tables = new Map(Object.entries(isObject(file) ? file : {}).map(([name, rows]) => [name, rowsOf(rows)]))
  const notes = new Set<string>()
  const collections = new WeakSet<JsonObject>()
  return {
    notes,
    isCollected: (value) => isObject(value) && collections.has(value),
    async find(lookup, key) {
      const known = (tables.get(lookup.name) ?? tables.get(`${lookup.name}s`))?.get(key)
      if (known !== undefined) return known
      const collected = collectById(data, key)
      if (collected !== undefined) collections.add(collected)
      notes.add(
        `${lookup.name} ${key} is not in the given lookups: ${collected ? 'taken from the record itself' : 'left out'}`,
      )
      return collected
    },
  }
}

/** Notes on lookups that the spec does not have: most often a misspelt name. */
export function describeUnusedLookups(file: Json | undefined, names: readonly string[]): readonly string[] {
  if (file === undefined) return []
  if (!isObject(file)) return [`the given lookups are not keyed by lookup name: ${names.join(', ')}`]
  const known = new Set(names.flatMap((name) => [name, `${name}s`]))
  return Object.keys(file)
    .filter((name) => !known.has(name))
    .map((name) => `the given lookups hold "${name}", but there is no such lookup; ${suggest(name, names)}`)
}

/** Rows by the member that identifies them, from any of the shapes. */
export function rowsOf(value: Json | undefined, idName = 'id'): Map<string, Json> {
  const idIn = (row: Json | undefined) => (isObject(row) ? asId(row[idName]) : undefined)
  if (Array.isArray(value))
    return new Map(value.flatMap((row) => (idIn(row) === undefined ? [] : [[idIn(row) ?? '', row]])))
  if (!isObject(value)) return new Map()
  const own = idIn(value)
  if (own !== undefined) return new Map([[own, value]])
  const inner = Object.values(value).find((one) => Array.isArray(one) && one.some((row) => idIn(row) !== undefined))
  if (inner !== undefined && typeof value.type === 'string') return rowsOf(inner, idName)
  return new Map(Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined))
}

/** Merges all objects in the data with one id. */
function collectById(data: Json, key: string): JsonObject | undefined {
  const found: JsonObject[] = []
  const visit = (value: Json | undefined) => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (isObject(value)) {
      if (idOf(value) === key) found.push(value)
      Object.values(value).forEach(visit)
    }
  }
  visit(data)
  return found.length === 0 ? undefined : Object.assign({}, ...found.map(withoutEmpty))
}

const withoutEmpty = (value: JsonObject) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null && one !== ''))

const idOf = (value: Json | undefined) => (isObject(value) ? asId(value.id) : undefined)
