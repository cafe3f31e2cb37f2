/** The disk of the store is full or read-only, or its file is not one of ours: a sentence, nothing lost, and on it goes. Real processes, a real disk. */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { record } from '../../runtime/conformance/contracts/store/fixtures.ts'
import { openEngine } from '../../runtime/store/sqlite/engine.ts'
import { MIGRATIONS } from '../../runtime/store/sqlite/migrations.ts'
import { sqliteStore } from '../../runtime/store/sqlite/store.ts'
import { systemClock } from '../../runtime/system.ts'
import { createLoopDisk, skipReason, whyNoLoopDisk } from '../helpers/processes/loop-disk.ts'
import {
  createCleanup,
  KEY,
  postSigned,
  SECRET,
  startProcess,
  startSandbox,
  TOKEN,
  temporaryFolder,
  waitUntil,
} from '../helpers/processes/processes.ts'
import { findContact, replyNotification } from '../helpers/processes/replies.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const skipped = skipReason(whyNoLoopDisk())

/** Settings for a process that ends before it needs any server. */
const NO_SERVER = {
  INTERCOM_ACCESS_TOKEN: TOKEN,
  INTERCOM_CLIENT_SECRET: SECRET,
  KLAVIYO_API_KEY: KEY,
  INTERCOM_BASE_URL: 'http://127.0.0.1:9',
  KLAVIYO_BASE_URL: 'http://127.0.0.1:9',
}

async function startOn(file: string) {
  const process = startProcess(
    ['start', '--port', '0', '--json'],
    { ...NO_SERVER, CONNECTOR_STORE: `sqlite:${file}` },
    closing,
  )
  const started = process.firstOutput.then(
    () => 'started',
    () => 'refused',
  )
  const what = await started
  const exit = what === 'started' ? await process.kill('SIGTERM') : await process.exitCode
  return { what, exit, log: process.log() }
}

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** A store with a record, closed. */
async function makeStore(file: string): Promise<void> {
  const store = await sqliteStore(file, { clock: systemClock })
  await store.append(Array.from({ length: 50 }, (_, n) => record(`r${n}`, { body: 'x'.repeat(4_000) })))
  await store.close()
}

async function execute(file: string, sql: string): Promise<void> {
  const engine = await openEngine(file)
  engine.exec(sql)
  engine.close()
}

interface BadFile {
  readonly what: string
  readonly make: (file: string) => Promise<void> | void
  /** Undefined: it starts. */
  readonly says?: RegExp
}

const FILES: readonly BadFile[] = [
  {
    what: 'cut off',
    make: async (file) => {
      await makeStore(file)
      truncateSync(file, 100_000)
    },
    says: /damaged, cut off, or not a store: restore it from a backup/,
  },
  { what: 'a text', make: (file) => writeFileSync(file, 'a text\n'.repeat(1_000)), says: /not a store/ },
  {
    what: 'of a newer version',
    make: async (file) => {
      await makeStore(file)
      await execute(file, 'PRAGMA user_version = 99')
    },
    says: /a newer version of this program wrote the store file: run that version/,
  },
  {
    what: 'of another program',
    make: (file) => execute(file, 'CREATE TABLE moz_places (id INTEGER); INSERT INTO moz_places VALUES (1)'),
    says: /database of another program; nothing was written. Use another path/,
  },
  {
    what: 'of another program that counts versions, too',
    make: (file) => execute(file, 'CREATE TABLE records (id INTEGER); PRAGMA user_version = 3'),
    says: /database of another program/,
  },
  { what: 'a folder', make: (file) => void mkdirSync(file), says: /cannot be (opened|created).+check its path/ },
  { what: 'empty', make: (file) => writeFileSync(file, '') },
]

test.each(FILES)('a store file that is $what', async ({ make, says }) => {
  const file = join(temporaryFolder(closing), 'store.db')
  await make(file)
  const isFile = says !== undefined && existsSync(file) && !says.source.includes('opened')
  const before = isFile ? hashOf(file) : undefined
  const { what, exit, log } = await startOn(file)
  if (says === undefined) return expect([what, exit]).toEqual(['started', 0])
  expect(log).toMatch(says)
  expect([what, exit]).toEqual(['refused', 2])
  // One sentence for an operator, no stack.
  expect(log).not.toMatch(/ at .+:\d+:\d+/)
  if (isFile) expect(hashOf(file)).toBe(before)
})

