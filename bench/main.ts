/** `npm run bench -- [name …] [--conversations N,…] [--json]`: runs the named benchmarks, or all. */
import { arch, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchmarks } from './benchmarks.ts'
import { type ResultTable, renderTable } from './harness/result-table.ts'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, conversations: { type: 'string' } },
  allowPositionals: true,
})
const unknown = positionals.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) {
  const known = Object.entries(benchmarks).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  process.stderr.write(`unknown benchmark "${unknown[0]}". Known:\n${known.join('\n')}\n`)
  process.exit(2)
}

const options = { conversations: values.conversations?.split(',').map(Number) }
const results: Record<string, readonly ResultTable[]> = {}
for (const [name, benchmark] of Object.entries(benchmarks)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const { runBenchmark } = await benchmark.load()
  const tables = await runBenchmark(options)
  results[name] = tables
  if (!values.json) process.stdout.write(`${tables.map(renderTable).join('\n')}\n`)
}
const machine = `node ${process.version} on ${cpus().length} × ${cpus()[0]?.model ?? arch()}`
const report = values.json ? JSON.stringify({ machine, results }, null, 2) : `\n${machine}`
process.stdout.write(`${report}\n`)
