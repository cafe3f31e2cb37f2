/** Comparisons that never hold, or hold by accident: of types, of values, of nothing, of a list. */
import { getBareName, type Node } from '../../compiler/ast.ts'
import { suggest } from '../../did-you-mean.ts'
import type { Problem } from '../../parse.ts'
import { describeKinds, type FieldType, jsonTypeOf } from '../field-type.ts'
import { CONSTANT, type TypedField, type Value } from '../value.ts'
import { lastName, type Operation, operatorSpan, readPath } from './operation.ts'
import { spanOf, spanOfLiteral } from './spans.ts'
import { checkWildcard } from './wildcards.ts'

type Field = TypedField | undefined

const EQUALITY: ReadonlySet<unknown> = new Set(['=', '!='])
const ORDER: ReadonlySet<unknown> = new Set(['<', '<=', '>', '>='])
const isComparison = ({ type, value }: Node) => type === 'binary' && (EQUALITY.has(value) || ORDER.has(value))

export function checkComparison(operation: Operation): readonly Problem[] {
  const { node, lhs, rhs, left, right } = operation
  if (node.value === 'in') return checkMembership(operation)
  if (!isComparison(node)) return []
  if (isComparison(lhs)) return [describeChain(node)]
  const sides = [
    { literal: rhs, path: lhs, value: left, other: right },
    { literal: lhs, path: rhs, value: right, other: left },
  ]
  const isLiteral = sides.some(({ literal }) => readLiteral(literal) !== undefined)
  return [...sides.flatMap((side) => checkSide(side, operation)), ...(isLiteral ? [] : compareTypes(operation))]
}

interface Side {
  /** A literal, or another expression. */
  readonly literal: Node
  /** Compared with it. */
  readonly path: Node
  readonly value: Value
  /** Of the literal's side. */
  readonly other: Value
}

function checkSide(side: Side, { node, text }: Operation): readonly Problem[] {
  const { literal, path, value, other } = side
  const word =
    readLiteral(path) === undefined ? findBareWord(literal, { compared: value.field, value: other }, text) : []
  if (word.length > 0) return word
  const isEquality = EQUALITY.has(node.value)
  if (isEquality && literal.type === 'regex') return [compareWithPattern(node, path)]
  const nothing = isEquality ? compareWithNothing(literal, path, text) : []
  if (nothing.length > 0) return nothing
  const wrong = compareWith(literal, value.field, text)
  if (wrong.length > 0) return wrong
  const wildcard = isEquality ? checkWildcard(literal, path, text) : []
  if (wildcard.length > 0) return wildcard
  if (isEquality && isList(literal) && value.plural === undefined && value.field !== undefined)
    return [describeListLiteral(node, readPath(path) ?? '…')]
  const whole = [...compareObject(side, text), ...(isEquality ? compareList(node, side, text) : [])]
  return whole.length > 0 || node.value !== '!=' ? whole : compareAbsent(node, side, text)
}

/** `x in list`. Of a text on the right, JSONata makes a list of one. */
function checkMembership(operation: Operation): readonly Problem[] {
  const { node, lhs, rhs, left, right, text } = operation
  if (rhs.type === 'unary' && rhs.value === '[') {
    const elements = rhs.expressions ?? []
    return elements.flatMap((each) => [
      ...findBareWord(each, { compared: left.field }, text),
      ...compareWith(each, left.field, text),
      ...checkWildcard(each, lhs, text),
    ])
  }
  if (rhs.type === 'string') return [describeReversed(operation)]
  const wrong = compareWith(lhs, right.field, text)
  const isText =
    right.field && right.plural === undefined && !right.field.type.values && kindsOf(right.field) === 'text'
  const literal = readLiteral(lhs)
  if (wrong.length > 0 || !isText || typeof literal !== 'string') return wrong
  const path = readPath(rhs) ?? lastName(right.field)
  const message = `in looks for an item of a list, and ${right.field.name} is one text: this holds only if it is all of the text`
  const help = `write $contains(${path}, ${JSON.stringify(literal)})`
  return [{ code: 'in-text', message, help, span: operatorSpan(node) }]
}

