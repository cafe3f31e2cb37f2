/** One compiled expression. Which engine runs it is nobody's business but this folder's. */
import type { Json } from '../ports/types.ts'

/** Named values an expression may use as `$name`. Absent ones evaluate to nothing. */
export type Bindings = Readonly<Record<string, Json | undefined>>

/** Why an expression is interpreted. */
export interface NotCompiled {
  /** In a word or two, e.g. `parent operator`. */
  readonly reason: string
  /** What to write instead. */
  readonly help: string
  /** `file:line:column` of what is to blame. */
  readonly place: string
}

export interface Expression {
  readonly text: string
  /** `file:line:column` of its first character, for faults. */
  readonly place: string
  /** Free variables, without `$`: what must be bound, and so what must be looked up. */
  readonly variables: ReadonlySet<string>
  /** Why it runs on the interpreter. Absent: it is compiled. To ask compiles it, as the first evaluation does. */
  readonly refused?: NotCompiled | undefined
  /**
   * Evaluates to plain JSON, or `undefined` where JSONata finds nothing. At once, or as a promise where it had to be
   * interpreted: await it, or look first where waiting a turn for each of many would cost more than they do.
   * Throws, or rejects with, a `Fault` (`config`, code `expression/...`, dead) with the place in the YAML.
   */
  evaluate(input: Json, bindings?: Bindings): Json | undefined | Promise<Json | undefined>
  /**
   * The compiled program alone, where there is one: always at once. What it throws is worth nothing; `evaluate` then says
   * what is wrong, or gives the value all the same. Bindings must not have the name of a function, as no lookup has.
   */
  readonly program?: ((input: Json, bindings: Bindings) => Json | undefined) | undefined
}
