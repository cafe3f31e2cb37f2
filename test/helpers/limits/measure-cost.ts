/** Counts what one evaluation takes: steps, CPU time, and how many members and items it reads. */
import { findReferences } from '../../../runtime/expression/check/references.ts'
import { compileProgram } from '../../../runtime/expression/compiler/compile-program.ts'
import { NotCompilable } from '../../../runtime/expression/compiler/not-compilable.ts'
import {
  closeBudget,
  DEFAULT_LIMITS,
  openBudget,
  STEP_BUDGET,
} from '../../../runtime/expression/compiler/runtime/limits.ts'
import { NotPlain } from '../../../runtime/expression/compiler/runtime/to-plain-json.ts'
import type { FunctionTable } from '../../../runtime/expression/functions.ts'
import { createInterpreter } from '../../../runtime/expression/interpreter/interpreter.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'
import type { Json } from '../../../runtime/ports/types.ts'

export type Engine = 'compiled' | 'interpreted'

export interface Cost {
  readonly steps: number
  /** Milliseconds of CPU time. */
  readonly time: number
  /** A code, or undefined if the evaluation succeeded. */
  readonly error: string | undefined
}

const described = { doc: '', example: { expr: '', gives: null } }

export const costFunctions: FunctionTable = [
  { ...described, name: 'plain', signature: '<x?x?:x>', run: (value) => value },
  { ...described, name: 'checked', signature: '<s-:s>', run: (value) => value },
  { ...described, name: 'grow', signature: '<n:s>', run: (size) => 'x'.repeat(Number(size)) },
]

const BUDGET = 1e9

type Evaluate = (input: Json) => { readonly steps: () => number; readonly result: unknown }

/** Undefined if the expression is not compiled. */
export function createEvaluate(text: string, engine: Engine): Evaluate | undefined {
  const parsed = parseExpression(text)
  if (isProblem(parsed)) throw new Error(`${text}: ${parsed.message}`)
  if (engine === 'interpreted') {
    const names = new Set(findReferences(parsed.root).map(({ name }) => name))
    const run = createInterpreter(parsed, { functions: costFunctions, names, variables: new Set() })
    return (input) => {
      const budget = { remaining: BUDGET }
      return { steps: () => BUDGET - budget.remaining, result: run(input, { [STEP_BUDGET]: budget }) }
    }
  }
  const program = compileProgram({ root: parsed.root, text, functions: costFunctions, limits: DEFAULT_LIMITS })
  if (program instanceof NotCompilable) return undefined
  return (input) => {
    const budget = { remaining: BUDGET }
    openBudget(budget)
    try {
      return { steps: () => BUDGET - budget.remaining, result: program.evaluate(input) }
    } catch (error) {
      return { steps: () => BUDGET - budget.remaining, result: Promise.reject(error) }
    } finally {
      closeBudget(budget)
    }
  }
}

export async function measureCost(evaluate: Evaluate, data: Json): Promise<Cost> {
  const start = process.cpuUsage()
  const { steps, result } = evaluate(data)
  let error: string | undefined
  try {
    await result
  } catch (thrown) {
    error = thrown instanceof NotPlain ? 'output' : String((thrown as { code?: unknown }).code ?? 'fallback')
  }
  const { user, system } = process.cpuUsage(start)
  return { steps: steps(), time: (user + system) / 1000, error }
}

/** Whether an evaluation ended at a limit, and so by a count. */
export const isLimit = (error: string | undefined): boolean => /^(D101[12]|D201[45]|output)$/.test(error ?? '')

/** The cost, and the members and items that are read. */
export async function measureVisits(evaluate: Evaluate, data: Json): Promise<Cost & { readonly visits: number }> {
  const visits = { count: 0 }
  const cost = await measureCost(evaluate, countVisits(data, visits, new WeakMap()) as Json)
  return { ...cost, visits: visits.count }
}

/** The same value, which counts each of its members and items that is read. */
function countVisits(value: unknown, visits: { count: number }, known: WeakMap<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const existing = known.get(value)
  if (existing !== undefined) return existing
  const proxy: unknown = new Proxy(value, {
    get: (target, key, receiver) => {
      visits.count++
      return countVisits(Reflect.get(target, key, receiver), visits, known)
    },
    ownKeys: (target) => {
      const keys = Reflect.ownKeys(target)
      visits.count += keys.length
      return keys
    },
  })
  known.set(value, proxy)
  return proxy
}
