/** An expression, parsed once and evaluated many times, also at the same time. */
import type { Json } from '../ports/types.ts'
import type { Linker } from './check/check-only.ts'
import { references } from './check/references.ts'
import { functionsOf, namesIn, variablesOf } from './check/variables.ts'
import { refusals } from './compiler/not-compilable.ts'
import { deserializeProgram, NotCompilable, type Program, tryCompile } from './compiler/program.ts'
import { LimitExceeded } from './compiler/runtime/limits.ts'
import { NotPlain } from './compiler/runtime/to-plain-json.ts'
import type { SerializedPrograms } from './compiler/serialize.ts'
import type { Bindings, Expression } from './expression.ts'
import { faultOf, problemFault } from './expression-fault.ts'
import type { FunctionTable } from './functions.ts'
import { type Interpret, interpreter } from './interpreter/interpreter.ts'
import { defaultLimits, isProblem, type Limits, type Origin, type Parsed, parse } from './parse.ts'

/** Parses and links. Throws a `Fault` (`config`) if the text is no expression. */
export function compile(text: string, origin: Origin, functions: FunctionTable, limits?: Limits): Expression {
  const parsed = parse(text, limits ?? defaultLimits)
  if (isProblem(parsed)) throw problemFault(parsed, origin)
  return link(parsed, origin, functions)
}

/** Makes a parsed expression ready to run. */
export const link = (
  parsed: Parsed,
  origin: Origin,
  functions: FunctionTable,
  programs?: SerializedPrograms,
): Expression => atOrigin(runnable(parsed, functions, programs), origin)

/** Makes those of one spec ready, each text once: many properties of many files are read off the same path. */
export function linker(functions: FunctionTable, programs?: SerializedPrograms): Linker {
  const ready = new Map<string, LinkedExpression>()
  return (parsed, origin) => {
    const known = ready.get(parsed.text) ?? runnable(parsed, functions, programs)
    ready.set(parsed.text, known)
    return atOrigin(known, origin)
  }
}

/** A text ready to run, in however many places it stands. */
export interface LinkedExpression {
  readonly text: string
  readonly variables: ReadonlySet<string>
  /** Made when first asked for: who validates, or replays a few records, evaluates few expressions or none. */
  program(): Program | NotCompilable
  readonly interpret: Interpret
  /** Names of functions: where one is bound to a value, which compiled code does not look for, it is interpreted. */
  taken(): readonly string[]
}

/**
 * Compiled where that can be done exactly, interpreted where it cannot. `programs` were compiled before; what is not
 * among them is compiled here, where the host allows it.
 */
export function runnable(parsed: Parsed, functions: FunctionTable, programs?: SerializedPrograms): LinkedExpression {
  const { root, text, limits } = parsed
  const variables = variablesOf(root, functions)
  let made: Program | NotCompilable | undefined
  const make = () => {
    const written = programs?.get(text)
    return written ? deserializeProgram(written, functions, limits) : tryCompile(root, text, functions, limits)
  }
  const program = () => (made ??= make())
  let asked: Interpret | undefined
  const interpret: Interpret = (input, bindings) => {
    asked ??= interpreting(parsed, functions)
    return asked(input, bindings)
  }
  return { text, variables, program, interpret, taken: () => functionsOf(root, functions) }
}

/** Made when it is first needed, too. */
function interpreting(parsed: Parsed, functions: FunctionTable): Interpret {
  const called = new Set(references(parsed.root).map(({ name }) => name))
  // More than the variables that are asked for: where a path finds nothing, what it should bind is looked for outside.
  // So is a function, with its `$` or without.
  const perhapsOutside = new Set([...called, ...namesIn(parsed.root)])
  return interpreter(parsed, functions, called, perhapsOutside)
}

type Evaluate = Expression['evaluate']

/** Its faults name this place. */
export function atOrigin({ text, variables, program, interpret, taken }: LinkedExpression, origin: Origin): Expression {
  const interpreted = (input: Json, bindings: Bindings) =>
    interpret(input, bindings).catch((error: unknown) => {
      throw faultOf(error, origin, text)
    })
  function evaluating(it: Program | NotCompilable): Evaluate {
    if (it instanceof NotCompilable) return (input, bindings = {}) => interpreted(input, bindings)
    const names = taken()
    return (input, bindings = {}) => {
      for (const name of names) if (name in bindings) return interpreted(input, bindings)
      try {
        return it.evaluate(input, bindings)
      } catch (error) {
        // A limit is reported as it is: the interpreter would only take longer to reach it, or never end.
        if (error instanceof LimitExceeded) throw faultOf(limitReached(error), origin, text)
        // All else is worth nothing by itself; the interpreter says what is wrong, or does what was given up.
        return interpreted(input, bindings)
      }
    }
  }
  let ready: Evaluate | undefined
  return {
    text,
    place: origin.place,
    variables,
    get refused() {
      const it = program()
      return it instanceof NotCompilable
        ? { reason: it.reason, help: refusals[it.reason], place: placeOf(it, origin) }
        : undefined
    },
    get program() {
      const it = program()
      return it instanceof NotCompilable ? undefined : it.evaluate
    },
    get evaluate() {
      ready ??= evaluating(program())
      return ready
    },
  }
}

/** A refusal knows the end of the word it is about. */
const placeOf = ({ position }: NotCompilable, origin: Origin): string =>
  position === undefined || origin.at === undefined ? origin.place : origin.at(Math.max(0, position - 1))

const limitReached = ({ code }: LimitExceeded): unknown =>
  code === 'output' ? new NotPlain(code, 'its result is too large') : { code }
