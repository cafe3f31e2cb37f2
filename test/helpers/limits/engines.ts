/** The interpreter alone, whether or not an expression could be compiled. */

import { references } from '../../../runtime/expression/check/references.ts'
import { interpreter } from '../../../runtime/expression/interpreter/interpreter.ts'
import { defaultLimits, isProblem, type Limits, parse } from '../../../runtime/expression/parse.ts'
import type { Json } from '../../../runtime/ports/types.ts'

export async function interpreted(text: string, limits: Limits = defaultLimits): Promise<Json | undefined> {
  const parsed = parse(text, limits)
  if (isProblem(parsed)) throw new Error(parsed.message)
  const called = new Set(references(parsed.root).map(({ name }) => name))
  return interpreter(parsed, [], called, new Set())({}, {})
}
