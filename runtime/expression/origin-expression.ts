/** An executable expression at one place: compiled where it can be, interpreted where it must. */
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Json } from '../ports/types.ts'
import { NotCompilable } from './compiler/not-compilable.ts'
import type { Program } from './compiler/program.ts'
import { closeBudget, dropBudget, LimitExceeded, openBudget, STEP_BUDGET } from './compiler/runtime/limits.ts'
import { NotPlain } from './compiler/runtime/to-plain-json.ts'
import type { Bindings, Expression, NotCompiled, Origin } from './expression.ts'
import { ExplainedError, toEvaluationFault } from './expression-fault.ts'
import { LIMIT_ERRORS } from './limit-errors.ts'

/** An executable text, shared by every place that has it. */
export interface ExecutableText {
  readonly text: string
  readonly variables: ReadonlySet<string>
  program(): Program | NotCompilable
  /** Rejects with an `ExplainedError`, a `NotPlain`, or a `Fault`. */
  interpret(input: Json, bindings: Bindings): Promise<Json | undefined>
  /**
   * Functions in use. Compiled code ignores bindings of these names, so evaluations with such a binding are
   * interpreted.
   */
  functionNames(): readonly string[]
}

type Evaluate = Expression['evaluate']

/** A linked expression at one place. Its faults name the place. */
export class OriginExpression implements Expression {
  readonly text: string
  readonly place: string
  readonly variables: ReadonlySet<string>
  readonly #linked: ExecutableText
  readonly #origin: Origin
  #evaluate: Evaluate | undefined

  constructor(linked: ExecutableText, origin: Origin) {
    this.text = linked.text
    this.place = origin.place
    this.variables = linked.variables
    this.#linked = linked
    this.#origin = origin
  }

  get notCompiled(): NotCompiled | undefined {
    const result = this.#linked.program()
    if (!(result instanceof NotCompilable)) return undefined
    return { reason: result.reason, place: findPlace(result, this.#origin) }
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

function createEvaluate(linked: ExecutableText, origin: Origin): Evaluate {
  const interpret = (input: Json, bindings: Bindings): Promise<Json | undefined> =>
    linked.interpret(input, bindings).catch((error: unknown) => {
      throw toEvaluationFault(error, origin)
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
      if (error instanceof LimitExceeded) throw toEvaluationFault(toInterpreterError(error), origin)
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
  return code === 'output'
    ? new NotPlain(code, 'its result is too large')
    : new ExplainedError(code, LIMIT_ERRORS[code] ?? '')
}
