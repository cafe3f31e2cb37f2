/** Runs each measured program in a process of its own and, if the machine has two cores, on a core of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { specFolder } from '../../connector/spec.ts'

/** Processor time in seconds; maximum resident size in MB. */
export interface ResourceUsage {
  readonly cpu: number
  readonly rss: number
}

export interface MeasuredProcess {
  readonly child: ChildProcess
  /** The first JSON object on stdout. */
  readonly output: Promise<Record<string, unknown>>
  /** Resolves on exit, by itself or by `stop`. Rejects if the process failed. */
  readonly usage: Promise<ResourceUsage>
  stop(): Promise<ResourceUsage>
}

/** Whether processes can be pinned to different cores. */
const pinned = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
export const placement = pinned ? 'the connector on one core, everything else on another' : 'all on the same cores'

/** A script relative to this folder, compiled or not as this file is. */
const script = (path: string) => fileURLToPath(new URL(`${path}${extname(import.meta.url)}`, import.meta.url))

export function startProcess(
  path: string,
  args: readonly string[],
  { env = {}, core }: { readonly env?: Readonly<Record<string, string>>; readonly core?: 0 | 1 },
): MeasuredProcess {
  const folder = temporaryFolder()
  const usageFile = join(folder.path, 'usage.json')
  const command = ['node', ...process.execArgv, '--import', script('./record-usage'), script(path), ...args]
  const [program = '', ...rest] = pinned && core !== undefined ? ['taskset', '-c', String(core), ...command] : command
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', BENCH_USAGE: usageFile, ...env },
  })
  let log = ''
  child.stderr.on('data', (text) => {
    log = `${log}${text}`.slice(-4_000)
  })
  const usage = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`${path} exited with ${code}:\n${log}`)
    const measured = JSON.parse(readFileSync(usageFile, 'utf8')) as ResourceUsage
    folder.remove()
    return measured
  })
  usage.catch(() => undefined)
  return {
    child,
    output: Promise.race([firstJson(child), usage.then(() => Promise.reject(new Error(`${path} printed no JSON`)))]),
    usage,
    stop() {
      child.kill('SIGTERM')
      return usage
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

/** Writes the shipped spec with rate limits too high to reach. Returns its folder, for CONNECTOR_SPEC. */
export function unlimitedSpec(folder: string): string {
  const path = join(folder, 'spec')
  for (const name of ['connector.yaml', 'fields.yaml', 'mappings']) {
    cpSync(new URL(name, specFolder()), join(path, name), { recursive: true })
  }
  const file = join(path, 'connector.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/limit: \d+, interval/g, 'limit: 1000000, interval'))
  return path
}
