/** The interpreter alone, whether or not an expression could be compiled. */
import { interpreter } from '../runtime/expression/interpreter.ts'
import { defaultLimits, isProblem, type Limits, parse } from '../runtime/expression/parse.ts'
import { references } from '../runtime/expression/references.ts'
import type { Json } from '../runtime/types.ts'

export async function interpreted(text: string, limits: Limits = defaultLimits): Promise<Json | undefined> {
  const parsed = parse(text, limits)
  if (isProblem(parsed)) throw new Error(parsed.message)
  const called = new Set(references(parsed.root).map(({ name }) => name))
  return interpreter(parsed, [], called, new Set())({}, {})
}
