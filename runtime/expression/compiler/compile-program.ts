/** Compiles a syntax tree to JavaScript with exactly the interpreter's results, or refuses it. */
import type { Node } from './ast.ts'
import { type CompilationUnit, type EmitSite, indent, useLibrary } from './emit/compilation-unit.ts'
import { emitNode } from './emit/emit.ts'
import { isPlainStep } from './emit/emit-step.ts'
import { emitValue } from './emit/emit-value.ts'
import { toComment, toLiteral } from './emit/literal.ts'
import { createFrame, declareUnboundMarker, isFunctionName, needsSequenceTracking } from './emit/scope.ts'
import { NotCompilable } from './not-compilable.ts'
import {
  type CompiledProgram,
  linkLibrary,
  loadProgram,
  type ProgramFactory,
  type ProgramSource,
  type WithLibrary,
} from './program.ts'
import type { ConnectorFunction } from './runtime/functions/connector-functions.ts'
import { provideEngine } from './runtime/functions/engine.ts'
import { jsonataEngine } from './runtime/functions/jsonata-builtins.ts'
import type { Limits } from './runtime/limits.ts'

provideEngine(jsonataEngine)

export interface CompileInput {
  readonly root: Node
  readonly text: string
  readonly functions: readonly ConnectorFunction[]
  readonly limits: Limits
}

/**
 * Compiles and loads a program, or returns the reason not to. Refuses any syntax it cannot evaluate exactly as the
 * interpreter does.
 */
export function compileProgram(input: CompileInput): CompiledProgram | NotCompilable {
  const program = generateSource(input)
  if (program instanceof NotCompilable) return program
  try {
    const { functions, limits } = input
    const generated = new Function(
      'library',
      'functions',
      `return (begin) => (${program.source})(library, functions, begin)`,
    )
    const factory = linkLibrary(generated as WithLibrary<ProgramFactory>, functions, limits)
    return { ...program, evaluate: loadProgram(factory, program, limits) }
  } catch (error) {
    // A host may forbid compiling text to code.
    if (error instanceof EvalError) return new NotCompilable('code generation is not allowed here')
    if (error instanceof RangeError) return new NotCompilable('nested too deeply', input.root)
    throw error
  }
}

/** What the programs of one module declare once: every path that reads `id` calls one getter. */
export class SharedConstants implements Pick<CompilationUnit, 'constants' | 'libraryNames' | 'nameCount'> {
  readonly libraryNames = new Set<string>()
  readonly constants = new Map<string, string>()
  nameCount = 0
}

/** Compiles to source without loading it, to write a module. With `shared`, the source reads constants that the module declares. */
export function generateSource(input: CompileInput, shared?: SharedConstants): ProgramSource | NotCompilable {
  try {
    return generate(input, shared)
  } catch (error) {
    if (error instanceof NotCompilable) return error
    // The emitters and JavaScript's parser recurse, and their stack is shorter than some limits allow.
    if (error instanceof RangeError) return new NotCompilable('nested too deeply', input.root)
    throw error
  }
}

function generate({ root, text, functions, limits }: CompileInput, shared?: SharedConstants): ProgramSource {
  const tracksSequences = needsSequenceTracking(root)
  const declared = shared ?? new SharedConstants()
  const unit: CompilationUnit = {
    functions,
    limits,
    tracksSequences,
    returnsInput: !tracksSequences && isBarePath(root, functions),
    sharesConstants: shared !== undefined,
    libraryNames: declared.libraryNames,
    constants: declared.constants,
    variables: new Map(),
    nameCount: declared.nameCount,
    emitNode,
  }
  const frame = createFrame(unit, [root], undefined)
  const deepest = { level: 0 }
  const site: EmitSite = { context: { list: 'context', item: 'input', top: true }, frame, level: 0, deepest }
  const code = emitValue(unit, root, site)
  declared.nameCount = unit.nameCount
  if (deepest.level > limits.stack) throw new NotCompilable('nested too deeply', root)

  const body = [
    ...[...unit.variables].map(([name, js]) => `const ${js} = bindings[${toLiteral(name)}];`),
    ...(/\bcontext\b/.test(code) ? [`const context = ${emitContext(unit)};`] : []),
    ...[...frame.slots.values()].map(({ js }) => `let ${js} = ${declareUnboundMarker(unit)};`),
    `return ${code};`,
  ]
  const { returnsInput } = unit
  const bindings = unit.variables.size === 0 ? '' : `, bindings${returnsInput ? ' = {}' : ''}`
  const run = `(input${bindings}) => {\n  ${indent(body.join('\n'))}\n}`
  const own = shared === undefined ? declareShared(declared) : []
  const module = [toComment(text), ...own, `return ${run};`].join('\n')
  const source = `(${shared === undefined ? 'library, functions, begin' : 'begin'}) => {\n  ${indent(module)}\n}`
  return { source, tracksSequences, returnsInput, levels: deepest.level }
}

const emitContext = (unit: CompilationUnit): string =>
  unit.sharesConstants ? `${useLibrary(unit, 'toContext')}(input)` : 'Array.isArray(input) ? [input] : input'

/** The declarations of constants, each after those it reads. */
export const declareShared = ({ libraryNames, constants }: SharedConstants): readonly string[] => [
  ...(libraryNames.size === 0 ? [] : [`const { ${[...libraryNames].sort().join(', ')} } = library;`]),
  ...[...constants].map(([source, name]) => `const ${name} = ${source};`),
]

/** A path of fields, and of literal positions: `a.b[0].c`, `$part.d`. Any other step may make a value of its own. */
function isBarePath({ type, steps, group }: Node, functions: readonly ConnectorFunction[]): boolean {
  if (type !== 'path' || steps === undefined || group !== undefined) return false
  return steps.every((step, i) => {
    const isPart = step.type === 'name' || (i === 0 && isBinding(step, functions))
    const isPicked = (step.stages ?? []).every(({ expr }) => expr?.type === 'number')
    return isPart && isPicked && isPlainStep(step) && !step.tuple
  })
}

const isBinding = ({ type, value }: Node, functions: readonly ConnectorFunction[]): boolean =>
  type === 'variable' && value !== '' && value !== '$' && !isFunctionName({ functions }, String(value))
