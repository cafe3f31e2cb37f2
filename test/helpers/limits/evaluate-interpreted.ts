/** Evaluates on the interpreter alone, whether or not the expression compiles. */

import { findReferences } from '../../../runtime/expression/check/references.ts'
import { DEFAULT_LIMITS, type Limits } from '../../../runtime/expression/compiler/runtime/limits.ts'
import { createInterpreter } from '../../../runtime/expression/interpreter/interpreter.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'
import type { Json } from '../../../runtime/ports/types.ts'

export async function evaluateInterpreted(text: string, limits: Limits = DEFAULT_LIMITS): Promise<Json | undefined> {
  const parsed = parseExpression(text, limits)
  if (isProblem(parsed)) throw new Error(parsed.message)
  const names = new Set(findReferences(parsed.root).map(({ name }) => name))
  return createInterpreter(parsed, { functions: [], names, variables: new Set() })({}, {})
}
