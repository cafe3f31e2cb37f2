/** Expressions that were compiled ahead: nothing is parsed and no code is generated. */

import { Fault } from '../ports/fault.ts'
import type { Json } from '../ports/types.ts'
import { loadSerialized, type SerializedProgram } from './compiler/load-serialized.ts'
import type { NotCompilable } from './compiler/not-compilable.ts'
import { linkLibrary, type Program, type WithLibrary } from './compiler/program.ts'
import { DEFAULT_LIMITS } from './compiler/runtime/limits.ts'
import type { Bindings, Expression } from './expression.ts'
import type { FunctionTable } from './functions.ts'
import { type ExecutableText, OriginExpression } from './origin-expression.ts'
import type { ExpressionInterpreter } from './text-interpreter.ts'

/** The text of an expression, and its program. */
export type BuiltText = SerializedProgram & {
  /** Free variables. Absent: none. */
  readonly variables?: readonly string[]
  /** Functions in use. Absent: none. */
  readonly calls?: readonly string[]
}

/**
 * An expression: the index of its text, the index of its file, and its line and column. Where its text goes on elsewhere,
 * an offset with its line and column.
 */
export type BuiltPlace = readonly [text: number, file: number, line: number, column: number, ...segments: number[]]

export interface BuiltExpressions {
  readonly createTexts: WithLibrary<readonly BuiltText[]>
  /** Paths of files. */
  readonly paths: readonly string[]
  readonly expressions: readonly BuiltPlace[]
}

export interface BuiltExpressionOptions {
  readonly functions: FunctionTable
  /** Loads the interpreter before it is first needed. Absent: an expression that fails says no more than its place. */
  readonly loadInterpreter?: (() => Promise<ExpressionInterpreter>) | undefined
}

export function createBuiltExpressions(
  { createTexts, paths, expressions }: BuiltExpressions,
  options: BuiltExpressionOptions,
): readonly Expression[] {
  const texts = linkLibrary(createTexts, options.functions, DEFAULT_LIMITS)
  const executables = texts.map((text) => new BuiltExpression(text, options))
  return expressions.map(([text, file, ...positions]) => {
    const at = (offset: number) => `${paths[file]}:${findPosition(positions, offset)}`
    return new OriginExpression(executables[text] as BuiltExpression, { place: at(0), at })
  })
}

/** `line:column` of an offset. `[line, column, offset, line, column, …]`. */
function findPosition([line = 1, column = 1, ...segments]: readonly number[], offset: number): string {
  let found = [0, line, column] as readonly number[]
  for (let i = 0; i < segments.length && (segments[i] ?? 0) <= offset; i += 3) found = segments.slice(i, i + 3)
  const [start = 0, foundLine, startColumn = 1] = found
  return `${foundLine}:${startColumn + offset - start}`
}

class BuiltExpression implements ExecutableText {
  readonly text: string
  readonly variables: ReadonlySet<string>
  readonly #built: BuiltText
  readonly #options: BuiltExpressionOptions
  #program: Program | NotCompilable | undefined
  #interpret: ReturnType<ExpressionInterpreter['create']> | undefined

  constructor(built: BuiltText, options: BuiltExpressionOptions) {
    this.text = built.text
    this.variables = new Set(built.variables)
    this.#built = built
    this.#options = options
  }

  program(): Program | NotCompilable {
    this.#program ??= loadSerialized(this.#built, DEFAULT_LIMITS)
    return this.#program
  }

  async interpret(input: Json, bindings: Bindings): Promise<Json | undefined> {
    const { loadInterpreter, functions } = this.#options
    if (loadInterpreter === undefined) throw new Fault('config', 'expression/failed', NO_INTERPRETER)
    this.#interpret ??= (await loadInterpreter()).create(this.text, functions)
    return this.#interpret(input, bindings)
  }

  functionNames(): readonly string[] {
    return this.#built.calls ?? []
  }
}

const NO_INTERPRETER =
  'the expression failed; `connector preview` with this record shows why. A host that passes `interpreter` tells it here'
