/** JSONata's interpreter for texts, for hosts of a built spec: it explains errors, and evaluates what is not compiled. */
import type { Json } from '../ports/types.ts'
import { findReferences } from './check/references.ts'
import { collectVariableNames } from './check/variables.ts'
import { toExplainedError } from './explain-error.ts'
import type { Bindings } from './expression.ts'
import type { FunctionTable } from './functions.ts'
import { createInterpreter, type Interpret } from './interpreter/interpreter.ts'
import { isProblem, type Parsed, parseExpression } from './parse.ts'

export function createTextInterpreter(parsed: Parsed, functions: FunctionTable): Interpret {
  const { root } = parsed
  const names = new Set(findReferences(root).map(({ name }) => name))
  // More than the free variables: the interpreter also reads the caller's bindings for function names, and for names
  // that a path binds if the path finds no item.
  const variables = new Set([...names, ...collectVariableNames(root)])
  const interpret = createInterpreter(parsed, { functions, names, variables })
  return (input, bindings) =>
    interpret(input, bindings).catch((error: unknown) => {
      throw toExplainedError(error, parsed.text)
    })
}

/** What a host passes to `loadBundle`, where it can afford JSONata's parser. */
export interface ExpressionInterpreter {
  create(text: string, functions: FunctionTable): (input: Json, bindings: Bindings) => Promise<Json | undefined>
}

export const expressionInterpreter: ExpressionInterpreter = {
  create(text, functions) {
    const parsed = parseExpression(text)
    if (isProblem(parsed)) throw new TypeError('an expression of a built spec does not parse')
    return createTextInterpreter(parsed, functions)
  },
}
