/** Searches for differences between the engines, with more pairs of expression and input than the tests have time for. */
import { compareEngines } from '../../test/helpers/compiler/compare.ts'
import type { FuzzOptions, FuzzResult } from './target.ts'

export async function fuzzExpressions({ count, seed, report }: FuzzOptions): Promise<FuzzResult> {
  const tally = await compareEngines(count, seed, report)
  const share = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`
  const reasons = Object.entries(tally.notCompiled).sort(([, a], [, b]) => b - a)
  const lines = [
    `seed ${tally.seed}; to repeat: npm run fuzz -- expressions ${count} ${tally.seed}`,
    `${tally.pairs} pairs of expression and input, ${share(tally.compiled, tally.pairs)} compiled`,
    ...reasons.map(([reason, cases]) => `  not compiled ${String(cases).padStart(6)}  ${reason}`),
    `of the compiled ones: ${share(tally.equal, tally.compiled)} equal, ${share(tally.failed, tally.compiled)} fail in both,`,
    `  ${share(tally.fallbacks, tally.compiled)} fell back to the interpreter`,
    `${tally.differences.length} differences`,
    ...tally.differences.map((each) => JSON.stringify(each, null, 2)),
  ]
  return { failures: tally.differences.length, lines }
}
