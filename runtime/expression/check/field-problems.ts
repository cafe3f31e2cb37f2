/** What contradicts the types of fields: comparisons that never hold, fields of a text, seconds taken for milliseconds. */
import type { Node } from '../compiler/ast.ts'
import { suggest } from '../did-you-mean.ts'
import type { Problem } from '../parse.ts'
import { describeKinds, type FieldType, jsonTypeOf } from './field-type.ts'
import { spanOfLiteral } from './literal-span.ts'
import type { TypedField } from './value.ts'

type Field = TypedField | undefined
type Span = Problem['span']

const EQUALITY: ReadonlySet<unknown> = new Set(['=', '!='])
const ORDER: ReadonlySet<unknown> = new Set(['<', '<=', '>', '>='])
const isComparison = ({ type, value }: Node) => type === 'binary' && (EQUALITY.has(value) || ORDER.has(value))

/** `left` and `right`: the fields that its operands read. `text`: of the expression. */
export function checkComparison(node: Node, left: Field, right: Field, text: string): readonly Problem[] {
  const [lhs, { rhs }] = [node.lhs as Node, node]
  if (node.type !== 'binary' || rhs === undefined) return []
  if (node.value === 'in') return listElements(rhs).flatMap((element) => compareWith(element, left, text))
  if (!isComparison(node)) return []
  if (isComparison(lhs)) return [describeChain(node)]
  const isEquality = EQUALITY.has(node.value)
  return (
    [
      [rhs, left],
      [lhs, right],
    ] as const
  ).flatMap(([literal, field]) => [
    ...(isEquality ? compareWithNothing(literal, literal === rhs ? lhs : rhs, text) : []),
    ...compareWith(literal, field, text),
    ...(node.value === '!=' ? compareAbsent(node, literal, field, text) : []),
  ])
}

const listElements = (node: Node): readonly Node[] =>
  node.type === 'unary' && node.value === '[' ? (node.expressions ?? []) : []

function describeChain({ position, value }: Node): Problem {
  const operator = String(value)
  const span = [Number(position) - operator.length, Number(position)] as const
  const message = `this compares the result of the comparison before it, which is true or false`
  return { code: 'chained-comparison', message, help: 'write each comparison out: 1 < x and x < 5', span }
}

/** A path of names as text: `title`, `$contact.name`. The result of a function may be an empty text. */
function readPath({ type, steps = [] }: Node): string | undefined {
  const isPath =
    type === 'path' && steps.every((step, index) => step.type === 'name' || (index === 0 && step.type === 'variable'))
  return isPath ? steps.map((step) => `${step.type === 'variable' ? '$' : ''}${step.value}`).join('.') : undefined
}

/** A field that is null or empty is absent, and nothing equals what is absent. */
function compareWithNothing(literal: Node, other: Node, text: string): readonly Problem[] {
  const path = readPath(other)
  if (path === undefined || !isNothing(literal)) return []
  const message = `a field is never ${literal.value === null ? 'null' : 'an empty text'}: it is absent instead, and no comparison with it holds`
  const help = `write $exists(${path}), or $not($exists(${path}))`
  return [{ code: 'compared-with-nothing', message, help, span: spanOfLiteral(literal, text) }]
}

const isNothing = ({ type, value }: Node) => (type === 'value' && value === null) || (type === 'string' && value === '')

type Literal = string | number | boolean

function readLiteral({ type, value }: Node): Literal | undefined {
  if (type !== 'string' && type !== 'number' && type !== 'value') return undefined
  return value === null || typeof value === 'object' ? undefined : (value as Literal)
}

function compareWith(literal: Node, field: Field, text: string): readonly Problem[] {
  const value = readLiteral(literal)
  if (field === undefined || value === undefined || value === '') return []
  const span = spanOfLiteral(literal, text)
  const { name, type } = field
  const jsonTypes = new Set([...type.kinds].map(jsonTypeOf))
  if (jsonTypes.size > 0 && !jsonTypes.has(typeOf(value))) {
    const message = `${name} is ${describeKinds(type.kinds)}, and this is ${WITH_ARTICLE[typeOf(value)]}: no such comparison holds`
    return [{ code: 'compared-types', message, help: suggestOther(value, type), span }]
  }
  if (type.values === undefined || typeof value !== 'string' || type.values.includes(value)) return []
  const message = `${name} is never ${JSON.stringify(value)}`
  const nearest = suggest(value, type.values)
  const help = nearest.endsWith('?') ? `${nearest} It is one of ${type.values.join(', ')}` : nearest
  return [{ code: 'unknown-value', message, help, span }]
}

const typeOf = (value: Literal) => (typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean'))

const WITH_ARTICLE = { text: 'text', number: 'a number', boolean: 'true or false' } as const

function suggestOther(value: Literal, { kinds, values }: FieldType): string {
  if (values !== undefined) return `it is one of ${values.join(', ')}`
  if (kinds.has('text') && typeof value === 'number') return `write "${value}"`
  const isNumber = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
  if (kinds.has('number') && isNumber) return `write ${Number(value)}`
  if (kinds.has('boolean') && (value === 'true' || value === 'false')) return `write ${value}`
  return 'compare it with a value of the same type'
}

/** JSONata's `!=` does not hold for an absent field, so that a record without it is not "another" one. */
function compareAbsent(node: Node, literal: Node, field: Field, text: string): readonly Problem[] {
  const isCompared = readLiteral(literal) !== undefined && !isNothing(literal)
  if (!isCompared || !field?.type.isOptional || text.includes('$exists(')) return []
  const end = Number(node.position)
  const path = readPath(literal === node.rhs ? (node.lhs as Node) : (node.rhs as Node)) ?? lastName(field)
  const value = text.slice(...spanOfLiteral(literal, text))
  const message = `${field.name} may be absent, and then != is false, too`
  const help = `write $not(${path} = ${value}), which holds without it, or $exists(${path}) and ${path} != ${value}`
  return [{ code: 'unequal-to-absent', message, help, span: [end - 2, end] }]
}

/** JSONata gives nothing for a field of a text or a number, without an error. */
export function checkRead(field: Field, name: string, span: Span): readonly Problem[] {
  if (field === undefined || field.type.kinds.size === 0) return []
  const message = `${field.name} is ${describeKinds(field.type.kinds)} and has no field "${name}"`
  const help = name === 'length' ? { help: `write $length(${lastName(field)})` } : {}
  return [{ code: 'field-of-a-value', message, ...help, span }]
}

const lastName = ({ name }: TypedField) => name.slice(name.lastIndexOf('.') + 1)

/** `end`: where the name of the function ends. */
export function checkTimeCall(name: string, argument: Field, end: number | undefined): readonly Problem[] {
  if (argument === undefined || end === undefined || (name !== 'fromMillis' && name !== 'toMillis')) return []
  const { kinds } = argument.type
  if (kinds.size !== 1 || !kinds.has('seconds')) return []
  const span = [end - name.length - 1, end] as const
  const field = lastName(argument)
  const message = `$${name} takes ${name === 'fromMillis' ? 'milliseconds' : 'text'}, and ${argument.name} is a time in seconds`
  const help = name === 'fromMillis' ? `write $fromMillis(${field} * 1000)` : `write ${field} * 1000`
  return [{ code: 'seconds', message, help, span }]
}
