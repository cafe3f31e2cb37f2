/** The interface of an executable expression. Only `runtime/expression` knows which engine runs it. */

import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Json } from '../ports/types.ts'
import type { NotCompilableReason } from './compiler/not-compilable-help.ts'
import type { ProgramBindings } from './compiler/program.ts'
import type { Parsed } from './parse.ts'

/** Named values that an expression reads as `$name`. Absent ones evaluate to undefined. */
export type Bindings = ProgramBindings

/** Why an expression runs on the interpreter. */
export interface NotCompiled {
  /** In a few words, e.g. `parent operator`. `NOT_COMPILABLE_HELP` says how to rewrite the expression. */
  readonly reason: NotCompilableReason
  /** `file:line:column` of the syntax that is not compiled. */
  readonly place: string
}

/** The location of an expression. */
export interface Origin {
  /** `file:line:column` of its first character. */
  readonly place: string
  /** `file:line:column` of an offset into its text, where known. */
  at?(offset: number): string
}

export interface Expression {
  readonly text: string
  /** `file:line:column` of its first character, for faults. */
  readonly place: string
  /** Free variables, without `$`. The caller must bind them, and so look up their values. */
  readonly variables: ReadonlySet<string>
  /** Absent if the expression is compiled. Reading it compiles the expression, as the first evaluation does. */
  readonly notCompiled?: NotCompiled | undefined
  /**
   * Evaluates to plain JSON, or to `undefined` where JSONata finds no value. Returns a promise only if the interpreter
   * runs. Hot paths test for one before awaiting: a microtask for each value costs more than the evaluation.
   * Throws, or rejects with, a permanent `Fault` (`config`, code `expression/...`) with the place in the YAML.
   */
  evaluate(input: Json, bindings?: Bindings): MaybePromise<Json | undefined>
  /**
   * The compiled program alone, if there is one: synchronous. After any error, call `evaluate` for the fault, or for
   * the value if the interpreter finds one. No binding may have the name of a function; the spec's checks hold lookups
   * to it.
   */
  readonly program?: ((input: Json, bindings: Bindings) => Json | undefined) | undefined
}

/** Makes a parsed text executable at a place: `createLinker`, or `createCheckOnlyLinker` where nothing is evaluated. */
export type Linker = (parsed: Parsed, origin: Origin) => Expression
