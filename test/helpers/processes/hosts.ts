/** Programs that embed the connector, as processes: started, given signed webhooks, ended by SIGTERM. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { systemClock } from '../../../runtime/system.ts'
import { type Cleanup, signatureOf, type startSandbox, TOKEN, waitUntil } from './processes.ts'

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>

export interface HostProgram {
  readonly command: readonly [file: string, ...args: string[]]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

export interface RunningHost {
  readonly child: ChildProcess
  /** `http://127.0.0.1:PORT` */
  readonly base: string
  /** All that it has printed. */
  readonly log: () => string
}

/** Starts a program that prints a line with `listening` (workerd: `"listen"`) and its port. Its environment has only `PATH` besides `env`. */
export async function startHost({ command, cwd, env }: HostProgram, closing: Cleanup): Promise<RunningHost> {
  const [file, ...args] = command
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  closing.add(child, () => child.kill('SIGKILL'))
  let log = ''
  const base = new Promise<string>((resolve, reject) => {
    for (const output of [child.stdout, child.stderr])
      createInterface({ input: output }).on('line', (line) => {
        log += `${line}\n`
        const [, port] = (/listening|"listen"/.test(line) && /(?:127\.0\.0\.1:|"port":)(\d+)/.exec(line)) || []
        if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
      })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it listened:\n${log}`)))
  })
  return { child, base: await base, log: () => log }
}

/** Ends it as a crash does. Resolves when it has ended. */
export async function killHost({ child }: Pick<RunningHost, 'child'>): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Sends SIGTERM and expects a clean end. */
export async function expectCleanEnd({ child, log }: Pick<RunningHost, 'child' | 'log'>): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = await exited
  expect(code, log()).toBe(0)
}

/** Expects that a host answers probes, refuses a wrong signature, and delivers one webhook. */
export async function expectDelivery(url: string, { klaviyo, env }: Pick<Sandbox, 'klaviyo' | 'env'>): Promise<void> {
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
  const body = createNotification(await findContact(env.INTERCOM_BASE_URL))
  expect((await post(url, body, 'not-the-secret')).status).toBe(401)
  expect((await post(url, body)).status).toBe(200)
  await waitUntil('the event arrives', () => klaviyo.summary().events > 0, 20_000)
  expect(klaviyo.events()).toMatchObject([{ metric: 'Created Conversation' }])
}

/** A contact with an address that the local Klaviyo accepts. */
export async function findContact(base: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` }
  const page = await fetch(new URL('/contacts?per_page=50', base), { headers })
  const { data } = (await page.json()) as { data: { id: string; email: string | null }[] }
  return data.find(({ email }) => email?.includes('@mail.'))?.id ?? ''
}

/** A new conversation of a contact, as Intercom sends it. */
export function createNotification(contact: string, number = 1): string {
  const now = Math.floor(systemClock.now() / 1000)
  const item = {
    type: 'conversation',
    id: String(8_000_000 + number),
    created_at: now,
    title: 'Hello',
    source: { type: 'conversation', author: { type: 'user', id: contact } },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] },
  }
  return JSON.stringify({
    type: 'notification_event',
    app_id: 'sandbox1',
    id: `notif_${number}`,
    topic: 'conversation.user.created',
    created_at: now,
    data: { type: 'notification_event_data', item },
  })
}

export function post(url: string, body: string, secret?: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', 'X-Hub-Signature': signatureOf(body, secret) }
  return fetch(url, { method: 'POST', body, headers })
}
