/** How long a start takes: of a command from source and compiled, and of importing the package. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import type { Table } from './report.ts'

/** `npm run` starts everything at the root. */
const root = process.cwd()

const imports =
  'const t = performance.now(); await import("./dist/connector/index.js"); console.log(performance.now() - t)'

/** What is started, and what share of it is not ours. */
const starts: Readonly<Record<string, readonly string[]>> = {
  'node, doing nothing': ['-e', '0'],
  'validate, from source': ['scripts/source.mjs', 'validate'],
  'validate, from source, each file turned into JavaScript by tsx as it loads': [
    ...['--import', 'tsx', 'connector/main.ts', 'validate'],
  ],
  'validate, compiled package': ['dist/connector/main.js', 'validate'],
  'import of the compiled package, whole process': ['--input-type=module', '-e', imports],
}

const ROUNDS = 15

export async function run(): Promise<readonly Table[]> {
  await promisify(execFile)('npm', ['run', '-s', 'build'], { cwd: root })
  const taken = new Map(Object.keys(starts).map((name) => [name, [] as number[]]))
  const inside: number[] = []
  // In turns, so that a busy moment falls on all alike.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, args] of Object.entries(starts)) {
      const { ms, out } = await start(args)
      if (round === 0) continue // the first makes the copy of the source, and fills caches
      taken.get(name)?.push(ms)
      if (name.startsWith('import')) inside.push(Number(out))
    }
  }
  taken.set('import of the compiled package, the import alone', inside)
  const rows = [...taken].map(([what, all]) => ({ what, 'median ms': median(all), 'best ms': Math.min(...all) }))
  return [{ title: 'Start-up', rows, notes }]
}

const notes = [
  "Each is a process of its own, started and waited for; 15 rounds in turns. `npm run` adds npm's own start.",
  'NODE_EXTRA_CA_CERTS is taken away: where it is set, Node 20 reads all certificates at each start (120 ms here).',
]

async function start(args: readonly string[]): Promise<{ ms: number; out: string }> {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const from = performance.now()
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return { ms: performance.now() - from, out }
}

function median(all: readonly number[]): number {
  const sorted = [...all].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
