/** Merges a file with that of the same name in the base: maps by their members; other values replace, and `~` removes. */
import { isDeepStrictEqual } from 'node:util'
import type { Documents } from '../generated/documents.ts'
import { findSchema } from '../schema.ts'
import type { Path } from '../yaml.ts'

export type Kind = keyof Documents

/** What a file does at a path, beyond adding or replacing a value. */
export interface MergeNote {
  readonly what: 'repeats' | 'removes' | 'removes-nothing'
  readonly path: Path
}

export interface Merged {
  readonly value: unknown
  readonly notes: readonly MergeNote[]
  /** Whether it says the same as the base. Undefined: it says nothing. */
  readonly repeats: boolean | undefined
}

/** Keys that only name the file's subject, so repeating the base is no mistake. */
const NAMES: Partial<Record<Kind, readonly string[]>> = {
  connector: ['connector'],
  mapping: ['metric'],
  profile: ['profile'],
  recipe: ['segment', 'flow'],
}

export function merge(kind: Kind, own: unknown, base: unknown, path: Path = []): Merged {
  // An empty file changes nothing.
  if (path.length === 0 && own === null) return { value: base, notes: [], repeats: undefined }
  if (isMap(own) && isMap(base) && mergesMembers(kind, path)) return mergeMembers(kind, own, base, path)
  // A list of fields may repeat facts.
  const repeats = kind !== 'fields' && isDeepStrictEqual(own, base)
  return { value: own, notes: repeats ? [{ what: 'repeats', path }] : [], repeats }
}

type JsonMap = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function hasValue(value: unknown, [step, ...rest]: Path): boolean {
  if (step === undefined) return true
  if (Array.isArray(value)) return Number(step) < value.length && hasValue(value[Number(step)], rest)
  return isMap(value) && Object.hasOwn(value, step) && hasValue(value[step], rest)
}

function mergeMembers(kind: Kind, own: JsonMap, base: JsonMap, path: Path): Merged {
  const members = new Map(Object.entries(base))
  const notes: MergeNote[] = []
  const repetitions: boolean[] = []
  for (const [name, value] of Object.entries(own)) {
    const at = [...path, name]
    const merged = mergeMember(kind, value, members.get(name), at)
    if (merged.value === undefined) members.delete(name)
    else members.set(name, merged.value)
    if (merged.repeats && path.length === 0 && NAMES[kind]?.includes(name)) continue
    notes.push(...merged.notes)
    if (merged.repeats !== undefined) repetitions.push(merged.repeats)
  }
  const value = Object.fromEntries(members)
  if (repetitions.length === 0) return { value, notes, repeats: undefined }
  // One note for all members that repeat the base.
  const repeats = repetitions.every(Boolean)
  if (repeats) return { value, notes: [{ what: 'repeats', path }], repeats }
  // The long form of a value that differs may be written in full.
  const isOneValue = findSchema(kind, path).properties?.expr !== undefined
  return { value, notes: isOneValue ? notes.filter(({ what }) => what !== 'repeats') : notes, repeats }
}

/** `base` is undefined if the base has no such member; so is the merged value if the member is removed. */
function mergeMember(kind: Kind, own: unknown, base: unknown, path: Path): Merged {
  if (own !== null || base === null || nullIsValue(kind)) {
    return base === undefined ? { value: own, notes: [], repeats: false } : merge(kind, own, base, path)
  }
  // A property of a set is removed where the file is compiled, so the `~` stays.
  const value = allowsNull(kind, path) ? null : undefined
  if (base !== undefined) return { value, notes: [{ what: 'removes', path }], repeats: false }
  return { value, notes: value === undefined ? [{ what: 'removes-nothing', path }] : [], repeats: false }
}

/** Values that are one thing, such as a default, are replaced as a whole. */
export function mergesMembers(kind: Kind, path: Path): boolean {
  const { properties, additionalProperties, maxProperties } = findSchema(kind, path)
  return maxProperties !== 1 && (properties !== undefined || additionalProperties !== undefined)
}

/** In a list of fields, null is a field that may hold anything. */
const nullIsValue = (kind: Kind): boolean => kind === 'fields'

const allowsNull = (kind: Kind, path: Path): boolean => [findSchema(kind, path).type].flat().includes('null')
