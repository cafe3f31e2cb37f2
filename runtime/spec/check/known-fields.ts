/** The known fields of resources and lookups, and the warning about an unknown one. */

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

const createNotification = (fixed: readonly string[]): Shape => ({
  name: '$notification',
  fields: new Map(['topic', 'created_at'].map((field) => [field, undefined])),
  fixed: new Set(fixed),
  lists: new Set(),
  types: new Map(),
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
  /** The names of the variables that are bound there. */
  readonly variables: Iterable<string>
  /** The whole expression. */
  readonly text: string
}

/** For a warning, not an error, outside of keys: accounts and versions of an API differ in their fields. */
export function describeUnknownField(
  { name, shape }: UnknownField,
  { file }: KnownFields,
  { isInKey, variables, text }: UnknownFieldPlace,
): DiagnosticText {
  const action = isInKey ? `exists and never changes, write ${name}: fixed` : 'exists, list it'
  const allow = `if the field ${action} in ${file} under ${shape.name}`
  const nearest = suggestOther(name, { variables, text }) ?? suggest(name, shape.fields.keys())
  const both = nearest.endsWith('?') ? `${nearest} Otherwise, ${allow}` : `${nearest}; ${allow}`
  const help = isNotification(shape) ? nearest : both
  return { code: 'spec/unknown-field', message: `unknown field "${name}" in ${shape.name}`, help }
}

/** What a field without a declaration may be instead: a variable without its $, or a text without its quotes. */
function suggestOther(name: string, { variables, text }: Omit<UnknownFieldPlace, 'isInKey'>): string | undefined {
  if ([...variables].includes(name)) return `did you mean "$${name}"?`
  return text.trim() === name && /^[A-Z]/.test(name)
    ? `did you mean the text '"${name}"', with both quotes?`
    : undefined
}
