/** A side that is silent, drips or never stops sending: a signal ends the process in time, with its exit code. Real processes. */
import { connect } from 'node:net'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { afterAll, expect, test } from 'vitest'
import { systemClock } from '../../runtime/system.ts'
import { connectByOauth } from '../helpers/processes/connect-by-oauth.ts'
import type { FaultName } from '../helpers/processes/faults.ts'
import { type FaultyWorld, startFaultyWorld } from '../helpers/processes/faulty-world.ts'
import {
  createCleanup,
  postSigned,
  type RunningProcess,
  startProcess,
  temporaryFolder,
  waitUntil,
} from '../helpers/processes/processes.ts'
import { findContact, replyNotification } from '../helpers/processes/replies.ts'
import { signInBy } from '../helpers/signed-in.ts'

const closing = createCleanup()
afterAll(() => closing.close())

/** Less than the ten seconds after which Docker kills. */
const GRACE_MS = 9_000

type Side = 'intercom' | 'klaviyo'

interface Phase {
  readonly args: readonly string[]
  readonly side: Side
  /** Requests of this phase. */
  readonly requests: RegExp
  readonly exit: number
  readonly faults: readonly FaultName[]
  /** Prepares the store; resolves to more settings. */
  readonly prepare?: (world: FaultyWorld, store: string) => Promise<Readonly<Record<string, string>>>
  /** Brings the process into the phase. */
  readonly enter?: (process: RunningProcess, world: FaultyWorld) => Promise<void>
}

const start = ['start', '--port', '0', '--json']

async function receive(process: RunningProcess, { env }: FaultyWorld): Promise<void> {
  const contact = await findContact(env.INTERCOM_BASE_URL)
  const { webhook = '' } = await process.firstOutput
  for (let n = 0; n < 5; n++) expect(await postSigned(webhook, replyNotification(n, contact))).toBe(true)
}

async function signIn(process: RunningProcess): Promise<string> {
  const { signIn: link = '' } = await process.firstOutput
  return (await signInBy(link, fetch)).split(';')[0] ?? ''
}

async function beginImport(process: RunningProcess): Promise<void> {
  const { url = '' } = await process.firstOutput
  const cookie = await signIn(process)
  const page = await fetch(new URL('/import', url), { headers: { cookie, accept: 'text/html' } })
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const body = new URLSearchParams({ csrf, metric: 'Created Ticket' })
  const headers = { cookie, origin: new URL(url).origin }
  const response = await fetch(new URL('/import/begin', url), { method: 'POST', redirect: 'manual', headers, body })
  expect(response.status).toBe(303)
}

/** A webhook whose body never comes, and a console page that stays open. */
async function connectForLong(process: RunningProcess, world: FaultyWorld): Promise<void> {
  const { webhook = '', url = '' } = await process.firstOutput
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    `POST ${new URL(webhook).pathname} HTTP/1.1\r\nHost: x\r\nX-Hub-Signature: sha1=00\r\nContent-Length: 1000\r\n\r\n{"type":`,
  )
  closing.add(socket, () => socket.destroy())
  const headers = { cookie: await signIn(process), accept: 'text/event-stream' }
  const stream = await fetch(new URL('/changes', url), { headers })
  expect(stream.status).toBe(200)
  stream.text().catch(() => undefined)
  await receive(process, world)
}

