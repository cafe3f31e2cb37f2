/** Real processes and sockets: the bin as a child process, the sandbox servers on loopback. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { systemClock, systemFetch, systemRandom } from '../../../runtime/system.ts'
import type { IntercomSandboxOptions } from '../../../sandbox/intercom/server.ts'
import { createIntercomSandbox } from '../../../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../../../sandbox/klaviyo/server.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Closes everything added to it, last first. */
export function createCleanup() {
  const all: (() => unknown)[] = []
  return {
    add: <T>(thing: T, close: () => unknown): T => {
      all.push(close)
      return thing
    },
    async close() {
      for (const one of all.reverse().splice(0)) await one()
    },
  }
}

export type Cleanup = ReturnType<typeof createCleanup>

export const TOKEN = 'test-token'
export const SECRET = 'test-client-secret'
export const KEY = 'pk_test'

export function temporaryFolder(closing: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), 'connector-'))
  return closing.add(folder, () => rmSync(folder, { recursive: true, force: true }))
}

function listen(fetch: (request: Request) => Promise<Response>, closing: Cleanup): Promise<string> {
  return new Promise((resolve) => {
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(`http://127.0.0.1:${port}`))
    closing.add(server, () => server.close())
  })
}

/** Both local servers, and the settings that point a connector at them. */
export async function startSandbox(
  closing: Cleanup,
  options: Partial<IntercomSandboxOptions> & {
    readonly limits?: boolean
    /** Answers in place of Intercom, unless it returns undefined. */
    readonly intercept?: (request: Request) => Response | undefined
  } = {},
) {
  const effects = { clock: systemClock, random: systemRandom }
  const intercom = createIntercomSandbox({
    ...effects,
    token: TOKEN,
    clientSecret: SECRET,
    conversations: 500,
    tickets: 300,
    now: systemClock.now(),
    fetch: systemFetch,
    ...options,
  })
  const klaviyo = createKlaviyoSandbox({ ...effects, key: KEY, keep: 100_000, limits: options.limits ?? true })
  closing.add(intercom, () => intercom.close())
  const clock = options.clock ?? systemClock
  // Its answers tell the time of its clock, as those of any server do.
  const answer = async (request: Request) => {
    const response = options.intercept?.(request) ?? (await intercom.fetch(request))
    response.headers.set('date', new Date(clock.now()).toUTCString())
    return response
  }
  const env = {
    INTERCOM_BASE_URL: await listen(answer, closing),
    KLAVIYO_BASE_URL: await listen(klaviyo.fetch, closing),
    INTERCOM_ACCESS_TOKEN: TOKEN,
    INTERCOM_CLIENT_SECRET: SECRET,
    KLAVIYO_API_KEY: KEY,
  }
  return { intercom, klaviyo, env }
}

export interface RunningProcess {
  readonly child: ChildProcess
  /** The first JSON on stdout. */
  readonly firstOutput: Promise<Record<string, string>>
  /** All of stderr so far. */
  readonly log: () => string
  /** Resolves to the exit code, or the signal that ended it. */
  readonly exitCode: Promise<number | NodeJS.Signals>
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/** Runs a command of the bin as a process of its own. `through`: a command that runs the one behind it. */
export function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  closing: Cleanup,
  through: readonly string[] = [],
): RunningProcess {
  // Bundled: with tsx, half of the processor time of the suite went into transpiling.
  return startProgram([...through, process.execPath, join(root, 'scripts/source.mjs'), ...args], env, closing, root)
}

/** Runs a program as a process of its own, in the folder `cwd`. */
export function startProgram(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  closing: Cleanup,
  cwd: string,
): RunningProcess {
  const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH ?? '', ...env } })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const exitCode = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  const firstOutput = Promise.race([
    firstJson(child.stdout),
    exitCode.then((code) => Promise.reject(new Error(`ended with ${code} before its first output:\n${log}`))),
  ])
  firstOutput.catch(() => undefined)
  closing.add(child, () => child.kill('SIGKILL'))
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return exitCode
  }
  return { child, firstOutput, log: () => log, exitCode, kill }
}

async function firstJson(stream: Readable): Promise<Record<string, string>> {
  let text = ''
  for await (const line of createInterface({ input: stream })) {
    text += line
    if (line === '}') return JSON.parse(text)
  }
  return new Promise(() => undefined) // `exitCode` rejects with the reason
}

/** The `X-Hub-Signature` of a body. */
export function signatureOf(body: string, secret = SECRET): string {
  return `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`
}

/** Posts a signed notification. Resolves to whether it was acknowledged. */
export async function postSigned(url: string, body: string, secret = SECRET): Promise<boolean> {
  const headers = { 'X-Hub-Signature': signatureOf(body, secret) }
  try {
    return (await fetch(url, { method: 'POST', body, headers })).status === 200
  } catch {
    return false // the process is dead, so nothing was acknowledged
  }
}

/** Polls until the condition holds: another process runs on its own time. */
export async function waitUntil(what: string, holds: () => boolean | Promise<boolean>, within = 30_000): Promise<void> {
  const end = systemClock.now() + within
  while (!(await holds())) {
    if (systemClock.now() > end) throw new Error(`not within ${within} ms: ${what}`)
    await systemClock.sleep(50)
  }
}
