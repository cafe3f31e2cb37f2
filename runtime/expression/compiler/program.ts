/** Loads generated source as a synchronous function. */
import type { Json } from '../../ports/types.ts'
import {
  type ConnectorFunction,
  type ConnectorFunctions,
  wrapFunctions,
} from './runtime/functions/connector-functions.ts'
import * as library from './runtime/library.ts'
import { type Limits, resetLimits, type STEP_BUDGET, type StepBudget } from './runtime/limits.ts'
import { copyResult, toResult } from './runtime/result.ts'

/** Values for `$name`. */
export type ProgramBindings = Readonly<Record<string, Json | undefined>> & {
  /** What all evaluations of one record draw on, in addition to their own limit. */
  readonly [STEP_BUDGET]?: StepBudget | undefined
}

/** A program of generated source. `begin` begins to count an evaluation, for a program that does not begin with it. */
export type ProgramFactory = (begin: () => void) => (input: unknown, bindings: ProgramBindings) => unknown

/** Generated source, once loaded: what it takes from here. */
export type WithLibrary<T> = (runtimeLibrary: object, functions: ConnectorFunctions) => T

/** Everything needed to load a program, here or from a module. */
export interface ProgramSource {
  /** A JavaScript expression: a function of the library, the connector's functions, and `begin`. */
  readonly source: string
  /** Whether the code marks arrays that were sequences. Its results are copied: no mark may leave the expression. */
  readonly tracksSequences: boolean
  /** Whether the result is a part of the input or of a binding, or a list of parts: plain JSON that needs no check. */
  readonly returnsInput: boolean
  /** Depth at which the interpreter would evaluate the deepest node, outside functions of the expression. */
  readonly levels: number
}

export interface Program {
  /**
   * Evaluates to plain JSON or undefined. The result may share parts with the input and the bindings, which are neither
   * changed nor retained. After any error the caller runs the interpreter, which finds the result or the error to
   * report. Only a `LimitExceeded` is final: it carries the interpreter's code.
   */
  evaluate(input: Json, bindings?: ProgramBindings): Json | undefined
}

export type CompiledProgram = Program & ProgramSource

const NO_BINDINGS: ProgramBindings = {}

/** Passes the library to generated source. */
export const linkLibrary = <T>(generated: WithLibrary<T>, functions: readonly ConnectorFunction[], limits: Limits): T =>
  generated(library, wrapFunctions(functions, limits))

export function loadProgram(
  factory: ProgramFactory,
  { tracksSequences, returnsInput, levels }: Omit<ProgramSource, 'source'>,
  limits: Limits,
): Program['evaluate'] {
  const run = factory(() => resetLimits(limits, levels))
  // Most expressions are such paths, for which each further call shows.
  if (returnsInput) return run as Program['evaluate']
  const finish = tracksSequences ? copyResult : toResult
  return (input, bindings = NO_BINDINGS) => {
    resetLimits(limits, levels)
    return finish(run(input, bindings))
  }
}
