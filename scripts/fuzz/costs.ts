/** Searches for operators and functions that take longer than their steps say, with more data than the tests have time for. */
import { costCases, createData } from '../../test/helpers/limits/cost-cases.ts'
import { createEvaluate, type Engine, measureCost } from '../../test/helpers/limits/measure-cost.ts'
import type { FuzzOptions, FuzzResult } from './target.ts'

/** Milliseconds of CPU time: far more than a step takes on a busy machine, far less than the square of the data. */
const MAX_TIME = 500
const MAX_TIME_PER_STEP = 0.03

export async function fuzzCosts({ count, report }: FuzzOptions): Promise<FuzzResult> {
  const data = createData(16 * Math.ceil(count / 16))
  const tooSlow: string[] = []
  let longest = 0
  for (const engine of ['compiled', 'interpreted'] satisfies Engine[]) {
    for (const { text } of costCases) {
      const evaluate = createEvaluate(text, engine)
      if (evaluate === undefined) continue
      const { steps, time, error } = await measureCost(evaluate, data)
      longest = Math.max(longest, time)
      if (error === 'fallback' || time <= MAX_TIME + MAX_TIME_PER_STEP * steps) continue
      tooSlow.push(`${engine}: ${Math.round(time)} ms for ${steps} steps: ${text}`)
      report(tooSlow.at(-1) ?? '')
    }
  }
  const lines = [
    `${costCases.length} expressions on both engines, each over ${count} characters, items and members`,
    `the longest took ${Math.round(longest)} ms of CPU time`,
    `${tooSlow.length} took longer than their steps say`,
    ...tooSlow,
  ]
  return { failures: tooSlow.length, lines }
}
