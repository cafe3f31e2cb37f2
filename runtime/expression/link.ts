/** Makes parsed expressions executable: compiled to JavaScript where the result is exact, interpreted otherwise. */
import type { Json } from '../ports/types.ts'
import { findFunctionNames, findVariables } from './check/variables.ts'
import { compileProgram } from './compiler/compile-program.ts'
import type { NotCompilable } from './compiler/not-compilable.ts'
import type { Program } from './compiler/program.ts'
import { DEFAULT_LIMITS, type Limits } from './compiler/runtime/limits.ts'
import type { Bindings, Expression, Linker, Origin } from './expression.ts'
import { toParseFault } from './expression-fault.ts'
import type { FunctionTable } from './functions.ts'
import type { Interpret } from './interpreter/interpreter.ts'
import { type ExecutableText, OriginExpression } from './origin-expression.ts'
import { isProblem, type Parsed, parseExpression } from './parse.ts'
import { createTextInterpreter } from './text-interpreter.ts'

/** Parses and links one text: for a caller without a spec. Throws a config `Fault` if the text does not parse. */
export function compileExpression(
  text: string,
  origin: Origin,
  functions: FunctionTable,
  limits: Limits = DEFAULT_LIMITS,
): Expression {
  const parsed = parseExpression(text, limits)
  if (isProblem(parsed)) throw toParseFault(parsed, origin)
  return new OriginExpression(new LinkedExpression(parsed, functions), origin)
}

/** Linked texts of a base. Once it is full, a spec keeps further ones itself. */
export interface SharedTexts {
  readonly linked: Map<string, ExecutableText>
  readonly isFull: boolean
}

/**
 * Links the expressions of one spec. Expressions of equal text share one program: many properties read the same path.
 */
export function createLinker(functions: FunctionTable, shared?: SharedTexts): Linker {
  const linkedByText = shared === undefined || shared.isFull ? new Map<string, ExecutableText>() : shared.linked
  return (parsed, origin) => {
    const known = linkedByText.get(parsed.text) ?? shared?.linked.get(parsed.text)
    const linked = known ?? new LinkedExpression(parsed, functions)
    linkedByText.set(parsed.text, linked)
    return new OriginExpression(linked, origin)
  }
}

/**
 * A parsed text. Compiles on first use, if the host allows generated code: validating a spec, or replaying a few records,
 * evaluates few expressions or none.
 */
export class LinkedExpression implements ExecutableText {
  readonly text: string
  readonly variables: ReadonlySet<string>
  readonly #parsed: Parsed
  readonly #functions: FunctionTable
  #program: Program | NotCompilable | undefined
  #interpret: Interpret | undefined

  constructor(parsed: Parsed, functions: FunctionTable) {
    this.text = parsed.text
    this.variables = findVariables(parsed.root, functions)
    this.#parsed = parsed
    this.#functions = functions
  }

  program(): Program | NotCompilable {
    this.#program ??= this.#compile()
    return this.#program
  }

  interpret(input: Json, bindings: Bindings): Promise<Json | undefined> {
    this.#interpret ??= createTextInterpreter(this.#parsed, this.#functions)
    return this.#interpret(input, bindings)
  }

  functionNames(): readonly string[] {
    return findFunctionNames(this.#parsed.root, this.#functions)
  }

  #compile(): Program | NotCompilable {
    const { root, text, limits } = this.#parsed
    return compileProgram({ root, text, functions: this.#functions, limits })
  }
}
