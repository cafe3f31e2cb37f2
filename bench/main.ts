/** `npm run bench -- [part …] [--json]`: measures the parts named, or all. */
import { arch, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { parts } from './parts.ts'
import { render, type Table } from './report.ts'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  const known = Object.entries(parts).map(([name, { what }]) => `  ${name.padEnd(10)}${what}`)
  process.stderr.write(`no part "${unknown[0]}". There are:\n${known.join('\n')}\n`)
  process.exit(2)
}

const found: Record<string, readonly Table[]> = {}
for (const [name, part] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const tables = await (await part.load()).run()
  found[name] = tables
  if (!values.json) process.stdout.write(`${tables.map(render).join('\n')}\n`)
}
const machine = `node ${process.version} on ${cpus().length} × ${cpus()[0]?.model ?? arch()}`
process.stdout.write(values.json ? `${JSON.stringify({ machine, parts: found }, null, 2)}\n` : `\n${machine}\n`)
