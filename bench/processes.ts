/** Measured programs, each in a process of its own and, where the machine lets us, on a core of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { specFolder } from '../connector/spec.ts'

/** Seconds of processor time; MB resident at most. */
export interface Usage {
  readonly cpu: number
  readonly rss: number
}

export interface Running {
  readonly child: ChildProcess
  /** The first JSON object on stdout. */
  readonly said: Promise<Record<string, unknown>>
  /** Resolves when the process has ended by itself or by `stop`. Rejects if it failed. */
  readonly ended: Promise<Usage>
  stop(): Promise<Usage>
}

/** Whether there are two cores to keep apart, and a way to do it. */
const pinned = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
export const where = pinned ? 'the connector on one core, everything else on another' : 'all on the same cores'

/** A file beside or below this folder, in whichever form this file itself runs. */
const script = (path: string) => fileURLToPath(new URL(`${path}${extname(import.meta.url)}`, import.meta.url))

export function start(
  path: string,
  args: readonly string[],
  { env = {}, core }: { readonly env?: Readonly<Record<string, string>>; readonly core?: 0 | 1 },
): Running {
  const folder = temporaryFolder()
  const usage = join(folder.path, 'usage.json')
  const command = ['node', ...process.execArgv, '--import', script('./usage'), script(path), ...args]
  const [program = '', ...rest] = pinned && core !== undefined ? ['taskset', '-c', String(core), ...command] : command
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', BENCH_USAGE: usage, ...env },
  })
  let log = ''
  child.stderr.on('data', (text) => {
    log = `${log}${text}`.slice(-4_000)
  })
  const ended = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`${path} ended with ${code}:\n${log}`)
    const used = JSON.parse(readFileSync(usage, 'utf8')) as Usage
    folder.remove()
    return used
  })
  ended.catch(() => undefined)
  return {
    child,
    said: Promise.race([firstJson(child), ended.then(() => Promise.reject(new Error(`${path} said nothing`)))]),
    ended,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

async function firstJson(child: ChildProcess): Promise<Record<string, unknown>> {
  if (child.stdout === null) throw new Error('no stdout')
  let text = ''
  for await (const line of createInterface({ input: child.stdout })) {
    text += `${line}\n`
    if (line === '}' || (line.startsWith('{') && line.endsWith('}'))) return JSON.parse(text) as Record<string, unknown>
  }
  throw new Error('no JSON on stdout')
}

export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'connector-bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** The shipped spec with every rate limit so high that none is met: a folder for CONNECTOR_SPEC. */
export function unlimitedSpec(folder: string): string {
  const path = join(folder, 'spec')
  for (const name of ['connector.yaml', 'fields.yaml', 'mappings']) {
    cpSync(new URL(name, specFolder()), join(path, name), { recursive: true })
  }
  const file = join(path, 'connector.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/limit: \d+, interval/g, 'limit: 1000000, interval'))
  return path
}
