/** `npm run fuzz [pairs] [seed]`: searches for differences between the engines, with more pairs than the tests have time for. */
import { compareEngines } from '../test/helpers/compiler/compare.ts'

const [pairs = '200000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2)
const tally = await compareEngines(Number(pairs), Number(seed), (line) => process.stderr.write(`${line}\n`))
const share = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`
const reasons = Object.entries(tally.notCompiled).sort(([, a], [, b]) => b - a)
const lines = [
  `seed ${tally.seed}; to repeat: npm run fuzz -- ${pairs} ${tally.seed}`,
  `${tally.pairs} pairs of expression and input, ${share(tally.compiled, tally.pairs)} compiled`,
  ...reasons.map(([reason, count]) => `  not compiled ${String(count).padStart(6)}  ${reason}`),
  `of the compiled ones: ${share(tally.equal, tally.compiled)} equal, ${share(tally.failed, tally.compiled)} fail in both,`,
  `  ${share(tally.fallbacks, tally.compiled)} fell back to the interpreter`,
  `${tally.differences.length} differences`,
  ...tally.differences.map((each) => JSON.stringify(each, null, 2)),
]
process.stdout.write(`${lines.join('\n')}\n`)
process.exitCode = tally.differences.length > 0 ? 1 : 0
