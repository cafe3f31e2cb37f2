/** Both engines side by side: what each makes of an expression, as a value that can be compared. */
import jsonata from 'jsonata'
import { functions as connectorFunctions } from '../../../connector/functions/index.ts'
import { findReferences } from '../../../runtime/expression/check/references.ts'
import type { Node } from '../../../runtime/expression/compiler/ast.ts'
import { compileProgram } from '../../../runtime/expression/compiler/compile-program.ts'
import { NotCompilable } from '../../../runtime/expression/compiler/not-compilable.ts'
import type { CompiledProgram } from '../../../runtime/expression/compiler/program.ts'
import { DEFAULT_LIMITS, type Limits } from '../../../runtime/expression/compiler/runtime/limits.ts'
import { toPlainJson } from '../../../runtime/expression/compiler/runtime/to-plain-json.ts'
import type { Bindings } from '../../../runtime/expression/expression.ts'
import type { FunctionTable } from '../../../runtime/expression/functions.ts'
import { createInterpreter } from '../../../runtime/expression/interpreter/interpreter.ts'
import { hasConcurrentParts, isProblem, PARALLEL_PER_LEVEL, parse } from '../../../runtime/expression/parse.ts'
import type { Json } from '../../../runtime/ports/types.ts'

// Compiled code falls back to the interpreter until these have loaded, which another test covers.
for (const { load } of connectorFunctions) await load?.()

/** Functions with contexts, lists and choices, which the connector's own do not have. */
export const functions: FunctionTable = [
  ...connectorFunctions,
  {
    name: 'double',
    signature: '<n-:n>',
    doc: 'Twice a number.',
    example: { expr: '$double(2)', gives: 4 },
    run: (number) => (typeof number === 'number' ? number * 2 : undefined),
  },
  {
    name: 'tally',
    signature: '<a<s>n?:s>',
    doc: 'Texts and how many.',
    example: { expr: '$tally(["a"])', gives: 'a1' },
    run: (texts, add = 0) => (Array.isArray(texts) ? `${texts.join('')}${texts.length + Number(add)}` : undefined),
  },
]

export type Outcome = { readonly gives: Json | undefined } | { readonly fails: string }

export interface Engines {
  /** JSONata itself: nothing of ours but the functions, and a limit to its steps. */
  readonly interpreted: (input: Json, bindings: Bindings) => Promise<Json | undefined>
  /** As it runs where it is not compiled: within limits, for inputs that must stay as they are. */
  readonly careful: (input: Json, bindings: Bindings) => Promise<Json | undefined>
  readonly compiled: CompiledProgram | NotCompilable
}

/** Nothing if the text is no expression. */
export function engines(text: string, limits: Limits = DEFAULT_LIMITS): Engines | undefined {
  const parsed = parse(text, limits)
  if (isProblem(parsed)) return undefined
  // Before the interpreter is created: it must not have changed the tree.
  const compiled = compileProgram({ root: parsed.root, text, functions, limits })
  const names = new Set(findReferences(parsed.root).map(({ name }) => name))
  const careful = createInterpreter(parsed, { functions, names, variables: new Set(['x', 'v']) })
  const engine = reference(text, limits)
  const interpreted: Engines['interpreted'] = async (input, bindings) =>
    toPlainJson(await engine.evaluate(input, bindings), limits.output)
  return { interpreted, careful, compiled }
}

function reference(text: string, { steps, stack, sequence }: Limits): jsonata.Expression {
  const options = { stack, sequence }
  const engine = jsonata(text, options)
  if (hasConcurrentParts(engine.ast() as Node)) options.stack *= PARALLEL_PER_LEVEL
  for (const { name, signature, run } of functions) {
    const safe = (...args: unknown[]) => toPlainJson(run(...args.map((arg) => toPlainJson(arg, 1e9))), 1e9)
    engine.registerFunction(name, safe, signature)
  }
  engine.registerFunction('eval', () => {
    throw new Error('$eval is switched off')
  })
  let left = steps
  const enter = (_node: unknown, _input: unknown, { base }: { readonly base: { counted?: true } }) => {
    if (!base.counted) left = steps
    base.counted = true
    if (--left < 0) throw { code: 'D1012' }
  }
  const hooks = engine as unknown as { assign(name: symbol, value: unknown): void }
  hooks.assign(Symbol.for('jsonata.__evaluate_entry'), enter)
  return engine
}

export async function interpret(run: Engines['interpreted'], input: Json, bindings: Bindings): Promise<Outcome> {
  try {
    return { gives: await run(input, bindings) }
  } catch (error) {
    return { fails: (error as { code?: string }).code ?? String(error) }
  }
}

/** After any error the interpreter runs, so errors of compiled code are not compared. */
export function run(program: CompiledProgram, input: Json, bindings: Bindings): Outcome {
  try {
    return { gives: program.evaluate(input, bindings) }
  } catch {
    return { fails: 'rerun' }
  }
}

/** A value with everything that JSON and `toEqual` overlook: nothing against null, -0, what is hidden, the prototype. */
export function exact(it: unknown): string {
  if (Array.isArray(it)) {
    const hidden = Reflect.ownKeys(it).length === it.length + 1 ? '' : '!hidden'
    return `[${Array.from(it, exact).join()}]${hidden}${Object.getPrototypeOf(it) === Array.prototype ? '' : '!class'}`
  }
  if (typeof it === 'object' && it !== null) {
    const members = Reflect.ownKeys(it).map(
      (key) => `${String(key)}:${exact((it as Record<PropertyKey, unknown>)[key])}`,
    )
    return `{${members.join()}}`
  }
  return Object.is(it, -0) ? '-0' : typeof it === 'string' ? JSON.stringify(it) : String(it)
}

export const isRefused = (compiled: Engines['compiled']): compiled is NotCompilable => compiled instanceof NotCompilable

export function freeze<T>(it: T): T {
  if (typeof it === 'object' && it !== null) {
    for (const member of Object.values(it)) freeze(member)
    Object.freeze(it)
  }
  return it
}
