/** Looks for differences between the two engines, with many more expressions than the tests have time for. */
import { compareEngines } from '../test/compiled-compare.ts'

const [pairs = '200000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2)
const tally = await compareEngines(Number(pairs), Number(seed), (line) => process.stderr.write(`${line}\n`))
process.stdout.write(`${JSON.stringify(tally, null, 2)}\n`)
process.exitCode = tally.differences.length > 0 ? 1 : 0