/** `tags.tags.name in "vip"`. */
function describeReversed({ node, lhs, rhs, left, text }: Operation): Problem {
  const word = text.slice(...spanOfLiteral(rhs, text))
  const path = readPath(lhs) ?? '…'
  const help =
    left.plural === undefined ? `write $contains(${path}, ${word}), or ${path} = ${word}` : `write ${word} in ${path}`
  return {
    code: 'in-text',
    message: `in looks for an item of a list, and ${word} is a text`,
    help,
    span: operatorSpan(node),
  }
}

const kindsOf = ({ type }: TypedField) => [...type.kinds].join()

function describeChain(node: Node): Problem {
  const message = `this compares the result of the comparison before it, which is true or false`
  return {
    code: 'chained-comparison',
    message,
    help: 'write each comparison out: 1 < x and x < 5',
    span: operatorSpan(node),
  }
}

/** `state = open` reads the field "open", `name = VIP` a field that does not exist. */
function findBareWord(
  node: Node,
  { compared, value }: { readonly compared: Field; readonly value?: Value },
  text: string,
): readonly Problem[] {
  const name = getBareName(node)
  // A text field is compared with it, not its name.
  if (name === undefined || compared === undefined || value?.field?.type.kinds.has('text')) return []
  const { values, kinds } = compared.type
  const isUnknown = value === CONSTANT && values === undefined && kinds.has('text') && !compared.isComputed
  const word = isUnknown ? name : values?.find((each) => each.toLowerCase() === name.toLowerCase())
  if (word === undefined) return []
  const message = `${name} without quotes is the name of a field, and ${compared.name} is compared with it`
  const span = spanOf(name, node.steps?.[0]?.position, text)
  return [{ code: 'bare-word', message, help: `write ${JSON.stringify(word)}`, span }]
}

/** `title = /refund/`. */
function compareWithPattern(node: Node, path: Node): Problem {
  const message = `${node.value} compares with the regular expression itself, which no text equals`
  const help = `write $contains(${readPath(path) ?? '…'}, /…/)`
  return { code: 'pattern', message, help, span: operatorSpan(node) }
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
  if (type.usual !== undefined && typeof value === 'string') return compareWithUsual(value, type.usual, name, span)
  if (type.values === undefined || typeof value !== 'string' || type.values.includes(value)) return []
  const message = `${name} is never ${JSON.stringify(value)}`
  const nearest = suggest(value, type.values)
  const help = nearest.endsWith('?') ? `${nearest} It is one of ${type.values.join(', ')}` : nearest
  return [{ code: 'unknown-value', message, help, span }]
}

/** `closed` for `close`, `Comment` for `comment`. Any other text may be one that is new. */
function compareWithUsual(
  value: string,
  usual: readonly string[],
  name: string,
  span: Problem['span'],
): readonly Problem[] {
  const others = OTHER_WORDS[plain(value)] ?? []
  const near = usual.includes(value)
    ? undefined
    : usual.find((each) => isNear(plain(value), plain(each)) || others.includes(each))
  if (near === undefined) return []
  const help = `did you mean ${JSON.stringify(near)}?`
  return [{ code: 'unknown-value', message: `${name} is not known to be ${JSON.stringify(value)}`, help, span }]
}

/** Everyday words, and what support desks call it. */
const OTHER_WORDS: Readonly<Record<string, readonly string[]>> = {
  agent: ['admin'],
  teammate: ['admin'],
  customer: ['user', 'contact'],
  client: ['user', 'contact'],
  reply: ['comment'],
  message: ['comment'],
}

const plain = (word: string): string => word.toLowerCase().replace(/[\s_-]/g, '')

/** Equal, or another ending. */
const isNear = (a: string, b: string): boolean =>
  (a.startsWith(b) || b.startsWith(a)) && Math.abs(a.length - b.length) <= 2

