/** What matching a text costs at worst, in steps. */
import { type Node, nodes } from '../compiler/ast.ts'
import { analyzeBacktracking } from '../compiler/regex/redos.ts'
import { PER_STEP } from './limits.ts'

/** Of a text so many characters long. */
export type MatchingCost = (characters: number) => number

const linear: MatchingCost = (characters) => Math.floor(characters / PER_STEP)

/** A text of 64,000 characters takes all the steps there are, and no more than seconds. */
const square: MatchingCost = (characters) => Math.floor(characters / PER_STEP) ** 2

export const costOf = (regex: RegExp): MatchingCost => (analyzeBacktracking(regex).power === 1 ? linear : square)

/** Of the costliest of an expression's regular expressions: which of them a text meets shows too late. */
export function matchingCost(root: Node): MatchingCost | undefined {
  let cost: MatchingCost | undefined
  for (const { type, value } of nodes(root)) {
    if (type === 'regex' && value instanceof RegExp) cost = cost === square ? square : costOf(value)
  }
  return cost
}
