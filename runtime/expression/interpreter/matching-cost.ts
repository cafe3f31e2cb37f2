/** The cost of matching the regular expressions of an expression that the interpreter runs. */
import { type Node, walkNodes } from '../compiler/ast.ts'
import { getMatchingCost, type MatchingCost, quadraticCost } from '../compiler/runtime/regex.ts'

/** The highest cost of any of them: which one a text meets is known too late. Undefined if there is none. */
export function findMaxMatchingCost(root: Node): MatchingCost | undefined {
  let cost: MatchingCost | undefined
  for (const { type, value } of walkNodes(root)) {
    if (type === 'regex' && value instanceof RegExp) cost = cost === quadraticCost ? cost : getMatchingCost(value)
  }
  return cost
}
