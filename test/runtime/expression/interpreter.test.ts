/** The interpreter within limits equals plain JSONata as long as it reaches none, and never writes to its input. */
import fc from 'fast-check'
import jsonata from 'jsonata'
import { expect, test } from 'vitest'
import { findReferences } from '../../../runtime/expression/check/references.ts'
import type { Node } from '../../../runtime/expression/compiler/ast.ts'
import type { Limits } from '../../../runtime/expression/compiler/runtime/limits.ts'
import { toPlainJson } from '../../../runtime/expression/compiler/runtime/to-plain-json.ts'
import type { Bindings } from '../../../runtime/expression/expression.ts'
import { createInterpreter } from '../../../runtime/expression/interpreter/interpreter.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'
import { restoreCopies } from '../../../runtime/expression/restore-copies.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { arbitraryExpression } from '../../helpers/compiler/arbitrary.ts'
import { readCases } from '../../helpers/compiler/cases.ts'
import { arbitraryBindings, arbitraryInput } from '../../helpers/compiler/data.ts'
import { deepFreeze, type EvaluationResult, toExactText } from '../../helpers/compiler/engines.ts'

const limits: Limits = { steps: 50_000, stack: 300, sequence: 20_000, output: 1_000_000 }

async function resultOf(run: () => Promise<Json | undefined>): Promise<EvaluationResult> {
  try {
    return { value: await run() }
  } catch (error) {
    const { code } = error as { code?: unknown }
    return { error: typeof code === 'string' ? code : (error as Error).constructor.name }
  }
}

/** JSONata alone, with whole copies in its tree. Its result is converted to plain JSON, as ours is. */
function createReference(text: string) {
  const engine = jsonata(text, { stack: limits.stack, sequence: limits.sequence })
  restoreCopies(engine.ast() as Node, text)
  return (input: Json, bound: Bindings) =>
    resultOf(async () => toPlainJson(await engine.evaluate(input, bound), limits.output))
}

function createLimited(text: string) {
  const parsed = parseExpression(text, limits)
  if (isProblem(parsed)) return undefined
  const names = new Set(findReferences(parsed.root).map(({ name }) => name))
  const run = createInterpreter(parsed, { functions: [], names, variables: new Set(['x', 'v']) })
  return (input: Json, bound: Bindings) => resultOf(() => run(input, bound))
}

/** Results that differ between evaluations, or functions that are switched off. */
const isVolatile = (text: string): boolean => /\$(?:now|millis|random|shuffle|eval|toMillis)\b/.test(text)

const limitCodes = new Set(['D1011', 'D1012', 'D2014', 'D2015', 'output'])

async function compare(text: string, json: string, bound: () => Bindings): Promise<void> {
  const run = isVolatile(text) ? undefined : createLimited(text)
  if (run === undefined) return
  const ours = await run(deepFreeze(JSON.parse(json)), deepFreeze(bound()))
  if ('error' in ours && limitCodes.has(ours.error)) return
  const theirs = await createReference(text)(JSON.parse(json), bound())
  expect([text, json, format(ours)]).toEqual([text, json, format(theirs)])
}

const format = (result: EvaluationResult): string =>
  'error' in result ? `error ${result.error}` : toExactText(result.value)

test.each(['cases', 'language'] as const)('cases of %s', async (name) => {
  const x = () => ({ x: [{ a: 1 }, { a: [2, 3] }] })
  for (const { input, expressions } of readCases(name)) {
    for (const { text } of expressions) await compare(text, input, x)
  }
})

test('generated expressions', { timeout: 60_000 }, async () => {
  const property = fc.asyncProperty(arbitraryExpression, arbitraryInput, arbitraryBindings, (text, json, texts) =>
    compare(text, json, () => ({
      x: JSON.parse(texts.x),
      v: texts.v === undefined ? undefined : JSON.parse(texts.v),
    })),
  )
  await fc.assert(property, { numRuns: Number(process.env.RUNS ?? 500), seed: Number(process.env.SEED ?? 20_260_711) })
})
