/** The known fields of resources and lookups, and the warning about an unknown one. */

import { LENGTH, pathBefore } from '../../expression/check/problems/reads.ts'
import type { KnownShape, Shape } from '../../expression/check/shape.ts'
import { CONSTANT, createRecord, type Value } from '../../expression/check/value.ts'
import type { UnknownField } from '../../expression/check/visit-state.ts'
import { suggest } from '../../expression/did-you-mean.ts'
import type { DiagnosticText } from '../diagnostic.ts'

export interface KnownFields {
  /** The file that lists them. */
  readonly file?: string
  /** By the name of a resource or a lookup. */
  readonly shapes: ReadonlyMap<string, Shape>
  /** Lookups of several keys, so that their variable may hold a list. */
  readonly lists: ReadonlySet<string>
}

const NOTIFICATION_TYPES = {
  topic: { kinds: new Set(['text'] as const), isOptional: false },
  created_at: { kinds: new Set(['seconds'] as const), isOptional: false },
}

const createNotification = (fixed: readonly string[]): Shape => ({
  name: '$notification',
  fields: new Map(['topic', 'created_at'].map((field) => [field, undefined])),
  fixed: new Set(fixed),
  lists: new Set(),
  types: new Map(
    (['topic', 'created_at'] as const).map((field) => [
      field,
      { ...NOTIFICATION_TYPES[field], isFixed: fixed.includes(field) },
    ]),
  ),
})

/** Bound by the runtime, so no spec lists its fields. The time of a notification and of its retries is one. */
const NOTIFICATION = createNotification(['created_at'])

/** Of a metric whose occurrences come with several notifications, or with none. */
const VARYING_NOTIFICATION = createNotification([])

export const getNotification = (isVarying: boolean): Value =>
  createRecord(isVarying ? VARYING_NOTIFICATION : NOTIFICATION)

export const isNotification = (shape: KnownShape): boolean => shape === NOTIFICATION || shape === VARYING_NOTIFICATION

export function getVariable(name: string, { shapes, lists }: KnownFields, part: Value = CONSTANT): Value {
  if (name === 'part') return part
  if (name === 'notification') return getNotification(false)
  const record = createRecord(shapes.get(name))
  return lists.has(name) ? { ...record, plural: 'items' } : record
}

export interface UnknownFieldPlace {
  readonly isInKey: boolean
  /** What the variables are that are bound there. */
  readonly bound: ReadonlyMap<string, Value>
  /** The names of lookups that are bound in other places. */
  readonly elsewhere: Iterable<string>
  readonly input: KnownShape
  /** The whole expression. */
  readonly text: string
}

/** For a warning, not an error, outside of keys: accounts and versions of an API differ in their fields. */
export function describeUnknownField(
  field: UnknownField,
  { file }: KnownFields,
  place: UnknownFieldPlace,
): DiagnosticText {
  const { name, shape } = field
  const action = place.isInKey ? `exists and never changes, write ${name}: fixed` : 'exists, list it'
  const allow = `if the field ${action} in ${file} under ${shape.name}`
  const nearest = suggestOther(field, place) ?? suggest(name, shape.fields.keys())
  const both = nearest.endsWith('?') ? `${nearest} Otherwise, ${allow}` : `${nearest}; ${allow}`
  const help = isNotification(shape) ? nearest : both
  return { code: 'spec/unknown-field', message: `unknown field "${name}" in ${shape.name}`, help }
}

/** What a field without a declaration may be instead: a variable without its $, a field of another record, a text. */
function suggestOther({ name, shape, span }: UnknownField, place: UnknownFieldPlace): string | undefined {
  const { bound, elsewhere, input, text } = place
  if (bound.has(name)) return `did you mean "$${name}"?`
  if (shape === input && name === shape.name) return `leave out "${name}.": it is the record itself`
  const index = /\[[^\]]*\](?=\.$)/.exec(text.slice(0, span[0]))?.[0] ?? ''
  const path = pathBefore(text.slice(0, span[0]).replace(`${index}.`, '.'))
  if (LENGTH.has(name) && path !== undefined) {
    const [list, ...others] = shape.lists
    return `write $count(${list === undefined || others.length > 0 ? path : `${path}.${list}`})`
  }
  const nested = [...shape.lists].find((list) => shape.fields.get(list)?.fields.has(name))
  if (nested !== undefined && path !== undefined) return `did you mean "${path}.${nested}${index}.${name}"?`
  const owner = findOwner(name, shape === input ? ['part', 'contact'] : listIdentified(shape), bound)
  if (owner !== undefined) return `did you mean "$${owner}.${name}"?`
  if (shape === input && [...elsewhere].includes(name))
    return `"$${name}" is looked up later, for properties and the skip rules of metrics`
  if (text.trim() !== name) return undefined
  const truth = YAML_1_TRUTH.exec(name)
  if (truth) return `YAML has no "${name}" for true or false: write "${truth[1] ? 'true' : 'false'}", with the quotes`
  if (/^[A-Z]/.test(name)) return `did you mean the text '"${name}"', with both quotes?`
  const nearest = suggest(name, shape.fields.keys())
  return nearest.endsWith('?') ? nearest : `${nearest}; for a text, write '"${name}"'`
}

/** Of YAML 1.1; the first group is true. */
const YAML_1_TRUTH = /^(?:(yes|on)|no|off)$/i

/** What its ids, or those of the items of its lists, are of. */
const listIdentified = (shape: Shape): readonly string[] =>
  [shape, ...[...shape.lists].map((list) => shape.fields.get(list))].flatMap(
    (each) => each?.types.get('id')?.idOf ?? [],
  )

const findOwner = (field: string, names: readonly string[], bound: ReadonlyMap<string, Value>): string | undefined =>
  names.find((name) => bound.get(name)?.shape?.fields.has(field))
