/** kill -9 under load: every acknowledged webhook arrives, and none arrives twice. Real processes, real sockets. */
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock, systemRandom } from '../../runtime/system.ts'
import {
  createCleanup,
  postSigned,
  startProcess,
  startSandbox,
  temporaryFolder,
  waitUntil,
} from '../helpers/processes/processes.ts'
import { findContact, replyNotification } from '../helpers/processes/replies.ts'

const closing = createCleanup()
afterEach(() => closing.close())

test('live: every acknowledged webhook arrives once, over three kills', async () => {
  const { intercom, klaviyo, env } = await startSandbox(closing)
  const store = `sqlite:${join(temporaryFolder(closing), 'store.db')}`
  const contact = await findContact(env.INTERCOM_BASE_URL)
  const acknowledged = new Set<number>()
  let n = 0

  for (let round = 0; round < 4; round++) {
    const process = startProcess(['start', '--port', '0', '--store', store, '--json'], env, closing)
    const { webhook } = await process.firstOutput
    const last = round === 3
    const stop = systemClock.now() + (last ? 500 : 400 + systemRandom() * 800)
    const sending = Array.from({ length: 16 }, async () => {
      while (systemClock.now() < stop + 50) {
        const mine = n++
        if (await postSigned(webhook ?? '', replyNotification(mine, contact))) acknowledged.add(mine)
      }
    })
    await systemClock.sleep(stop - systemClock.now())
    if (!last) await process.kill('SIGKILL')
    await Promise.all(sending)
    if (last) {
      await waitUntil(
        'all arrive',
        () => acknowledged.size === recorded().filter((id) => acknowledged.has(id)).length,
        60_000,
      )
      expect(await process.kill('SIGTERM')).toBe(0)
    }
  }

  function recorded(): number[] {
    return klaviyo
      .events({ metric: 'Replied to Conversation' })
      .map(({ key }) => Number(key?.split(':').at(-1)) - 9_000_000)
  }
  expect(acknowledged.size).toBeGreaterThan(40) // fewer would prove nothing
  expect(new Set(recorded()).size).toBe(recorded().length)
  expect(intercom.calls()['GET /contacts/{id}']).toBeGreaterThan(0)
}, 120_000)

test('history: an import killed repeatedly resumes, and sends the same events as one run', async () => {
  const now = systemClock.now()
  // Without limits: records whose try was cut off leave in small requests, which the limits of bulk requests would delay.
  const size = { conversations: 2_000, tickets: 800, now, limits: false }
  const whole = await startSandbox(closing, size)
  const folder = temporaryFolder(closing)
  const once = startProcess(
    ['backfill', '--json'],
    { ...whole.env, CONNECTOR_STORE: `sqlite:${join(folder, 'whole.db')}` },
    closing,
  )
  expect(await once.exitCode).toBe(0)

  const broken = await startSandbox(closing, size)
  const env = { ...broken.env, CONNECTOR_STORE: `sqlite:${join(folder, 'broken.db')}` }
  let kills = 0
  for (let ended = false; !ended; ) {
    const process = startProcess(['backfill', '--json'], env, closing)
    // Printed once the import is done: the next command would begin another one, and read everything again.
    let isReported = false
    const noteReport = () => {
      isReported = true
    }
    process.firstOutput.then(noteReport, () => undefined)
    const fuse =
      kills < 4
        ? systemClock.sleep(700 + systemRandom() * 1_000).then(() => 'fuse' as const)
        : new Promise<never>(() => undefined)
    if ((await Promise.race([process.exitCode, fuse])) === 'fuse' && !isReported) {
      await process.kill('SIGKILL')
      kills++
    } else {
      ended = true
      expect(await process.exitCode).toBe(0)
    }
  }
  const keys = (klaviyo: typeof whole.klaviyo) =>
    klaviyo
      .events()
      .map(({ key }) => key)
      .sort()
  expect(kills).toBeGreaterThan(0)
  expect(keys(broken.klaviyo)).toEqual(keys(whole.klaviyo))
  expect(broken.klaviyo.summary().flowTriggering).toBe(0)
  // Each page is read once, apart from the one in flight at each kill.
  const searches = (calls: Readonly<Record<string, number>>) => calls['POST /conversations/search'] ?? 0
  expect(searches(broken.intercom.calls())).toBeLessThanOrEqual(searches(whole.intercom.calls()) + 3 * kills)
}, 180_000)
