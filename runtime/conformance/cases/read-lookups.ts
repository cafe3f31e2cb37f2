/** Reads what a case's lookups find: files and inline resources, by lookup and id. */
import { asId, getPath, isObject } from '../../lib/json.ts'
import { rowsOf } from '../../mapping/offline-lookups.ts'
import type { Json } from '../../ports/types.ts'
import type { CaseLookups, CaseResources, CaseTable } from '../../spec/generated/documents.ts'
import type { LookupSpec, Spec } from '../../spec/spec.ts'
import type { Path } from '../../spec/yaml.ts'
import { layLookups } from '../lay-lookups.ts'
import type { CaseFile } from './case-file.ts'
import type { ResourceReader } from './resource-reader.ts'
import { describeUnknownLookup } from './unknown-names.ts'

/** Resources by lookup name and id. */
export type LookupTables = Readonly<Record<string, Readonly<Record<string, Json>>>>

export interface LookupParts {
  readonly spec: Pick<Spec, 'lookups'>
  readonly resources: ResourceReader
}

/** Resources of `lookups` over those before it. */
export async function readLookups(
  written: CaseLookups,
  { file, path, before }: { readonly file: CaseFile; readonly path: Path; readonly before: LookupTables },
  parts: LookupParts,
): Promise<LookupTables> {
  const isList = Array.isArray(written)
  const tables: readonly CaseTable[] = isList ? written : [written]
  let all = before
  for (const [index, table] of tables.entries()) {
    const place = isList ? [...path, index] : path
    const read =
      typeof table === 'string' ? readFileTables(table, file, place, parts) : readInline(table, file, place, parts)
    all = layLookups(all, await read)
  }
  return all
}

/** The member of a resource by which a lookup finds it. */
const idNameOf = ({ list, get, batch }: LookupSpec): string => list?.id ?? get?.id ?? batch?.id ?? 'id'

async function readFileTables(name: string, file: CaseFile, path: Path, parts: LookupParts): Promise<LookupTables> {
  const { spec, resources } = parts
  const json = await resources.readJson(name, file, path)
  if (json === undefined) return {}
  const find = (key: string) => spec.lookups.get(key) ?? spec.lookups.get(key.replace(/s$/, ''))
  if (!isObject(json) || (!Object.keys(json).some(find) && Object.keys(json).length > 0)) {
    const help = `write an object with the names of lookups: ${[...spec.lookups.keys()].join(', ')}`
    file.error(path, { code: 'cases/lookups', message: `"${name}" is not keyed by lookup name`, help })
    return {}
  }
  const tables: Record<string, Readonly<Record<string, Json>>> = {}
  for (const [key, rows] of Object.entries(json)) {
    const lookup = find(key)
    if (lookup === undefined) file.error(path, describeUnknownLookup(key, spec, ` in "${name}"`))
    else tables[lookup.name] = { ...tables[lookup.name], ...Object.fromEntries(rowsOf(rows, idNameOf(lookup))) }
  }
  return tables
}

async function readInline(
  table: Readonly<Record<string, CaseResources>>,
  file: CaseFile,
  path: Path,
  { spec, resources }: LookupParts,
): Promise<LookupTables> {
  const tables: Record<string, Record<string, Json>> = {}
  for (const [name, written] of Object.entries(table)) {
    const lookup = spec.lookups.get(name)
    if (lookup === undefined) {
      file.error([...path, name], describeUnknownLookup(name, spec), 'key')
      continue
    }
    const rows: Record<string, Json> = {}
    for (const [index, one] of written.entries()) {
      const place = [...path, name, index]
      const resource = await resources.read(one, { file, path: place, of: name })
      const id = asId(getPath(resource, idNameOf(lookup)))
      if (id !== undefined && resource !== undefined) rows[id] = resource
      else if (resource !== undefined) {
        const message = `the resource has no "${idNameOf(lookup)}", so lookup ${name} cannot find it`
        file.error(place, { code: 'cases/no-id', message, help: `set its ${idNameOf(lookup)}` })
      }
    }
    tables[name] = rows
  }
  return tables
}
