/** Names with a minus that are read as a subtraction, arithmetic with what is no number, and lists joined to texts. */
import type { Node } from '../../compiler/ast.ts'
import type { Problem } from '../../parse.ts'
import { ARITHMETIC, kindOf } from '../computed-types.ts'
import { describeKinds, jsonTypeOf } from '../field-type.ts'
import type { TypedField } from '../value.ts'
import { lastName, type Operation, operatorSpan, readPath } from './operation.ts'

/** `isDeclared`: whether the fields of the record are known. */
export function checkArithmetic(operation: Operation, isDeclared: boolean): readonly Problem[] {
  const { node, lhs, rhs, left, right } = operation
  if (!ARITHMETIC.has(node.value)) return []
  const hyphen = isDeclared ? findHyphen(operation) : []
  if (hyphen.length > 0) return hyphen
  return [
    ...checkOperand(node, lhs, left.field), //
    ...checkOperand(node, rhs, right.field),
  ].slice(0, 1)
}

/** `custom_attributes.order-id` is parsed as the field "order" less the field "id". */
function findHyphen({ node, lhs, rhs, left, right, text }: Operation): readonly Problem[] {
  const at = Number(node.position) - 1
  if (node.value !== '-' || (isNumber(left.field) && isNumber(right.field)) || !startsWithName(rhs)) return []
  const [before, after] = [
    /[A-Za-z_][\w-]*$/.exec(text.slice(0, at))?.[0],
    /^[A-Za-z_][\w-]*/.exec(text.slice(at + 1))?.[0],
  ]
  if (before === undefined || after === undefined || !endsWithName(lhs)) return []
  const word = `${before}-${after}`
  const message = `a name with a minus needs quotes: this is parsed as "${before}" less "${after}"`
  const start = at - before.length
  // The first name of a path in double quotes would be a text.
  const help = text[start - 1] === '.' ? `write "${word}" in double quotes` : `write \`${word}\` in backticks`
  return [{ code: 'minus-in-name', message, help, span: [start, start + word.length] }]
}

function isNumber(field: TypedField | undefined): boolean {
  const kinds = [...(field?.type.kinds ?? [])]
  return kinds.length > 0 && kinds.every((kind) => jsonTypeOf(kind) === 'number')
}

const startsWithName = ({ type, steps }: Node): boolean => type === 'path' && steps?.[0]?.type === 'name'

const endsWithName = ({ type, steps, value, rhs }: Node): boolean =>
  type === 'path' ? steps?.at(-1)?.type === 'name' : value === '-' && rhs !== undefined && endsWithName(rhs)

function checkOperand(node: Node, operand: Node, field: TypedField | undefined): readonly Problem[] {
  const kinds = [...(field?.type.kinds ?? [])]
  // A literal text is an error of its own.
  if (field === undefined || operand.type === 'string' || kinds.length === 0) return []
  if (kinds.some((kind) => jsonTypeOf(kind) === 'number')) return []
  const message = `${node.value} takes numbers, and ${field.name} is ${describeKinds(field.type.kinds)}: each such record fails`
  const path = readPath(operand) ?? (field.isComputed ? '…' : lastName(field))
  const convert = kindOf(field) === 'date' ? `write $toMillis(${path})` : `convert it: $number(${path})`
  const help = node.value === '+' && kinds.includes('text') ? `texts are concatenated with &; ${convert}` : convert
  return [{ code: 'arithmetic', message, help, span: operatorSpan(node) }]
}

/** `"Tags: " & tags.tags.name`: two names become JSON. Not of a filter, which may find one item at most. */
export function checkConcatenation({ node, lhs, rhs, left, right }: Operation): readonly Problem[] {
  if (node.value !== '&') return []
  const sides = [
    { path: lhs, value: left },
    { path: rhs, value: right },
  ]
  const list = sides.find(({ path, value }) => value.plural !== undefined && isPlain(path))
  if (list === undefined) return []
  const path = readPath(list.path)
  const message = `${path} may be a list, and & writes a list of two items as JSON`
  const help = `write $join(${path}${list.value.shape === undefined ? '' : '.…'}, ", ")`
  return [{ code: 'list-as-text', message, help, span: operatorSpan(node) }]
}

const isPlain = ({ type, steps = [] }: Node): boolean =>
  type === 'path' && steps.every((step) => step.type === 'name' && !step.predicate && !step.stages)
