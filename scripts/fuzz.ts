/** `npm run fuzz [-- TARGET [count] [seed]]`: searches for faults longer than the tests have time for. */
import type { FuzzTarget } from './fuzz/target.ts'
import { TARGETS } from './fuzz/targets.ts'

const [name, count, seed] = process.argv.slice(2)
const chosen = name === undefined ? Object.entries(TARGETS) : Object.entries(TARGETS).filter(([each]) => each === name)
const print = (line: string) => process.stdout.write(`${line}\n`)

if (chosen.length === 0) {
  print('npm run fuzz -- TARGET [count] [seed]; without a target all of them\n')
  for (const [each, { summary, defaultCount, unit }] of Object.entries(TARGETS))
    print(`${each.padEnd(12)} ${summary} (${defaultCount} ${unit})`)
  process.exitCode = 2
}
for (const [each, target] of chosen) await fuzz(each, target)

async function fuzz(target: string, { summary, defaultCount, unit, run }: FuzzTarget): Promise<void> {
  const options = { count: Number(count ?? defaultCount), seed: Number(seed ?? Date.now() % 2 ** 31) }
  print(`${target}: ${summary}; ${options.count} ${unit} from seed ${options.seed}`)
  const { failures, lines } = await run({ ...options, report: (line) => process.stderr.write(`${line}\n`) })
  for (const line of lines) print(line)
  if (failures > 0) process.exitCode = 1
}