const PHASES: Readonly<Record<string, Phase>> = {
  'refresh of a token': {
    args: start,
    side: 'klaviyo',
    requests: /^\/oauth\/token/,
    exit: 0,
    faults: ['silent', 'dripping'],
    prepare: connectByOauth,
    enter: receive,
  },
  'pinning the accounts': { args: start, side: 'intercom', requests: /^\/me/, exit: 0, faults: ['dripping'] },
  'live delivery': {
    args: start,
    side: 'klaviyo',
    requests: /^\/api\/(events|profile)/,
    exit: 0,
    faults: ['silent', 'dripping', 'huge'],
    enter: receive,
  },
  'contact lookup': {
    args: start,
    side: 'intercom',
    requests: /^\/contacts\/\w/,
    exit: 0,
    faults: ['silent', 'huge'],
    enter: receive,
  },
  'live delivery, a webhook half sent, a page open': {
    args: start,
    side: 'klaviyo',
    requests: /^\/api\/(events|profile)/,
    exit: 0,
    faults: ['silent'],
    enter: connectForLong,
  },
  'reconciling beside delivery': { args: start, side: 'intercom', requests: /search/, exit: 0, faults: ['silent'] },
  'first request of an import': { args: ['backfill'], side: 'intercom', requests: /./, exit: 1, faults: ['silent'] },
  'account of an import': {
    args: ['backfill'],
    side: 'klaviyo',
    requests: /accounts/,
    exit: 1,
    faults: ['silent after the headers'],
  },
  'first request of reconcile': { args: ['reconcile'], side: 'intercom', requests: /./, exit: 1, faults: ['dripping'] },
  check: { args: ['check'], side: 'klaviyo', requests: /./, exit: 1, faults: ['dripping'] },
  'page of an import': {
    args: ['backfill'],
    side: 'intercom',
    requests: /^\/(conversations|tickets)/,
    exit: 1,
    faults: ['silent', 'dripping', 'huge'],
  },
  'contacts of an import': {
    args: ['backfill'],
    side: 'intercom',
    requests: /^\/contacts/,
    exit: 1,
    faults: ['dripping headers'],
  },
  'bulk send': { args: ['backfill'], side: 'klaviyo', requests: /bulk/, exit: 1, faults: ['silent', 'gzip bomb'] },
  'import in the console': {
    args: start,
    side: 'klaviyo',
    requests: /bulk/,
    exit: 0,
    faults: ['silent'],
    enter: beginImport,
  },
  reconcile: {
    args: ['reconcile', '--since', '2020-01-01'],
    side: 'intercom',
    requests: /search/,
    exit: 1,
    faults: ['silent'],
  },
  verify: { args: ['verify'], side: 'klaviyo', requests: /./, exit: 1, faults: ['silent', 'huge'] },
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']

interface Ending {
  readonly exit: number | NodeJS.Signals
  readonly ms: number
}

async function stopDuring(phase: Phase, fault: FaultName, signal: NodeJS.Signals): Promise<Ending> {
  const world = await startFaultyWorld(closing)
  const store = `sqlite:${join(temporaryFolder(closing), 'store.db')}`
  const env = { ...world.env, CONNECTOR_STORE: store, LOG_LEVEL: 'info', ...(await phase.prepare?.(world, store)) }
  world[phase.side].misbehave(({ path }) => (phase.requests.test(path) ? fault : undefined))
  const process = startProcess(phase.args, env, closing)
  await phase.enter?.(process, world)
  await waitUntil(`the fault has begun: ${process.log()}`, () => world[phase.side].faults() > 0)
  const from = systemClock.now()
  const exit = await process.kill(signal)
  const ms = systemClock.now() - from
  await waitUntil('its connections are closed', () => world.intercom.connections() + world.klaviyo.connections() === 0)
  return { exit, ms }
}

const turn = pLimit(6)
const rows = Object.entries(PHASES).flatMap(([name, phase], at) =>
  phase.faults.map((fault, number) => {
    const signal = SIGNALS[(at + number) % 2] ?? 'SIGTERM'
    return { name: `${name}, ${fault}, ${signal}`, ending: () => turn(() => stopDuring(phase, fault, signal)), phase }
  }),
)

test('ends within the grace period, with its exit code', async () => {
  const endings = await Promise.all(rows.map(async (row) => ({ ...row, ...(await row.ending()) })))
  expect(endings.filter(({ exit, ms, phase }) => exit !== phase.exit || ms > GRACE_MS)).toEqual([])
}, 300_000)
