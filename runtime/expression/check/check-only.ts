/** Expressions that are only looked at: what makes them run need not even be loaded, which is half of what a check takes. */
import type { Expression } from '../expression.ts'
import type { FunctionTable } from '../functions.ts'
import type { Origin, Parsed } from '../parse.ts'
import { variablesOf } from './variables.ts'

/** From a parsed text at a place to an expression. */
export type Linker = (parsed: Parsed, origin: Origin) => Expression

export const checkOnlyLinker =
  (functions: FunctionTable): Linker =>
  ({ root, text }, { place }) => ({ text, place, variables: variablesOf(root, functions), evaluate: refuse })

/** A mistake of ours, not of the expression's. */
function refuse(): never {
  throw new TypeError('this spec was loaded to be checked only')
}
