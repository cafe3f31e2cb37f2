/** The cost of matching the regular expressions of an expression that the interpreter runs. */
import { type Node, nodes } from '../compiler/ast.ts'
import { type MatchingCost, matchingCostOf, quadraticCost } from '../compiler/runtime/regex.ts'

/** The highest cost of any of them: which one a text meets is known too late. Undefined if there is none. */
export function maxMatchingCost(root: Node): MatchingCost | undefined {
  let cost: MatchingCost | undefined
  for (const { type, value } of nodes(root)) {
    if (type === 'regex' && value instanceof RegExp) cost = cost === quadraticCost ? cost : matchingCostOf(value)
  }
  return cost
}
