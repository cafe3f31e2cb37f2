/** What a filter `[…]` leaves of a value. */
import { getBareName, type Node } from '../compiler/ast.ts'
import { ARITHMETIC } from './computed-types.ts'
import * as values from './value.ts'
import { CONSTANT, type Value } from './value.ts'

/** `node[expr]`: the plural of `filtered`. `context`: what the step `node` is read from. */
export function filteredPlural(node: Node, unfiltered: Value, expr: Node, context: Value): values.Plural {
  // `[a, b][condition]` chooses between expressions.
  if (node.type === 'unary' || unfiltered.plural === undefined) return undefined
  // A position, and an id, select one item; of each list, if there are several.
  const isId = expr.value === '=' && [expr.lhs as Node, expr.rhs].some((side) => side && getBareName(side) === 'id')
  const isCondition = expr.type === 'path' || (expr.type === 'binary' && !ARITHMETIC.has(expr.value))
  const outer = node.type === 'name' ? context : CONSTANT
  return isCondition && !isId ? 'items' : outer.plural && 'items'
}

/** A declared list is a change already, and `[a, b][0]` has no items but those of the expression. */
export function takePosition(value: Value, { value: index, position = 0 }: Node): Value {
  const name = `[${index}]`
  const span = [position - name.length + 1, position + 1] as const
  return value.isUndeclared ? values.select(value, [{ kind: 'position', name, span }]) : value
}
