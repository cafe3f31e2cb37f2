/** Evaluates an expression and says what it read. */
import type { Node } from '../../expression/compiler/ast.ts'
import type { Bindings, Expression } from '../../expression/expression.ts'
import { toFault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import { isMissing } from '../property-values.ts'
import { isTruthy } from '../skip-rules.ts'
import { collectPaths, createPathScope, findRoot, toFieldPath } from './paths.ts'
import { type PathReading, readPath } from './read-path.ts'

export interface ExpressionReading {
  readonly text: string
  /** `file:line:column`. */
  readonly place: string
  /** Absent: it gives nothing, or fails. */
  readonly value?: Json
  readonly fault?: FaultReading
  readonly reads: readonly PathReading[]
}

export interface FaultReading {
  readonly code: string
  readonly message: string
  /** `file:line:column`, closer than the place of the expression if it is known. */
  readonly place?: string
}

export async function readExpression(expr: Expression, item: Json, bindings: Bindings): Promise<ExpressionReading> {
  const evaluated = await evaluate(expr, item, bindings)
  return { ...evaluated, reads: readPaths(expr, item, bindings) }
}

/** Of a condition that is false because one side of an `and` is, only what that side reads. */
export async function readCondition(expr: Expression, item: Json, bindings: Bindings): Promise<ExpressionReading> {
  const evaluated = await evaluate(expr, item, bindings)
  const isFalse = evaluated.fault === undefined && !isTruthy(evaluated.value)
  const select = (root: Node) => (isFalse ? findFalsePart(root, { item, bindings }) : root)
  return { ...evaluated, reads: readPaths(expr, item, bindings, select) }
}

async function evaluate(expr: Expression, item: Json, bindings: Bindings): Promise<Omit<ExpressionReading, 'reads'>> {
  const source = { text: expr.text.trim(), place: expr.place }
  try {
    const value = await expr.evaluate(item, bindings)
    return { ...source, ...(value !== undefined && { value }) }
  } catch (error) {
    return { ...source, fault: toFaultReading(error) }
  }
}

export function toFaultReading(error: unknown): FaultReading {
  const { code, message, place } = toFault(error).info()
  return { code, message, ...(place !== undefined && { place }) }
}

function readPaths(expr: Expression, item: Json, bindings: Bindings, select = (root: Node) => root): PathReading[] {
  const root = findRoot(expr)
  if (root === undefined) return []
  return collectPaths(select(root), createPathScope(expr)).map((path) => readPath(path, item, bindings))
}

interface Values {
  readonly item: Json
  readonly bindings: Bindings
}

/** The side of an `and` that makes it false, as far as plain comparisons tell. */
function findFalsePart(node: Node, values: Values): Node {
  const [only, ...others] = node.type === 'block' ? (node.expressions ?? []) : []
  if (only !== undefined && others.length === 0) return findFalsePart(only, values)
  if (node.value !== 'and' || !isPair(node)) return node
  const [left, right] = [holds(node.lhs, values), holds(node.rhs, values)]
  if (left === false) return findFalsePart(node.lhs, values)
  return right === false ? findFalsePart(node.rhs, values) : node
}

type PairNode = Node & { readonly lhs: Node; readonly rhs: Node }

const isPair = (node: Node): node is PairNode =>
  node.type === 'binary' && node.lhs !== undefined && !Array.isArray(node.lhs) && node.rhs !== undefined

/** Undefined for all but comparisons of fields with literals, and `and`, `or`, `$not`, `$exists` of such. */
function holds(node: Node, values: Values): boolean | undefined {
  if (node.type === 'binary') return isPair(node) ? holdsPair(node, values) : undefined
  if (node.type === 'function') return holdsCall(node, values)
  const [only, ...others] = node.type === 'block' ? (node.expressions ?? []) : []
  if (only !== undefined && others.length === 0) return holds(only, values)
  const value = readOperand(node, values)
  return value === undefined ? undefined : isTruthy(value.value)
}

function holdsPair({ value: operator, lhs, rhs }: PairNode, values: Values): boolean | undefined {
  if (operator === 'and' || operator === 'or') {
    const decisive = operator === 'or'
    const sides = [holds(lhs, values), holds(rhs, values)]
    if (sides.includes(decisive)) return decisive
    return sides.includes(undefined) ? undefined : !decisive
  }
  if (operator !== '=' && operator !== '!=') return undefined
  const [left, right] = [readOperand(lhs, values), readOperand(rhs, values)]
  if (left === undefined || right === undefined) return undefined
  // Nothing equals or differs from an absent value.
  if (isMissing(left.value) || isMissing(right.value)) return false
  if (typeof left.value === 'object' || typeof right.value === 'object') return undefined
  return (left.value === right.value) === (operator === '=')
}

function holdsCall({ procedure, arguments: [argument, ...others] = [] }: Node, values: Values): boolean | undefined {
  if (argument === undefined || others.length > 0 || procedure?.type !== 'variable') return undefined
  const operand = readOperand(argument, values)
  if (procedure.value === 'exists') return operand && operand.value !== undefined
  if (procedure.value === 'not') {
    // `$not` of nothing is nothing.
    if (operand !== undefined && operand.value === undefined) return false
    const inner = holds(argument, values)
    return inner === undefined ? undefined : !inner
  }
  return undefined
}

interface Operand {
  readonly value?: Json
}

/** A literal, or a path of fields. */
function readOperand(node: Node, { item, bindings }: Values): Operand | undefined {
  const { type, value } = node
  if (type === 'string' || type === 'number') return { value: value as string | number }
  if (type === 'value' && typeof value === 'boolean') return { value }
  const path = toFieldPath(node)
  if (path === undefined) return undefined
  const { value: found } = readPath(path, item, bindings)
  return found === undefined ? {} : { value: found }
}