const typeOf = (value: Literal) => (typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean'))

const WITH_ARTICLE = { text: 'text', number: 'a number', boolean: 'true or false' } as const

function suggestOther(value: Literal, { kinds, values }: FieldType): string {
  if (values !== undefined) return `it is one of ${values.join(', ')}`
  if (kinds.has('text') && typeof value === 'number') return `write "${value}"`
  const isNumber = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
  if (kinds.has('number') && isNumber) return `write ${Number(value)}`
  if (kinds.has('boolean') && (value === 'true' || value === 'false')) return `write ${value}`
  const isDate = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)
  if (kinds.has('seconds') && isDate) return `write $toMillis("${value}") / 1000`
  return 'compare it with a value of the same type'
}

/** Two computed or declared values that share no type. */
function compareTypes({
  node,
  lhs,
  rhs,
  left: { field: left },
  right: { field: right },
}: Operation): readonly Problem[] {
  if (!left || !right || left.type.kinds.size === 0 || right.type.kinds.size === 0) return []
  const jsonTypes = new Set([...left.type.kinds].map(jsonTypeOf))
  if ([...right.type.kinds].some((kind) => jsonTypes.has(jsonTypeOf(kind)))) return []
  // A word without quotes is told as such.
  const words = [getBareName(lhs), getBareName(rhs)]
  if ([left, right].some(({ type }) => type.values?.some((value) => words.includes(value)))) return []
  const message = `${left.name} is ${describeKinds(left.type.kinds)}, and ${right.name} is ${describeKinds(right.type.kinds)}: no such comparison holds`
  const help = 'compare it with a value of the same type'
  return [{ code: 'compared-types', message, help, span: operatorSpan(node) }]
}

/** `source.author = "user"`. */
function compareObject({ literal, path, value: { shape, plural } }: Side, text: string): readonly Problem[] {
  const compared = readLiteral(literal)
  if (compared === undefined || shape === undefined || plural !== undefined) return []
  const types = [...shape.types].filter(
    ([, { kinds, values }]) => values?.some((each) => each === compared) ?? kinds.has('text'),
  )
  const exact = types.filter(([, { values }]) => values)
  const names = (exact.length > 0 ? exact : types.length > 0 ? types : [...shape.fields]).map(([name]) => name)
  const message = `${shape.name} is an object of several fields, and equals no single value`
  const help = `compare one of its fields: ${names
    .slice(0, 4)
    .map((name) => `${readPath(path) ?? '…'}.${name}`)
    .join(', ')}`
  return [{ code: 'compared-object', message, help, span: spanOfLiteral(literal, text) }]
}

const isList = ({ type, value, expressions = [] }: Node): boolean =>
  type === 'unary' && value === '[' && expressions.length > 0

function describeListLiteral(node: Node, path: string): Problem {
  const message = `a single value never equals a list`
  return { code: 'compared-list', message, help: `write ${path} in […]`, span: operatorSpan(node) }
}

/** A list equals a text only if it has one item. */
function compareList(node: Node, { literal, path, value }: Side, text: string): readonly Problem[] {
  if (value.plural === undefined || readLiteral(literal) === undefined) return []
  const own = readPath(path)
  const word = text.slice(...spanOfLiteral(literal, text))
  const message = `${own ?? 'this'} may be a list, and a list of two items equals no single value`
  const found = readLiteral(literal) === true ? '$exists(…)' : `${word} in ${own ?? '…'}`
  const help = `write ${node.value === '=' ? found : `$not(${found})`}`
  return [{ code: 'compared-list', message, help, span: operatorSpan(node) }]
}

/** JSONata's `!=` does not hold for an absent field, so that a record without it is not "another" one. */
function compareAbsent(node: Node, { literal, path: other, value }: Side, text: string): readonly Problem[] {
  const { field } = value
  const isCompared = readLiteral(literal) !== undefined && !isNothing(literal)
  if (!isCompared || !field?.type.isOptional || text.includes('$exists(')) return []
  const path = readPath(other) ?? lastName(field)
  const word = text.slice(...spanOfLiteral(literal, text))
  const message = `${field.name} may be absent, and then != is false, too`
  const help = `write $not(${path} = ${word}), which holds without it, or $exists(${path}) and ${path} != ${word}`
  return [{ code: 'unequal-to-absent', message, help, span: operatorSpan(node) }]
}
