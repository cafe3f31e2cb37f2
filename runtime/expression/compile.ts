/** An expression, parsed once and evaluated many times, also at the same time. */
import { builtins } from './builtins.ts'
import { Exhausted } from './compiled/budget.ts'
import { Refusal, tryCompile } from './compiled/program.ts'
import type { Bindings, Expression } from './expression.ts'
import { faultOf, problemFault } from './faults.ts'
import type { FunctionTable } from './functions.ts'
import { interpreter } from './interpreter.ts'
import { defaultLimits, isProblem, type Limits, type Origin, type Parsed, parse } from './parse.ts'
import { NotPlain } from './plain.ts'
import { references } from './references.ts'

/** Parses and links. Throws a `Fault` (`config`) if the text is no expression. */
export function compile(text: string, origin: Origin, functions: FunctionTable, limits?: Limits): Expression {
  const parsed = parse(text, limits ?? defaultLimits)
  if (isProblem(parsed)) throw problemFault(parsed, origin)
  return link(parsed, origin, functions)
}

/** Makes a parsed expression ready to run: compiled where that can be done exactly, interpreted where it cannot. */
export function link(parsed: Parsed, origin: Origin, functions: FunctionTable): Expression {
  const { root, text, limits } = parsed
  const named = references(root)
  const called = new Set(named.map(({ name }) => name))
  const variables = new Set(called)
  for (const { name, kind } of named) if (kind === 'bare' || isFunction(name, functions)) variables.delete(name)
  const interpret = interpreter(parsed, functions, called, variables)
  const program = tryCompile(root, text, functions, limits)

  const interpreted = (input: Parameters<typeof interpret>[0], bindings: Bindings) =>
    interpret(input, bindings).catch((error: unknown) => {
      throw faultOf(error, origin, text)
    })
  const about = { text, place: origin.place, variables }
  if (program instanceof Refusal) {
    return { ...about, refused: program.reason, evaluate: (input, bindings = {}) => interpreted(input, bindings) }
  }
  return {
    ...about,
    evaluate(input, bindings = {}) {
      try {
        return program.evaluate(input, bindings)
      } catch (error) {
        // A limit is reported as it is: the interpreter would only take longer to reach it, or never end.
        if (error instanceof Exhausted) throw faultOf(limitReached(error), origin, text)
        // All else is worth nothing by itself; the interpreter says what is wrong, or does what was given up.
        return interpreted(input, bindings)
      }
    },
  }
}

const limitReached = ({ code }: Exhausted): unknown =>
  code === 'output' ? new NotPlain(code, 'its result is too large') : { code }

/** Built in, or the connector's own. */
export const isFunction = (name: string, functions: FunctionTable): boolean =>
  Object.hasOwn(builtins, name) || functions.some((each) => each.name === name)
