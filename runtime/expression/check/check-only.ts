/** Links expressions for checking only. Loads no engine: loading them takes half the time of a check. */
import type { Linker } from '../expression.ts'
import type { FunctionTable } from '../functions.ts'
import { findVariables } from './variables.ts'

export const createCheckOnlyLinker =
  (functions: FunctionTable): Linker =>
  ({ root, text }, { place }) => ({
    text,
    place,
    variables: findVariables(root, functions),
    evaluate: rejectEvaluation,
  })

/** Reports a bug of the caller, not of the expression. */
function rejectEvaluation(): never {
  throw new TypeError('this spec was loaded for checking only and cannot be evaluated')
}
