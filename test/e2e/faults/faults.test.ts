/** The fault suite: each row of the table, with real processes and sockets. Nothing is lost, nothing is counted twice. */
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { liveSinceCheckpoint } from '../../../runtime/lib/checkpoint-names.ts'
import { POLL } from '../../../runtime/source/live-since.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { systemClock } from '../../../runtime/system.ts'
import { connectByOauth } from '../../helpers/processes/connect-by-oauth.ts'
import type { FaultName } from '../../helpers/processes/faults.ts'
import { type FaultyWorld, startFaultyWorld } from '../../helpers/processes/faulty-world.ts'
import {
  createCleanup,
  postSigned,
  type RunningProcess,
  startProcess,
  temporaryFolder,
  waitUntil,
} from '../../helpers/processes/processes.ts'
import { listContacts, replyNotification } from '../../helpers/processes/replies.ts'
import { copySpec } from '../../helpers/processes/spec-copy.ts'
import { ABSURD, ACCOUNTS, BULK, LIVE, LOOKUP, PAGES, type Row, TOKEN } from './rows.ts'
import { SENDER } from './sender.ts'

const closing = createCleanup()
afterAll(() => closing.close())

const spec = copySpec(closing, [
  ['timeout: 30s', 'timeout: 2s'],
  ['pageSize: { max: 150, min: 1 }', 'pageSize: { max: 3, min: 1 }'],
])

const newStore = () => join(temporaryFolder(closing), 'store.db')

/** A store whose live delivery began before the history did: `reconcile` delivers all of it. */
async function liveStore(): Promise<string> {
  const file = newStore()
  const store = await sqliteStore(file, { clock: systemClock })
  await store.writeCheckpoints([{ name: liveSinceCheckpoint(POLL), value: Date.parse('2020-01-01') }])
  await store.close()
  return file
}

function run(args: readonly string[], world: FaultyWorld, store: string, settings = {}): RunningProcess {
  const env = { ...world.env, CONNECTOR_SPEC: spec, CONNECTOR_STORE: `sqlite:${store}`, LOG_LEVEL: 'info', ...settings }
  return startProcess(args, env, closing)
}

const start = (world: FaultyWorld, store: string, settings = {}) =>
  run(['start', '--port', '0', '--json'], world, store, settings)

/** A live reply whose event, or whose contact, is answered badly until its record has failed once. */
interface LiveRow {
  readonly row: Row
  readonly n: number
  readonly contact: string
  isReleased: boolean
}

const partOf = ({ n }: LiveRow) => String(9_000_000 + n)
const codes = ([, code]: Row) => [code].flat()

/** One process for all rows: each fault belongs to the event, or to the contact, of its own record. */
async function startLive(live: readonly Row[], lookup: readonly Row[]) {
  const world = await startFaultyWorld(closing, { conversations: 200 })
  const contacts = await listContacts(world.env.INTERCOM_BASE_URL)
  const toLiveRow = (row: Row, n: number): LiveRow => ({ row, n, contact: contacts[n] ?? '', isReleased: false })
  const rows = [...live, ...lookup].map(toLiveRow)
  const [atKlaviyo, atIntercom] = [rows.slice(0, live.length), rows.slice(live.length)]
  const faultOf = (found: LiveRow | undefined) => (found?.isReleased === false ? found.row[0] : undefined)
  world.klaviyo.misbehave(({ path, body }) =>
    path.startsWith('/api/event') ? faultOf(atKlaviyo.find((row) => body.includes(partOf(row)))) : undefined,
  )
  world.intercom.misbehave(({ path }) => faultOf(atIntercom.find(({ contact }) => path === `/contacts/${contact}`)))
  const file = newStore()
  const process = start(world, file)
  const { webhook = '' } = await process.firstOutput
  const store = closing.add(await sqliteStore(file, { clock: systemClock }), () => undefined)
  for (const { n, contact } of rows) expect(await postSigned(webhook, replyNotification(n, contact))).toBe(true)
  const read = async ({ n }: LiveRow) => (await store.trace(`notif_${n}`))[0]
  const counted = (row: LiveRow) =>
    world.klaviyoSandbox.events().filter(({ key }) => key?.endsWith(`:${partOf(row)}`)).length
  return { world, process, webhook, rows, read, counted, store }
}

type Live = Awaited<ReturnType<typeof startLive>>

