/**
 * Steps grow with the work of every operator and every function, on both engines. `npm run fuzz -- costs` holds the same
 * of the time that they take, with more data.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { walkNodes } from '../../../runtime/expression/compiler/ast.ts'
import { compileProgram } from '../../../runtime/expression/compiler/compile-program.ts'
import { NotCompilable } from '../../../runtime/expression/compiler/not-compilable.ts'
import { BUILTIN_SIGNATURES } from '../../../runtime/expression/compiler/runtime/functions/builtins.ts'
import * as library from '../../../runtime/expression/compiler/runtime/library.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'
import { builtinCases, costCases, createData } from '../../helpers/limits/cost-cases.ts'
import {
  costFunctions,
  createEvaluate,
  type Engine,
  isLimit,
  measureVisits,
} from '../../helpers/limits/measure-cost.ts'

const parse = (text: string) => {
  const parsed = parseExpression(text)
  if (isProblem(parsed)) throw new Error(`${text}: ${parsed.message}`)
  return parsed
}

describe('no operator and no function is missing', () => {
  test('every built-in function has a case that calls it', () => {
    expect(Object.keys(builtinCases)).toEqual(Object.keys(BUILTIN_SIGNATURES).filter((name) => name !== 'eval'))
    for (const [name, cases] of Object.entries(builtinCases))
      for (const { text } of cases) expect(text).toMatch(new RegExp(`\\$${name}\\b`))
  })

  test('the cases call every function that generated code may call', () => {
    const used = costCases.flatMap(({ text }) => {
      const program = compileProgram({ ...parse(text), functions: costFunctions })
      return program instanceof NotCompilable
        ? []
        : (/const \{ (.*) \} = library;/.exec(program.source)?.[1]?.split(', ') ?? [])
    })
    expect(Object.keys(library).filter((name) => !used.includes(name) && !WITHOUT_CASE.has(name))).toEqual([])
  })

  test('the cases hold every type of node that the interpreter evaluates', () => {
    const source = readFileSync(new URL('../../../node_modules/jsonata/jsonata.js', import.meta.url), 'utf8')
    const evaluate = source.slice(
      source.indexOf('async function evaluate('),
      source.indexOf('async function evaluatePath('),
    )
    const types = [...evaluate.matchAll(/case '(\w+)':/g)].map(([, type]) => type)
    expect(types.length).toBeGreaterThan(18)
    const used = new Set(costCases.flatMap(({ text }) => [...walkNodes(parse(text).root)].map(({ type }) => type)))
    expect(types.filter((type) => !used.has(type))).toEqual([])
  })
})

/** Library functions that no growing data reaches, and those of modules, which do what other code does in place. */
const WITHOUT_CASE = new Set(['consumeSteps', 'eachFieldOf', 'isRecord', 'lastFieldOf', 'toContext'])

const [small, large] = [createData(16), createData(64 * 16)]

/** Characters, items or members read for one step, at most. */
const WORK_PER_STEP = 128

describe.each<Engine>(['compiled', 'interpreted'])('%s', (engine) => {
  test.each(costCases)('$text', async ({ text, grows }) => {
    const evaluate = createEvaluate(text, engine)
    if (evaluate === undefined) return
    const [few, many] = [await measureVisits(evaluate, small), await measureVisits(evaluate, large)]
    // Where compiled code leaves the evaluation to the interpreter, that counts. At a limit it ended by a count.
    if (many.error === 'fallback' || isLimit(many.error)) return
    const [steps, visits] = [many.steps - few.steps, many.visits - few.visits]
    if (grows) expect(steps, 'steps').toBeGreaterThan((63 * 16) / WORK_PER_STEP)
    if (!grows && engine === 'compiled') expect(visits, 'visits').toBe(0)
    expect(visits / WORK_PER_STEP, 'visits').toBeLessThanOrEqual(steps)
  })
})