describe.skipIf(skipped)('a full or read-only disk', () => {
  test('while webhooks come: 503, and the same process goes on when there is space again', async () => {
    const disk = createLoopDisk(closing)
    const { klaviyo, env } = await startSandbox(closing, { conversations: 5, tickets: 5, limits: false })
    const contact = await findContact(env.INTERCOM_BASE_URL)
    const settings = { ...env, CONNECTOR_STORE: `sqlite:${disk.folder}/store.db` }
    const process = startProcess(['start', '--port', '0', '--json'], settings, closing)
    const { webhook = '', url = '' } = await process.firstOutput
    const acknowledged = new Set<number>()
    let n = 0
    const send = async (count: number) => {
      const numbers = Array.from({ length: count }, () => n++)
      const taken = await Promise.all(numbers.map((one) => postSigned(webhook, replyNotification(one, contact))))
      for (const [at, one] of numbers.entries()) if (taken[at]) acknowledged.add(one)
      return taken.filter(Boolean).length
    }
    expect(await send(20)).toBe(20)
    disk.fill()
    await waitUntil('the log takes no more', async () => (await send(20)) === 0)
    const status = async (path: string) => fetch(new URL(path, url)).then(async (it) => [it.status, await it.text()])
    expect(await status('/healthz')).toEqual([200, 'ok\n'])
    expect(await status('/readyz')).toEqual([503, expect.stringContaining('the disk of the store is full')])
    expect(process.log()).toMatch(
      /webhook not stored: the disk of the store is full; nothing was written. Free some space/,
    )
    disk.empty()
    expect(await send(20)).toBe(20)
    const arrived = () => klaviyo.events({ metric: 'Replied to Conversation' }).map(({ key }) => key)
    await waitUntil('all arrive', () => arrived().length >= acknowledged.size)
    expect(new Set(arrived()).size).toBe(arrived().length)
    expect(await process.kill('SIGTERM')).toBe(0)
  }, 60_000)

  test('during an import: it waits, and ends with the same events', async () => {
    const disk = createLoopDisk(closing)
    const size = { conversations: 300, tickets: 150, limits: false, now: systemClock.now() }
    const whole = await startSandbox(closing, size)
    const other = `sqlite:${join(temporaryFolder(closing), 'store.db')}`
    expect(await startProcess(['backfill', '--json'], { ...whole.env, CONNECTOR_STORE: other }, closing).exitCode).toBe(
      0,
    )

    const { klaviyo, intercom, env } = await startSandbox(closing, size)
    const settings = { ...env, CONNECTOR_STORE: `sqlite:${disk.folder}/store.db` }
    const importing = startProcess(['backfill', '--json'], settings, closing)
    await waitUntil('it reads', () => (intercom.calls()['POST /conversations/search'] ?? 0) > 0)
    disk.fill()
    await waitUntil('it waits', () =>
      importing.log().includes('store unavailable, retrying: the disk of the store is full'),
    )
    disk.empty()
    expect(await importing.exitCode).toBe(0)
    const keys = (of: typeof klaviyo) =>
      of
        .events()
        .map(({ key }) => key)
        .sort()
    expect(keys(klaviyo)).toEqual(keys(whole.klaviyo))
  }, 60_000)

  test('at a start, a migration and a stop: a sentence, the file as it was, and it starts once there is space', async () => {
    const disk = createLoopDisk(closing)
    const file = join(disk.folder, 'store.db')
    disk.fill()
    const fresh = await startOn(file)
    expect([fresh.exit, fresh.log]).toEqual([2, expect.stringContaining('the disk of the store is full')])
    disk.empty()
    expect(await startOn(file)).toMatchObject({ what: 'started', exit: 0 })

    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
    await execute(file, `${MIGRATIONS.slice(0, 3).join('')}; PRAGMA user_version = 3`)
    const copy = join(temporaryFolder(closing), 'copy.db')
    copyFileSync(file, copy)
    disk.fill()
    const older = await startOn(file)
    expect([older.exit, older.log]).toEqual([2, expect.stringContaining('the disk of the store is full')])
    expect(hashOf(file)).toBe(hashOf(copy))
    disk.empty()
    expect(await startOn(file)).toMatchObject({ what: 'started', exit: 0 })

    const settings = { ...NO_SERVER, CONNECTOR_STORE: `sqlite:${file}` }
    const running = startProcess(['start', '--port', '0', '--json'], settings, closing)
    const { webhook = '' } = await running.firstOutput
    expect(await postSigned(webhook, replyNotification(1, '1'))).toBe(true)
    // The log cannot be moved into the file.
    disk.fill()
    expect(await running.kill('SIGTERM')).toBe(0)
    disk.empty()
    const store = await sqliteStore(file, { clock: systemClock })
    expect(await store.trace('notif_1')).toHaveLength(1)
    await store.close()
  }, 60_000)

  test('read-only: a sentence, and it starts once it is writable', async () => {
    const disk = createLoopDisk(closing)
    const file = join(disk.folder, 'store.db')
    expect(await startOn(file)).toMatchObject({ what: 'started' })
    disk.setReadOnly(true)
    const refused = await startOn(file)
    expect([refused.exit, refused.log]).toEqual([2, expect.stringMatching(/read-only|cannot be created \(EROFS\)/)])
    disk.setReadOnly(false)
    expect(await startOn(file)).toMatchObject({ what: 'started', exit: 0 })
  }, 60_000)
})