/** Ends each fault once its record has failed, and waits until every record has its end. */
async function settle({ rows, read }: Live): Promise<void> {
  await waitUntil(
    'every record has failed once',
    async () => {
      for (const row of rows)
        row.isReleased ||= ((await read(row))?.attempts ?? []).length > 0 || (await read(row))?.status === 'dead'
      return rows.every(({ isReleased, row: [, , end] }) => isReleased || end === 'dead')
    },
    60_000,
  )
  const hasEnd = async (row: LiveRow) => {
    const { status } = (await read(row)) ?? {}
    return row.row[2] === 'waiting' || status === (row.row[2] ?? 'delivered')
  }
  await waitUntil(
    'every record has its end',
    async () => (await Promise.all(rows.map(hasEnd))).every(Boolean),
    60_000,
  ).catch(() => undefined) // the comparison tells which
}

async function compare({ rows, read, counted }: Live): Promise<void> {
  const ends = await Promise.all(
    rows.map(async (row) => {
      const { status, attempts = [], outcome } = (await read(row)) ?? {}
      const { code } = attempts[0]?.fault ?? (outcome && 'fault' in outcome ? outcome.fault : undefined) ?? {}
      const end = status === 'deferred' || status === 'pending' ? 'waiting' : status
      return { fault: row.row[0], code, end, counted: counted(row) }
    }),
  )
  const expected = rows.map(({ row }, at) => {
    const [fault, , end = 'delivered'] = row
    const code = codes(row).find((each) => each === ends[at]?.code) ?? codes(row)[0]
    return { fault, code, end, counted: end === 'delivered' ? 1 : 0 }
  })
  expect(ends).toEqual(expected)
}

