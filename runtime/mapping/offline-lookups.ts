/** Lookups for a preview: from a file a person gives, or from what the record itself says. No network. */
import { suggest } from '../expression/did-you-mean.ts'
import { asId, isObject } from '../lib/json.ts'
import type { Json, JsonObject } from '../ports/types.ts'
import type { LookupSpec } from '../spec/spec.ts'

export interface OfflineLookups {
  find(lookup: LookupSpec, key: string): Promise<Json | undefined>
  /** What had to be guessed, for a person to read. */
  readonly notes: Set<string>
}

/**
 * `given` holds, by lookup name (or its plural), a list of things with ids, an
 * object keyed by id, or a page as the source answers it. What it lacks is put
 * together from whatever `data` says of the same id.
 */
export function offlineLookups(given: Json | undefined, data: Json): OfflineLookups {
  const tables = new Map(Object.entries(isObject(given) ? given : {}).map(([name, rows]) => [name, rowsOf(rows)]))
  const notes = new Set<string>()
  return {
    notes,
    async find(lookup, key) {
      const known = (tables.get(lookup.name) ?? tables.get(`${lookup.name}s`))?.get(key)
      if (known !== undefined) return known
      const said = collectById(data, key)
      notes.add(
        `${lookup.name} ${key} is not among the lookups given: ${said ? 'taken from the record itself' : 'left out'}`,
      )
      return said
    },
  }
}

/** What was given and nobody will ask for: most often a misspelt name. */
export function unusedLookups(given: Json | undefined, names: readonly string[]): readonly string[] {
  if (given === undefined) return []
  if (!isObject(given)) return [`the lookups given are not by lookup name: ${names.join(', ')}`]
  const known = new Set(names.flatMap((name) => [name, `${name}s`]))
  return Object.keys(given)
    .filter((name) => !known.has(name))
    .map((name) => `the lookups given hold "${name}", and there is no such lookup; ${suggest(name, names)}`)
}

/** Rows by id, from any of the three shapes. */
function rowsOf(value: Json | undefined): Map<string, Json> {
  if (Array.isArray(value))
    return new Map(value.flatMap((row) => (idOf(row) === undefined ? [] : [[idOf(row) ?? '', row]])))
  if (!isObject(value)) return new Map()
  const own = idOf(value)
  if (own !== undefined) return new Map([[own, value]])
  const inner = Object.values(value).find((one) => Array.isArray(one) && one.some((row) => idOf(row) !== undefined))
  if (inner !== undefined && typeof value.type === 'string') return rowsOf(inner)
  return new Map(Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined))
}

/** Everything the data says of one id, in one object. */
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
