/** The compiler, the interpreter, and plain JSONata on one expression, with results that can be compared. */
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
import {
  CONCURRENT_PARTS_PER_LEVEL,
  hasConcurrentParts,
  isProblem,
  parseExpression,
} from '../../../runtime/expression/parse.ts'
import { restoreCopies } from '../../../runtime/expression/restore-copies.ts'
import type { Json } from '../../../runtime/ports/types.ts'

// Compiled code falls back to the interpreter until these have loaded, which another test covers.
for (const { load } of connectorFunctions) await load?.()

/** With signatures of context, list and choice parameters, which the connector's own functions lack. */
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

export type EvaluationResult = { readonly value: Json | undefined } | { readonly error: string }

export interface Engines {
  /** JSONata itself, with our functions, a step limit, and whole copies in its tree. */
  readonly reference: (input: Json, bindings: Bindings) => Promise<Json | undefined>
  /** Our interpreter: within limits, and never writing to its input. */
  readonly interpreted: (input: Json, bindings: Bindings) => Promise<Json | undefined>
  readonly compiled: CompiledProgram | NotCompilable
}

/** Undefined if the text does not parse. */
export function createEngines(text: string, limits: Limits = DEFAULT_LIMITS): Engines | undefined {
  const parsed = parseExpression(text, limits)
  if (isProblem(parsed)) return undefined
  // Before the interpreter is created: it must not have changed the tree.
  const compiled = compileProgram({ root: parsed.root, text, functions, limits })
  const names = new Set(findReferences(parsed.root).map(({ name }) => name))
  const interpreted = createInterpreter(parsed, { functions, names, variables: new Set(['x', 'v']) })
  const engine = createReference(text, limits)
  const reference: Engines['reference'] = async (input, bindings) =>
    toPlainJson(await engine.evaluate(input, bindings), limits.output)
  return { reference, interpreted, compiled }
}

function createReference(text: string, { steps, stack, sequence }: Limits): jsonata.Expression {
  const options = { stack, sequence }
  const engine = jsonata(text, options)
  restoreCopies(engine.ast() as Node, text)
  if (hasConcurrentParts(engine.ast() as Node)) options.stack *= CONCURRENT_PARTS_PER_LEVEL
  for (const { name, signature, run } of functions) {
    const plainRun = (...args: unknown[]) => toPlainJson(run(...args.map((arg) => toPlainJson(arg, 1e9))), 1e9)
    engine.registerFunction(name, plainRun, signature)
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

export async function runInterpreted(
  run: Engines['reference'],
  input: Json,
  bindings: Bindings,
): Promise<EvaluationResult> {
  try {
    return { value: await run(input, bindings) }
  } catch (error) {
    return { error: (error as { code?: string }).code ?? String(error) }
  }
}

/** After any error the interpreter runs, so errors of compiled code are not compared. */
export function runCompiled(program: CompiledProgram, input: Json, bindings: Bindings): EvaluationResult {
  try {
    return { value: program.evaluate(input, bindings) }
  } catch {
    return { error: 'fallback' }
  }
}

/** A value as text, with the differences that JSON and `toEqual` ignore: undefined, -0, hidden members, prototypes. */
export function toExactText(value: unknown): string {
  if (Array.isArray(value)) {
    const hidden = Reflect.ownKeys(value).length === value.length + 1 ? '' : '!hidden'
    return `[${Array.from(value, toExactText).join()}]${hidden}${Object.getPrototypeOf(value) === Array.prototype ? '' : '!class'}`
  }
  if (typeof value === 'object' && value !== null) {
    const members = Reflect.ownKeys(value).map(
      (key) => `${String(key)}:${toExactText((value as Record<PropertyKey, unknown>)[key])}`,
    )
    return `{${members.join()}}`
  }
  return Object.is(value, -0) ? '-0' : typeof value === 'string' ? JSON.stringify(value) : String(value)
}

export const isNotCompilable = (compiled: Engines['compiled']): compiled is NotCompilable =>
  compiled instanceof NotCompilable

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member)
    Object.freeze(value)
  }
  return value
}
