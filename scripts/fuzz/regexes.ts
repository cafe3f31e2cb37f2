/** Searches for regular expressions that the ReDoS analysis accepts and recheck finds slower. */
import { checkRegexes } from '../../test/helpers/regexes/check.ts'
import type { FuzzOptions, FuzzResult } from './target.ts'

const REPORT_EVERY = 500
/** Milliseconds for each; recheck tries longer strings then. */
const TIMEOUT = 1_000

export function fuzzRegexes({ count, seed, report }: FuzzOptions): Promise<FuzzResult> {
  const { tally, differences } = checkRegexes({ count, seed, timeout: TIMEOUT }, (done) => {
    if (done > 0 && done % REPORT_EVERY === 0) report(`${done} regular expressions`)
  })
  const lines = [
    ...Object.entries(tally)
      .sort(([, a], [, b]) => b - a)
      .map(([what, times]) => `${String(times).padStart(8)}  ${what}`),
    ...differences.flatMap(({ regex, power, complexity, attack, seed: own }) => [
      `${regex}: accepted at power ${power}, recheck: ${complexity}, by ${attack}`,
      `  to repeat: npm run fuzz -- regexes 1 ${own}`,
    ]),
    `${count} regular expressions from seed ${seed}, ${differences.length} differences`,
  ]
  return Promise.resolve({ failures: differences.length, lines })
}