describe.concurrent('a side answers badly', () => {
  test('live delivery and its lookups', async () => {
    const live = await startLive(LIVE, LOOKUP)
    await settle(live)
    await compare(live)
    expect(live.world.klaviyoSandbox.summary()).toMatchObject({ refused: 0 })
    expect(await live.process.kill('SIGTERM')).toBe(0)
  }, 180_000)

  test('a wait for years: the record waits an hour at most, the process answers and ends', async () => {
    const live = await startLive([ABSURD.live], [ABSURD.lookup])
    await settle(live)
    await compare(live)
    for (const row of live.rows)
      expect(((await live.read(row))?.due ?? 0) - systemClock.now()).toBeLessThanOrEqual(3_600_000)
    expect((await fetch(new URL('/healthz', live.webhook))).status).toBe(200)
    expect(await live.process.kill('SIGTERM')).toBe(0)
  }, 180_000)

  test('the sender of webhooks: each is answered, and the honest ones beside it are counted once', async () => {
    const world = await startFaultyWorld(closing, { conversations: 200 })
    const contacts = await listContacts(world.env.INTERCOM_BASE_URL)
    const process = start(world, newStore())
    const webhook = new URL((await process.firstOutput).webhook ?? '')
    const answers = SENDER.map(async ([fault, , send], n) => {
      const notice = replyNotification(n, contacts[n] ?? '')
      const status = await send(webhook, notice)
      return { fault, status, honest: await postSigned(webhook.href, notice) }
    })
    const got = await Promise.all(answers)
    const expected = SENDER.map(([fault, ends], at) => {
      const status = [ends].flat().find((end) => end === got[at]?.status) ?? ends
      return { fault, status, honest: true }
    })
    expect(got).toEqual(expected)
    const keys = () => world.klaviyoSandbox.events().map(({ key }) => key?.split(':').at(-1))
    await waitUntil('all are counted', () => keys().length >= SENDER.length)
    expect(keys().sort()).toEqual(SENDER.map((_, n) => String(9_000_000 + n)))
    expect(await process.kill('SIGTERM')).toBe(0)
  }, 180_000)

  test.each([
    ['an import', ['backfill']],
    ['reconcile', ['reconcile', '--since', '2020-01-01']],
  ] as const)(
    'pages of %s',
    async (_, args) => {
      const world = await startFaultyWorld(closing, { conversations: 40, tickets: 20 })
      let at = 0
      let seen = 0
      const process = run(args, world, await liveStore())
      const failures = () => [...process.log().matchAll(/"(?:page failed|retrying)[^\n]*/g)].length
      world.intercom.misbehave(async ({ path }) => {
        // A line of the log takes a moment.
        if (seen > 0) await systemClock.sleep(50)
        if (!/^\/(conversations|tickets)\/search/.test(path) || at >= PAGES.length) return undefined
        // The page has failed: this request asks for it again.
        if (seen > 0 && failures() > at) {
          at += 1
          seen = 0
          return undefined
        }
        seen += 1
        return PAGES[at]?.[0]
      })
      expect([await process.exitCode, process.log()]).toEqual([0, expect.anything()])
      const logged = logLines(process).flatMap(({ msg, code }) => (/^(page failed|retrying)/.test(msg) ? [code] : []))
      expectCodes(logged, PAGES)
      expect(world.klaviyoSandbox.summary()).toMatchObject({ duplicates: 0 })
      await expectSame(world, args)
    },
    180_000,
  )

  test('bulk requests of an import', async () => {
    const world = await startFaultyWorld(closing, { conversations: 40, tickets: 20 })
    const left: FaultName[] = [...BULK]
    world.klaviyo.misbehave(({ path }) => (path.includes('bulk') ? left.shift() : undefined))
    const process = run(['backfill'], world, await liveStore())
    expect(await process.exitCode).toBe(0)
    expect(left).toEqual([])
    await expectSame(world, ['backfill'])
  }, 180_000)

  test.each(TOKEN)(
    'refreshes of a token: %s, %s, %s, %s',
    async (...rows) => {
      const world = await startFaultyWorld(closing, { conversations: 200 })
      const file = newStore()
      const settings = await connectByOauth(world, `sqlite:${file}`)
      const left = rows.map(([fault]) => fault)
      world.klaviyo.misbehave(({ path }) => (path.startsWith('/oauth/token') ? left.shift() : undefined))
      await expectPauses(world, start(world, file, settings), rows)
    },
    180_000,
  )

  test.each([
    ['intercom', /^\/me/],
    ['klaviyo', /^\/api\/accounts/],
  ] as const)(
    'the account of %s',
    async (side, requests) => {
      const world = await startFaultyWorld(closing, { conversations: 200 })
      const process = start(world, newStore())
      // Until the process says that it pauses for this fault.
      world[side].misbehave(async ({ path }) => {
        if (!requests.test(path)) return undefined
        await systemClock.sleep(50)
        return ACCOUNTS[side][pausesOf(process).length]?.[0]
      })
      await expectPauses(world, process, ACCOUNTS[side])
    },
    180_000,
  )
})

const pausesOf = (process: RunningProcess) =>
  logLines(process).flatMap(({ msg, code }) => (msg.startsWith('delivery paused') ? [code] : []))

/** Delivery waits with the code of each row, and then counts the event that came meanwhile. */
async function expectPauses(world: FaultyWorld, process: RunningProcess, rows: readonly Row[]): Promise<void> {
  const [contact = ''] = await listContacts(world.env.INTERCOM_BASE_URL)
  const { webhook = '' } = await process.firstOutput
  expect(await postSigned(webhook, replyNotification(0, contact))).toBe(true)
  const isCounted = () => world.klaviyoSandbox.events().length > 0
  await waitUntil('the event is counted', isCounted, 90_000).catch(() => undefined)
  expectCodes(pausesOf(process), rows)
  expect(world.klaviyoSandbox.events().length).toBe(1)
  expect(await process.kill('SIGTERM')).toBe(0)
}

interface LogLine {
  readonly msg: string
  readonly code?: string
}

const logLines = (process: RunningProcess): LogLine[] =>
  process
    .log()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : []))

function expectCodes(logged: readonly (string | undefined)[], rows: readonly Row[]): void {
  const expected = rows.map((row, at) => codes(row).find((code) => code === logged[at]) ?? codes(row)[0])
  expect(logged.slice(0, rows.length)).toEqual(expected)
}

/** The events of a run that nothing disturbs are those of this one. */
async function expectSame(world: FaultyWorld, args: readonly string[]): Promise<void> {
  const keys = () =>
    world.klaviyoSandbox
      .events()
      .map(({ key }) => key)
      .sort()
  const disturbed = keys()
  world.intercom.misbehave(() => undefined)
  world.klaviyo.misbehave(() => undefined)
  const again = run(args, world, await liveStore())
  expect(await again.exitCode).toBe(0)
  expect(keys()).toEqual(disturbed)
  expect(new Set(disturbed).size).toBe(disturbed.length)
  expect(disturbed.length).toBeGreaterThan(50)
}
