/** The type of a property's values, as far as it is known before an event is sent. */
import { jsonTypeOf, type Kind } from '../expression/check/field-type.ts'
import { single, type Value } from '../expression/check/value.ts'
import type { Property, PropertyType } from '../spec/spec.ts'

export type ValueKind = 'text' | 'number' | 'boolean' | 'list' | 'object' | 'null'

export interface ValueType {
  /** Empty: any. */
  readonly kinds: readonly ValueKind[]
  /** All texts that it can be. Absent: any. */
  readonly values?: readonly string[]
  /** Of a list. */
  readonly items?: ValueType
  /** What its texts or numbers stand for. */
  readonly unit?: Kind
}

export const ANY: ValueType = { kinds: [] }

/** The type that the property declares, otherwise that of its expression's result. */
export function typeOfProperty({ type, whenMissing, isSpread }: Property, result: Value): ValueType {
  // Each member of the object has a type of its own.
  if (isSpread) return ANY
  const declared = type === undefined ? typeOfValue(result) : coerceType(type, typeOfValue(result))
  if (whenMissing.action !== 'default') return declared
  return uniteTypes(declared, typeOfJson(whenMissing.value))
}

function typeOfValue(value: Value): ValueType {
  const items = typeOfItem(value)
  if (value.plural === 'list') return { kinds: ['list'], items }
  if (value.plural === undefined || items.kinds.length === 0) return items
  return { ...items, kinds: [...items.kinds, 'list'], items }
}

function typeOfItem(value: Value): ValueType {
  const { elements, shape, members, field } = value
  if (elements !== undefined) return elements.map(typeOfElement).reduce(uniteTypes, elements.length > 0 ? NONE : ANY)
  if (shape !== undefined || members !== undefined) return { kinds: ['object'] }
  if (field === undefined || field.type.kinds.size === 0) return ANY
  const { kinds, values } = field.type
  const [unit, ...others] = kinds
  const isUnit = others.length === 0 && unit !== undefined && UNITS.has(unit)
  return { kinds: [...new Set([...kinds].map(jsonTypeOf))], ...(values && { values }), ...(isUnit && { unit }) }
}

/** A path over a list adds its items; only a list that is written within another stays one. */
const typeOfElement = (value: Value): ValueType =>
  value.elements !== undefined && value.plural === 'list' ? ANY : typeOfItem(single(value))

const UNITS: ReadonlySet<Kind> = new Set(['seconds', 'milliseconds', 'duration', 'date'])

/** Of no value: the neutral element of `uniteTypes`. */
const NONE: ValueType = { kinds: [], values: [] }

function uniteTypes(a: ValueType, b: ValueType): ValueType {
  if (a === NONE || b === NONE) return a === NONE ? b : a
  if (a.kinds.length === 0 || b.kinds.length === 0) return ANY
  const values = a.values && b.values && [...new Set([...a.values, ...b.values])]
  const items = a.items && b.items ? uniteTypes(a.items, b.items) : (a.items ?? b.items)
  const unit = a.unit === b.unit ? a.unit : undefined
  return {
    kinds: [...new Set([...a.kinds, ...b.kinds])],
    ...(values && { values }),
    ...(items && { items }),
    ...(unit && { unit }),
  }
}

const DECLARED = { string: 'text', number: 'number', boolean: 'boolean', object: 'object' } as const

/** What remains known of the values of an expression when they are coerced. */
function coerceType(declared: PropertyType, type: ValueType): ValueType {
  if (declared === 'list') {
    const { items = type } = type
    return { kinds: ['list'], items }
  }
  const kind = DECLARED[declared]
  return type.kinds.length === 1 && type.kinds[0] === kind ? type : { kinds: [kind] }
}

/** Of a default. */
function typeOfJson(value: unknown): ValueType {
  if (value === null) return { kinds: ['null'] }
  if (Array.isArray(value)) return { kinds: ['list'], items: value.map(typeOfJson).reduce(uniteTypes, NONE) }
  if (typeof value === 'string') return { kinds: ['text'], values: [value] }
  return { kinds: [typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'object'] }
}

const WORDS: Readonly<Record<ValueKind, string>> = {
  text: 'text',
  number: 'number',
  boolean: 'true or false',
  list: 'list',
  object: 'object',
  null: 'null',
}

const UNIT_WORDS: Readonly<Partial<Record<Kind, string>>> = {
  seconds: 'number: a time in seconds',
  milliseconds: 'number: a time in milliseconds',
  duration: 'number of seconds',
  date: 'time, as text',
}

/** `text`, `list of text`, `number or text`, `one of open, closed`. */
export function describeType({ kinds, values, items, unit }: ValueType): string {
  if (kinds.length === 0) return 'any'
  const words = kinds.map((kind) => {
    if (kind === 'list')
      return items === undefined || items.kinds.length === 0 ? 'list' : `list of ${describeType(items)}`
    if (kind === 'text' && values !== undefined && values.length > 1) return `one of ${values.join(', ')}`
    return (kinds.length === 1 && unit && UNIT_WORDS[unit]) || WORDS[kind]
  })
  return words.join(' or ')
}
