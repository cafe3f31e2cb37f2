/** The slot of JSONata itself. Compiled code calls it for the few built-in functions without a version of their own. */
import { fallBack, fixedNow } from '../limits.ts'

/** A function as JSONata stores it. */
export interface BuiltinDefinition {
  readonly implementation: (this: unknown, ...args: unknown[]) => unknown
}

export interface Engine {
  findDefinition(name: string): BuiltinDefinition | undefined
  /** The start of an evaluation that begins now. */
  readStart(): Date
}

let engine: Engine | undefined

/** Called by whatever loads JSONata: the compiler and the interpreter. A host at the edge may load neither. */
export function provideEngine(loaded: Engine): void {
  engine = loaded
}

/** Falls back where JSONata is not loaded. */
export const findDefinition = (name: string): BuiltinDefinition | undefined =>
  (engine ?? fallBack()).findDefinition(name)

/** The start of this evaluation by JSONata's own clock, fixed until the evaluation ends. */
export function getEvaluationTime(): Date {
  const { readStart } = engine ?? fallBack()
  return fixedNow(readStart)
}

/** The `this` of built-in functions. */
export const builtinThis = {
  options: {},
  createSequence: (...items: unknown[]) => items,
  /** Components missing from a date picture default to today. */
  environment: {
    get timestamp() {
      return getEvaluationTime()
    },
  },
}
