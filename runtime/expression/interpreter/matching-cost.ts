/** Estimates the cost of matching regular expressions on the interpreter. */
import { type Node, walkNodes } from '../compiler/ast.ts'
import { analyzeBacktracking } from '../compiler/regex/redos.ts'
import { type MatchingCost, toMatchingCost } from '../compiler/runtime/matching-cost.ts'

/**
 * The highest cost of any regular expression in the tree, since the one a call will use is unknown. Undefined without
 * any.
 */
export function findMaxMatchingCost(root: Node): MatchingCost | undefined {
  const costs = new Set<MatchingCost>()
  for (const { type, value } of walkNodes(root)) {
    if (type === 'regex' && value instanceof RegExp) costs.add(getMatchingCost(value))
  }
  return costs.size === 0 ? undefined : (characters) => Math.max(...Array.from(costs, (cost) => cost(characters)))
}

export function getMatchingCost(regex: RegExp): MatchingCost {
  const { power, ways } = analyzeBacktracking(regex)
  return toMatchingCost(power, ways)
}
