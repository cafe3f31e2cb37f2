/** Conditions that are always true: a text beside `or`, a filter by a text, whether a comparison exists; and counts of one. */
import type { Node } from '../../compiler/ast.ts'
import { suggest } from '../../did-you-mean.ts'
import type { Problem } from '../../parse.ts'
import { kindOf } from '../computed-types.ts'
import { jsonTypeOf } from '../field-type.ts'
import type { TypedField, Value } from '../value.ts'
import { lastName, type Operation, readPath } from './operation.ts'
import { spanOf, spanOfLiteral } from './spans.ts'

const isText = ({ type, value }: Node) => type === 'string' && value !== ''

/** `state = "open" or "snoozed"`, and `title or "none"` for a default. */
export function checkOperands({ node, lhs, rhs, text }: Operation): readonly Problem[] {
  if (node.value !== 'or' && node.value !== 'and') return []
  return [lhs, rhs].filter(isText).map((literal) => {
    const other = literal === rhs ? lhs : rhs
    const word = text.slice(...spanOfLiteral(literal, text))
    const message = `${word} alone is always true, and ${node.value} gives true or false`
    return {
      code: 'constant-condition',
      message,
      help: suggestOperand(other, word, text),
      span: spanOfLiteral(literal, text),
    }
  })
}

function suggestOperand(other: Node, word: string, text: string): string {
  const path = readPath(other)
  if (path !== undefined) return `for a default, write ${path} ?? ${word}`
  const [lhs, { rhs }] = [other.lhs as Node | undefined, other]
  const compared = other.value === '=' && lhs && rhs && isText(rhs) ? readPath(lhs) : undefined
  if (compared === undefined || rhs === undefined) return 'compare it with a field'
  return `write ${compared} in [${text.slice(...spanOfLiteral(rhs, text))}, ${word}]`
}

/** `expr` in brackets after a value, and what it gives. Undefined: a position. */
export function checkFilter(expr: Node, condition: Value | undefined, text: string): readonly Problem[] {
  return isText(expr) ? checkTextFilter(expr, text) : checkNumberFilter(expr, condition?.field, text)
}

/** `tags[applied_at]`: a number is a position, and hardly one that the list has. */
function checkNumberFilter(expr: Node, field: TypedField | undefined, text: string): readonly Problem[] {
  const path = readPath(expr)
  const isOfItem = expr.steps?.[0]?.type === 'name'
  if (path === undefined || !isOfItem || field === undefined || field.isComputed) return []
  if (![...field.type.kinds].some((kind) => jsonTypeOf(kind) === 'number')) return []
  const last = lastName(field)
  const end = spanOf(last, expr.steps?.at(-1)?.position, text)[1]
  const message = `[${path}] takes the item at the position that the number gives, not each item that has it`
  const span = [end - last.length, end] as const
  return [{ code: 'number-as-position', message, help: `write [$exists(${path})]`, span }]
}

/** `custom_attributes["plan"]`: JSONata filters, and every text is true. */
function checkTextFilter(expr: Node, text: string): readonly Problem[] {
  const span = spanOfLiteral(expr, text)
  const message = `[${text.slice(...span)}] is a filter that is always true, so that this gives all fields`
  return [
    {
      code: 'constant-condition',
      message,
      help: `for the field of that name, write .${JSON.stringify(expr.value)}`,
      span,
    },
  ]
}

export interface ValueCall {
  readonly name: string
  readonly args: readonly Node[]
  readonly given: readonly Value[]
  /** Where the name of the function ends. */
  readonly end: number | undefined
  /** The expression. */
  readonly text: string
}

export function checkCall({ name, args, given, end, text }: ValueCall): readonly Problem[] {
  const [first, second] = given
  if (first === undefined || end === undefined) return []
  const span = [end - name.length - 1, end] as const
  if (name === 'count') return countOfOne(first, args[0], span)
  if (name === 'not') return text.includes('$exists(') ? [] : notOfAbsent(first.field, args[0], span)
  if (name === 'exists' && first.field?.isComputed && kindOf(first.field) === 'boolean') {
    const message = `${first.field.name} is true or false, and exists either way`
    return [{ code: 'constant-condition', message, help: 'leave out $exists', span }]
  }
  const key = second?.field
  const known = key?.type.values
  if (name !== 'lookup' || first.members === undefined || !key || !known || key.isComputed) return []
  const unknown = [...first.members.keys()].filter((each) => !known.includes(each))
  return unknown.map((each) => {
    const message = `${key.name} is never ${JSON.stringify(each)}, so that this key is never looked up`
    return { code: 'unknown-value', message, help: suggest(each, known), span }
  })
}

/** `$not(custom_attributes.consent)`: nothing without the field, which no condition takes for true. */
function notOfAbsent(field: TypedField | undefined, arg: Node | undefined, span: Problem['span']): readonly Problem[] {
  const path = arg && readPath(arg)
  if (path === undefined || !field?.type.isOptional || field.isComputed) return []
  const message = `${field.name} may be absent, and then $not gives nothing, which is not true`
  const kinds = [...field.type.kinds]
  const ways = [
    ...(kinds.every((kind) => kind === 'boolean') ? [`$not(${path} = true), which holds without it`] : []),
    ...(kinds.includes('boolean') ? [] : [`$not($exists(${path}))`]),
  ]
  return [{ code: 'not-of-absent', message, help: `write ${ways.join(', or ')}`, span }]
}

/** Of an object around a list: `$count(tags)`. Of any other, it says whether it is there. */
function countOfOne({ shape, plural, field }: Value, arg: Node | undefined, span: Problem['span']): readonly Problem[] {
  const isNumber = field && !field.isComputed && field.type.kinds.size === 1 && field.type.kinds.has('number')
  if (isNumber && plural === undefined) {
    const help = `write ${(arg && readPath(arg)) ?? lastName(field)}, which is the number itself`
    return [{ code: 'count-of-one', message: `${field.name} is a number, so that its count is 1`, help, span }]
  }
  const [list, ...others] = shape?.lists ?? []
  if (shape === undefined || list === undefined || plural !== undefined) return []
  const path = (arg && readPath(arg)) ?? '…'
  const help = others.length > 0 ? 'count one of its lists' : `write $count(${path}.${list})`
  return [{ code: 'count-of-one', message: `${shape.name} is no list, so that its count is 1`, help, span }]
}
