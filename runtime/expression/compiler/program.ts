/** A syntax tree as a program of JavaScript: synchronous, and exactly what the interpreter would give, or nothing at all. */
import type { Json } from '../../ports/types.ts'
import type { Bindings } from '../expression.ts'
import type { FunctionTable } from '../functions.ts'
import type { Limits } from '../parse.ts'
import type { Node } from './ast.ts'
import { type EmitSite, indent, NotCompilable, type Unit } from './emit/compilation-unit.ts'
import { emit } from './emit/emit.ts'
import { comment, literal } from './emit/literal.ts'
import { frameOf, mustRemember, unbound } from './emit/scope.ts'
import { type ConnectedFunctions, connected } from './runtime/functions/connector-functions.ts'
import * as library from './runtime/library.ts'
import { resetLimits } from './runtime/limits.ts'
import { copy, toResult } from './runtime/result.ts'
import type { SerializedProgram } from './serialize.ts'

export { NotCompilable } from './emit/compilation-unit.ts'

/** What generated source is, once loaded. */
export type Factory = (
  library: object,
  functions: ConnectedFunctions,
) => (input: unknown, bindings: Bindings) => unknown

/** How a program was made, so that it can be written out and loaded elsewhere. */
export interface Source {
  /** A JavaScript expression: a function of the library and the connector's functions. */
  readonly source: string
  /** Whether its results must be copied: they may carry what only this folder understands. */
  readonly remembers: boolean
  /** How deep the interpreter goes, apart from functions that call functions. */
  readonly levels: number
}

export interface Program {
  /**
   * What the expression gives, as plain JSON or nothing. It may share parts with the input and the bindings, which are
   * neither changed nor kept. Throws what is worth nothing by itself: the interpreter must then say what is wrong.
   * An `Exhausted` may be reported as it is, since it has the interpreter's code.
   */
  evaluate(input: Json, bindings?: Bindings): Json | undefined
}

export type CompiledProgram = Program & Source

/** One that was written into a module before, as that is given back: no code is made from text. */
export function deserializeProgram(
  written: SerializedProgram,
  functions: FunctionTable,
  limits: Limits,
): Program | NotCompilable {
  if ('refused' in written) return new NotCompilable(written.refused, written)
  return { evaluate: load(written.factory, written, functions, limits) }
}

/** Compiles, or says why not. Whatever is not done exactly as the interpreter does it is refused. */
export function tryCompile(
  root: Node,
  text: string,
  functions: FunctionTable,
  limits: Limits,
): CompiledProgram | NotCompilable {
  const source = trySource(root, text, functions, limits)
  if (source instanceof NotCompilable) return source
  try {
    const factory = new Function('library', 'functions', `return (${source.source})(library, functions)`) as Factory
    return { ...source, evaluate: load(factory, source, functions, limits) }
  } catch (error) {
    // Hosts may forbid to make code out of text.
    if (error instanceof EvalError) return new NotCompilable('code generation is not allowed here')
    if (error instanceof RangeError) return new NotCompilable('nested too deeply', root)
    throw error
  }
}

/** The source alone, to be written into a module. */
export function trySource(root: Node, text: string, functions: FunctionTable, limits: Limits): Source | NotCompilable {
  try {
    return generate(root, text, functions, limits)
  } catch (error) {
    if (error instanceof NotCompilable) return error
    // Neither we nor the parser of JavaScript get to the bottom of it: their stack is shorter than some limits.
    if (error instanceof RangeError) return new NotCompilable('nested too deeply', root)
    throw error
  }
}

/** Makes what was generated ready to run. */
export function load(
  factory: Factory,
  { remembers, levels }: Omit<Source, 'source'>,
  functions: FunctionTable,
  limits: Limits,
): Program['evaluate'] {
  const run = factory(library, connected(functions, limits))
  const finish = remembers ? copy : toResult
  return (input, bindings = none) => {
    resetLimits(limits, levels)
    return finish(run(input, bindings))
  }
}

const none: Bindings = {}

function generate(root: Node, text: string, functions: FunctionTable, limits: Limits): Source {
  const unit: Unit = {
    ...{ functions, limits, remembers: mustRemember(root), count: 0 },
    ...{ uses: new Set(), declared: new Map(), variables: new Map(), called: new Set() },
  }
  const frame = frameOf(unit, [root], undefined)
  const deepest = { level: 0 }
  const place: EmitSite = { context: { list: 'context', item: 'input', top: true }, frame, level: 0, deepest }
  const code = emit(unit, root, place)
  if (deepest.level > limits.stack) throw new NotCompilable('nested too deeply', root)

  const loose = [...frame.slots.values()].map(({ js }) => `let ${js} = ${unbound(unit)};`)
  const body = [
    ...[...unit.variables].map(([name, js]) => `const ${js} = bindings[${literal(name)}];`),
    ...(/\bcontext\b/.test(code) ? ['const context = Array.isArray(input) ? [input] : input;'] : []),
    ...loose,
    `return ${code};`,
  ]
  const declared = [...unit.declared].map(([source, name]) => `const ${name} = ${source};`)
  const head = unit.uses.size === 0 ? [] : [`const { ${[...unit.uses].sort().join(', ')} } = library;`]
  const run = `return (input, bindings) => {\n  ${indent(body.join('\n'))}\n};`
  const all = [comment(text), ...head, ...declared, run].join('\n')
  return { source: `(library, functions) => {\n  ${indent(all)}\n}`, remembers: unit.remembers, levels: deepest.level }
}
