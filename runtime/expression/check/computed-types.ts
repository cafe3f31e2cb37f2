/** The types of literals, and of what operators and functions give. */
import type { Node } from '../compiler/ast.ts'
import { BUILTIN_SIGNATURES } from '../compiler/runtime/functions/builtins.ts'
import type { FunctionTable } from '../functions.ts'
import type { FieldType, Kind } from './field-type.ts'
import type { TypedField } from './value.ts'

type Field = TypedField | undefined

const typed = (kind: Kind, values?: readonly string[]): FieldType => ({
  kinds: new Set([kind]),
  ...(values && { values }),
  isFixed: true,
  isOptional: false,
})

const computed = (name: string, kind: Kind | undefined, values?: readonly string[]): Field =>
  kind && { name, type: typed(kind, values), isComputed: true }

/** The only kind that it can be. */
export const kindOf = (field: Field): Kind | undefined => {
  const [kind, ...others] = field?.type.kinds ?? []
  return others.length === 0 ? kind : undefined
}

export function typeOfLiteral({ type, value }: Node): Field {
  if (type === 'string') return computed(JSON.stringify(value), 'text', [String(value)])
  if (type === 'number') return computed(String(value), 'number')
  return type === 'value' && typeof value === 'boolean' ? computed(String(value), 'boolean') : undefined
}

const TRUE_OR_FALSE: ReadonlySet<unknown> = new Set(['=', '!=', '<', '<=', '>', '>=', 'in', 'and', 'or'])
export const ARITHMETIC: ReadonlySet<unknown> = new Set(['+', '-', '*', '/', '%'])

export function typeOfOperation({ type, value, rhs }: Node, left: Field, right: Field): Field {
  if (type !== 'binary') return undefined
  const name = `the result of ${value}`
  if (TRUE_OR_FALSE.has(value)) return computed(name, 'boolean')
  if (value === '&') return computed(name, 'text')
  return ARITHMETIC.has(value) ? computed(name, unitOf(value, [kindOf(left), kindOf(right)], rhs)) : undefined
}

const isTime = (kind: Kind | undefined) => kind === 'seconds' || kind === 'milliseconds'

function unitOf(operator: unknown, [left, right]: readonly (Kind | undefined)[], rhs: Node | undefined): Kind {
  const isThousand = rhs?.type === 'number' && rhs.value === 1000
  if (operator === '*' && (left === 'seconds' || left === 'duration') && isThousand) return 'milliseconds'
  if (operator === '/' && left === 'milliseconds' && isThousand) return 'seconds'
  if (operator === '-' && left === 'seconds' && right === 'seconds') return 'duration'
  if ((operator === '+' || operator === '-') && left !== undefined && isTime(left) && !isTime(right)) return left
  return 'number'
}

const RESULTS: Readonly<Record<string, Kind>> = { s: 'text', n: 'number', b: 'boolean' }

/** Functions whose number is in the unit of their argument. */
const UNIT_PRESERVING: ReadonlySet<string> = new Set(['abs', 'ceil', 'floor', 'max', 'min', 'round', 'average'])

/** What they make of a text of known values. */
const TEXT_FUNCTIONS: Readonly<Record<string, (value: string) => string>> = {
  lowercase: (value) => value.toLowerCase(),
  uppercase: (value) => value.toUpperCase(),
  string: (value) => value,
  trim: (value) => value,
}

const JSON_TYPES = ['null', 'number', 'string', 'boolean', 'array', 'object', 'function']

export function typeOfCall(name: string, given: readonly Field[], functions: FunctionTable): Field {
  const result = `the result of $${name}`
  const own = functions.find((each) => each.name === name)
  if (own?.units?.gives !== undefined) return computed(result, own.units.gives)
  const signature = own?.signature ?? (Object.hasOwn(BUILTIN_SIGNATURES, name) ? BUILTIN_SIGNATURES[name] : undefined)
  const declared = RESULTS[/:(\w)>$/.exec(signature ?? '')?.[1] ?? '']
  if (name === 'type') return computed(result, 'text', JSON_TYPES)
  if (name === 'toMillis' || name === 'millis') return computed(result, 'milliseconds')
  // With a picture it is any text.
  if (name === 'now' || (name === 'fromMillis' && given.length === 1)) return computed(result, 'date')
  const texts = TEXT_FUNCTIONS[name]
  const values = texts && given[0]?.type.values
  if (values) return computed(result, 'text', values.map(texts))
  return computed(result, UNIT_PRESERVING.has(name) ? (kindOf(given[0]) ?? declared) : declared)
}
