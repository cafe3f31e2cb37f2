/** Times the start of a command, from source and compiled, and the import of the package. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import type { ResultTable } from './harness/result-table.ts'

/** `npm run` starts in the root. */
const root = process.cwd()

const imports =
  'const t = performance.now(); await import("./dist/connector/index.js"); console.log(performance.now() - t)'

/** Command lines by name; the first is the share of Node itself. */
const commandLines: Readonly<Record<string, readonly string[]>> = {
  'node, doing nothing': ['-e', '0'],
  'validate, from source': ['scripts/source.mjs', 'validate'],
  'validate, from source by tsx': [...['--import', 'tsx', 'connector/main.ts', 'validate']],
  'validate, compiled package': ['dist/connector/main.js', 'validate'],
  'import of the compiled package, whole process': ['--input-type=module', '-e', imports],
}

const ROUNDS = 15

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  await promisify(execFile)('npm', ['run', '-s', 'build'], { cwd: root })
  const times = new Map(Object.keys(commandLines).map((name) => [name, [] as number[]]))
  const importTimes: number[] = []
  // In turn, so that a busy moment of the machine hits all of them.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, args] of Object.entries(commandLines)) {
      const { ms, out } = await timeStart(args)
      if (round === 0) continue // the first round creates the copy of the source and fills caches
      times.get(name)?.push(ms)
      if (name.startsWith('import')) importTimes.push(Number(out))
    }
  }
  times.set('import of the compiled package, the import alone', importTimes)
  const rows = [...times].map(([command, all]) => ({ command, 'median ms': median(all), 'best ms': Math.min(...all) }))
  return [{ title: 'Start-up', rows, notes }]
}

const notes = [
  'Each start is a process of its own; 15 rounds in turn. `npm run` adds the start of npm.',
  'Without NODE_EXTRA_CA_CERTS, which makes Node 20 read all certificates at each start (120 ms here).',
]

async function timeStart(args: readonly string[]): Promise<{ ms: number; out: string }> {
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
