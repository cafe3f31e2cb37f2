/** The createInterpreter within its limits: JSONata to the letter as long as none is reached, and it never writes to its input. */
import fc from 'fast-check'
import jsonata from 'jsonata'
import { expect, test } from 'vitest'
import { findReferences } from '../../../runtime/expression/check/references.ts'
import type { Limits } from '../../../runtime/expression/compiler/runtime/limits.ts'
import { toPlainJson } from '../../../runtime/expression/compiler/runtime/to-plain-json.ts'
import type { Bindings } from '../../../runtime/expression/expression.ts'
import { createInterpreter } from '../../../runtime/expression/interpreter/interpreter.ts'
import { isProblem, parse } from '../../../runtime/expression/parse.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { expression } from '../../helpers/compiler/arbitrary.ts'
import { readCases } from '../../helpers/compiler/cases.ts'
import { bindings, input } from '../../helpers/compiler/data.ts'
import { exact, freeze, type Outcome } from '../../helpers/compiler/engines.ts'

const limits: Limits = { steps: 50_000, stack: 300, sequence: 20_000, output: 1_000_000 }

async function outcome(run: () => Promise<Json | undefined>): Promise<Outcome> {
  try {
    return { gives: await run() }
  } catch (error) {
    const { code } = error as { code?: unknown }
    return { fails: typeof code === 'string' ? code : (error as Error).constructor.name }
  }
}

/** JSONata alone. Its result is converted to plain JSON, as ours is. */
function reference(text: string) {
  const engine = jsonata(text, { stack: limits.stack, sequence: limits.sequence })
  return (given: Json, bound: Bindings) =>
    outcome(async () => toPlainJson(await engine.evaluate(given, bound), limits.output))
}

function guarded(text: string) {
  const parsed = parse(text, limits)
  if (isProblem(parsed)) return undefined
  const names = new Set(findReferences(parsed.root).map(({ name }) => name))
  const run = createInterpreter(parsed, { functions: [], names, variables: new Set(['x', 'v']) })
  return (given: Json, bound: Bindings) => outcome(() => run(given, bound))
}

/** Others every time, or switched off. */
const isFickle = (text: string): boolean => /\$(?:now|millis|random|shuffle|eval|toMillis)\b/.test(text)

const limitCodes = new Set(['D1011', 'D1012', 'D2014', 'D2015', 'output'])

async function compare(text: string, json: string, bound: () => Bindings): Promise<void> {
  const run = isFickle(text) ? undefined : guarded(text)
  if (run === undefined) return
  const ours = await run(freeze(JSON.parse(json)), freeze(bound()))
  if ('fails' in ours && limitCodes.has(ours.fails)) return
  const theirs = await reference(text)(JSON.parse(json), bound())
  expect([text, json, shown(ours)]).toEqual([text, json, shown(theirs)])
}

const shown = (it: Outcome): string => ('fails' in it ? `fails ${it.fails}` : exact(it.gives))

test.each(['cases', 'language'] as const)('by hand: %s', async (name) => {
  const x = () => ({ x: [{ a: 1 }, { a: [2, 3] }] })
  for (const { input, expressions } of readCases(name)) {
    for (const { text } of expressions) await compare(text, input, x)
  }
})

test('by property', { timeout: 60_000 }, async () => {
  const property = fc.asyncProperty(expression, input, bindings, (text, json, given) =>
    compare(text, json, () => ({
      x: JSON.parse(given.x),
      v: given.v === undefined ? undefined : JSON.parse(given.v),
    })),
  )
  await fc.assert(property, { numRuns: Number(process.env.RUNS ?? 500), seed: Number(process.env.SEED ?? 20_260_711) })
})
