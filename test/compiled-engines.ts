/** Both engines side by side: what each makes of an expression, as a value that can be compared. */
import { functions as connectorFunctions } from '../connector/functions.ts'
import { link } from '../runtime/expression/compile.ts'
import { type CompiledProgram, Refusal, tryCompile } from '../runtime/expression/compiled/program.ts'
import type { Bindings } from '../runtime/expression/expression.ts'
import type { FunctionTable } from '../runtime/expression/functions.ts'
import { defaultLimits, isProblem, type Limits, parse } from '../runtime/expression/parse.ts'
import { plain } from '../runtime/expression/plain.ts'
import type { Json } from '../runtime/types.ts'

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
  readonly interpreted: (input: Json, bindings: Bindings) => Promise<Json | undefined>
  readonly compiled: CompiledProgram | Refusal
}

/** Nothing if the text is no expression. */
export function engines(text: string, limits: Limits = defaultLimits): Engines | undefined {
  const parsed = parse(text, limits)
  if (isProblem(parsed)) return undefined
  // Before the interpreter is linked: it must not have touched the tree.
  const compiled = tryCompile(parsed.root, text, functions, limits)
  // Linked for its functions only: it hands out copies of the input, in which `__proto__` is not what it was.
  link(parsed, { place: 'test' }, functions)
  const interpreted: Engines['interpreted'] = async (input, bindings) =>
    plain(await parsed.engine.evaluate(input, bindings), limits.output)
  return { interpreted, compiled }
}

export async function interpret({ interpreted }: Engines, input: Json, bindings: Bindings): Promise<Outcome> {
  try {
    return { gives: await interpreted(input, bindings) }
  } catch (error) {
    return { fails: (error as { code?: string }).code ?? String(error) }
  }
}

/** What throws is run by the interpreter in the end, so what it throws is not compared. */
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

export const isRefused = (compiled: Engines['compiled']): compiled is Refusal => compiled instanceof Refusal

export function freeze<T>(it: T): T {
  if (typeof it === 'object' && it !== null) {
    for (const member of Object.values(it)) freeze(member)
    Object.freeze(it)
  }
  return it
}
