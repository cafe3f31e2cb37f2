/** Makes parsed expressions executable: compiled to JavaScript where the result is exact, interpreted otherwise. */
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Json } from '../ports/types.ts'
import { findReferences } from './check/references.ts'
import { collectVariableNames, findFunctionNames, findVariables } from './check/variables.ts'
import { compileProgram } from './compiler/compile-program.ts'
import { NOT_COMPILABLE_HELP, NotCompilable } from './compiler/not-compilable.ts'
import type { Program } from './compiler/program.ts'
import {
  closeBudget,
  DEFAULT_LIMITS,
  dropBudget,
  LimitExceeded,
  type Limits,
  openBudget,
  STEP_BUDGET,
} from './compiler/runtime/limits.ts'
import { NotPlain } from './compiler/runtime/to-plain-json.ts'
import { deserializeProgram, type SerializedPrograms } from './compiler/serialize.ts'
import type { Bindings, Expression, Linker, NotCompiled } from './expression.ts'
import { toEvaluationFault, toParseFault } from './expression-fault.ts'
import type { FunctionTable } from './functions.ts'
import { createInterpreter, type Interpret } from './interpreter/interpreter.ts'
import { isProblem, type Origin, type Parsed, parseExpression } from './parse.ts'

/** Parses and links one text: for a caller without a spec. Throws a config `Fault` if the text does not parse. */
export function compileExpression(
  text: string,
  origin: Origin,
  functions: FunctionTable,
  limits: Limits = DEFAULT_LIMITS,
): Expression {
  const parsed = parseExpression(text, limits)
  if (isProblem(parsed)) throw toParseFault(parsed, origin)
  return linkExpression(parsed, origin, functions)
}

/** Makes a parsed expression executable. */
const linkExpression = (
  parsed: Parsed,
  origin: Origin,
  functions: FunctionTable,
  programs?: SerializedPrograms,
): Expression => new OriginExpression(new LinkedExpression(parsed, functions, programs), origin)

/**
 * Links the expressions of one spec. Expressions of equal text share one program: many properties read the same path.
 */
export function createLinker(functions: FunctionTable, programs?: SerializedPrograms): Linker {
  const linkedByText = new Map<string, LinkedExpression>()
  return (parsed, origin) => {
    const linked = linkedByText.get(parsed.text) ?? new LinkedExpression(parsed, functions, programs)
    linkedByText.set(parsed.text, linked)
    return new OriginExpression(linked, origin)
  }
}

/**
 * An executable expression, shared by every place that has its text. Takes its program from `programs` if that holds
 * one, and otherwise compiles it if the host allows generated code. Compiles on first use: validating a spec, or
 * replaying a few records, evaluates few expressions or none.
 */
export class LinkedExpression {
  readonly text: string
  readonly variables: ReadonlySet<string>
  readonly #parsed: Parsed
  readonly #functions: FunctionTable
  readonly #programs: SerializedPrograms | undefined
  #program: Program | NotCompilable | undefined
  #interpret: Interpret | undefined

  constructor(parsed: Parsed, functions: FunctionTable, programs?: SerializedPrograms) {
    this.text = parsed.text
    this.variables = findVariables(parsed.root, functions)
    this.#parsed = parsed
    this.#functions = functions
    this.#programs = programs
  }

  program(): Program | NotCompilable {
    this.#program ??= this.#compile()
    return this.#program
  }

  interpret(input: Json, bindings: Bindings): Promise<Json | undefined> {
    this.#interpret ??= this.#createInterpreter()
    return this.#interpret(input, bindings)
  }

  /**
   * Functions in use. Compiled code ignores bindings of these names, so evaluations with such a binding are
   * interpreted.
   */
  functionNames(): readonly string[] {
    return findFunctionNames(this.#parsed.root, this.#functions)
  }

  #compile(): Program | NotCompilable {
    const { root, text, limits } = this.#parsed
    const serialized = this.#programs?.get(text)
    return serialized
      ? deserializeProgram(serialized, this.#functions, limits)
      : compileProgram({ root, text, functions: this.#functions, limits })
  }

  #createInterpreter(): Interpret {
    const { root } = this.#parsed
    const names = new Set(findReferences(root).map(({ name }) => name))
    // More than the free variables: the interpreter also reads the caller's bindings for function names, and for names
    // that a path binds if the path finds no item.
    const variables = new Set([...names, ...collectVariableNames(root)])
    return createInterpreter(this.#parsed, { functions: this.#functions, names, variables })
  }
}

type Evaluate = Expression['evaluate']

/** A linked expression at one place. Its faults name the place. */
class OriginExpression implements Expression {
  readonly text: string
  readonly place: string
  readonly variables: ReadonlySet<string>
  readonly #linked: LinkedExpression
  readonly #origin: Origin
  #evaluate: Evaluate | undefined

  constructor(linked: LinkedExpression, origin: Origin) {
    this.text = linked.text
    this.place = origin.place
    this.variables = linked.variables
    this.#linked = linked
    this.#origin = origin
  }

  get notCompiled(): NotCompiled | undefined {
    const result = this.#linked.program()
    if (!(result instanceof NotCompilable)) return undefined
    return { reason: result.reason, help: NOT_COMPILABLE_HELP[result.reason], place: findPlace(result, this.#origin) }
  }

  get program(): Expression['program'] {
    const result = this.#linked.program()
    return result instanceof NotCompilable ? undefined : result.evaluate
  }

  /** A getter, so that callers get the function itself, which saves a call on every evaluation. */
  get evaluate(): Evaluate {
    this.#evaluate ??= createEvaluate(this.#linked, this.#origin)
    return this.#evaluate
  }
}

function createEvaluate(linked: LinkedExpression, origin: Origin): Evaluate {
  const { text } = linked
  const interpret = (input: Json, bindings: Bindings): Promise<Json | undefined> =>
    linked.interpret(input, bindings).catch((error: unknown) => {
      throw toEvaluationFault(error, origin, text)
    })
  const program = linked.program()
  if (program instanceof NotCompilable) return (input, bindings = {}) => interpret(input, bindings)
  const functionNames = linked.functionNames()
  return (input, bindings = {}): MaybePromise<Json | undefined> => {
    for (const name of functionNames) if (name in bindings) return interpret(input, bindings)
    const budget = bindings[STEP_BUDGET]
    openBudget(budget)
    try {
      const value = program.evaluate(input, bindings)
      closeBudget(budget)
      return value
    } catch (error) {
      if (error instanceof LimitExceeded) closeBudget(budget)
      else dropBudget()
      // A limit is final: the interpreter would only take longer to reach it, or never end.
      if (error instanceof LimitExceeded) throw toEvaluationFault(toInterpreterError(error), origin, text)
      // Compiled code has no error messages: the interpreter finds the error to report, or the value.
      return interpret(input, bindings)
    }
  }
}

/** `position` is the offset after the offending token. */
const findPlace = ({ position }: NotCompilable, origin: Origin): string =>
  position === undefined || origin.at === undefined ? origin.place : origin.at(Math.max(0, position - 1))

/** The error that the interpreter throws at the same limit. */
function toInterpreterError(error: LimitExceeded): unknown {
  const { code } = error
  if (code === 'record-steps') return error
  return code === 'output' ? new NotPlain(code, 'its result is too large') : { code }
}
