/** Delivery when credentials are revoked: it pauses, loses nothing and resumes; and credentials on disk. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createConnectorConnections } from '../../../connector/auth.ts'
import { connectorFromSpec } from '../../../connector/index.ts'
import { keyFromFile } from '../../../runtime/auth/encryption-key.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { systemClock } from '../../../runtime/system.ts'
import {
  type AuthHarness,
  CLIENT_ENV,
  completeSetup,
  connectByOauth,
  createAuthHarness,
  INTERCOM,
  KEY,
  KLAVIYO,
  never,
  spec,
  TOKEN,
} from '../../helpers/auth.ts'

/** A world whose webhooks reach a running connector. */
async function delivering() {
  let take: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 })
  const it = createAuthHarness({ webhook: (request) => take(request) })
  const account = await completeSetup(it)
  const { clock, fetch, logger, store } = it
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random: () => 0.5, connections: account })
  take = connector.receive
  const stop = new AbortController()
  const working = connector.work({ signal: stop.signal })
  const end = () => {
    stop.abort()
    return working
  }
  return { it, account, connector, end }
}

const events = (it: AuthHarness) => it.klaviyo.summary().events
const waiting = async (it: AuthHarness) => (await it.store.backlog('live')).records

test('a revoked grant pauses delivery; a new connection resumes it without loss', async () => {
  const { it, account, end } = await delivering()
  const act = async (times: number) => {
    for (let n = 0; n < times; n++) await it.clock.until(it.intercom.act())
    await it.clock.advance(5_000)
  }
  await act(10)
  const before = events(it)
  expect([before > 0, await waiting(it)]).toEqual([true, 0])

  it.klaviyo.oauth.expire('grants')
  await it.clock.advance(3_600_000)
  await act(10)
  const held = await waiting(it)
  expect([held > 0, events(it)]).toEqual([true, before])
  expect(account.gate.pausedReason()).toContain('connect it again')
  const said = it.logger.lines.length
  await it.clock.advance(600_000)
  expect([await waiting(it), it.logger.lines.length]).toEqual([held, said])

  await connectByOauth(it, account, 'destination')
  await it.clock.advance(120_000)
  expect([await waiting(it), await it.store.countDeadLetters()]).toEqual([0, 0])
  expect(events(it)).toBeGreaterThan(before)
  await it.clock.until(end())
})

test('a token revoked without notice pauses delivery, with one log line, until a new connection', async () => {
  const { it, account, end } = await delivering()
  const uninstall = () => it.intercom.fetch(new Request(`${INTERCOM}/sandbox/uninstall`, { method: 'POST' }))
  await it.clock.until(uninstall())
  for (let n = 0; n < 10; n++) await it.clock.until(it.intercom.act())
  await it.clock.advance(60_000)
  const held = await waiting(it)
  expect(held).toBeGreaterThan(0)
  expect(account.gate.pausedReason()).toBe('Intercom rejected the access token: connect it again in the console')
  expect((await account.setup.view()).source.problem).toContain('connect it again')
  const said = it.logger.lines.filter((line) => line.includes('delivery paused: Intercom'))
  const asked = it.asked.length
  await it.clock.advance(600_000)
  expect([said.length, await waiting(it)]).toEqual([1, held])
  expect(it.asked.slice(asked)).toEqual(new Array(10).fill(`GET ${INTERCOM}/me`))

  await connectByOauth(it, account, 'source')
  await it.clock.advance(120_000)
  expect([account.gate.pausedReason(), await waiting(it), await it.store.countDeadLetters()]).toEqual([undefined, 0, 0])
  expect(events(it)).toBeGreaterThan(0)
  await it.clock.until(end())
})

test('a single 401 does not pause delivery, and credentials restored at the side resume it', async () => {
  const it = createAuthHarness()
  const account = await it.open({ INTERCOM_ACCESS_TOKEN: TOKEN, KLAVIYO_API_KEY: KEY })
  const login = await account.source.current(never)
  expect(await account.source.refresh(login, never)).toBe(false)
  expect(account.gate.pausedReason()).toBeUndefined()

  let unknown = true
  const fetch: Fetch = async (request) => (unknown ? Response.json({}, { status: 401 }) : it.fetch(request))
  const other = await it.open({ INTERCOM_ACCESS_TOKEN: TOKEN, KLAVIYO_API_KEY: KEY }, { fetch })
  expect(await other.source.refresh(login, never)).toBe(false)
  expect(other.gate.pausedReason()).toContain('change them there and restart')
  unknown = false
  const open = async () => {
    while (other.gate.pausedReason() !== undefined) await other.gate.waitForChange(never)
  }
  await it.clock.until(open())
  expect(await other.source.current(never)).toEqual(login)
})

test('an import is refused before set-up is finished', async () => {
  const it = createAuthHarness()
  const account = await it.open()
  const { clock, fetch, logger, store } = it
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, connections: account })
  const begin = connector.backfill({ signal: never })[Symbol.asyncIterator]().next()
  await expect(begin).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('setup is not finished'),
  })
})

test('no token on disk is readable, a restart reads them, and without the key the reason is reported', async () => {
  const it = createAuthHarness()
  const folder = await mkdtemp(join(tmpdir(), 'account-'))
  try {
    const path = join(folder, 'store.db')
    const open = async () => {
      const store = await sqliteStore(path, { clock: systemClock })
      const env = { ...CLIENT_ENV, INTERCOM_BASE_URL: INTERCOM, KLAVIYO_BASE_URL: KLAVIYO }
      const { clock, fetch, logger } = it
      const parts = {
        spec,
        env,
        store,
        encryptionKey: keyFromFile(`${path}.key`),
        fetch,
        clock,
        random: () => 0.5,
        logger,
      }
      return { store, account: await createConnectorConnections(parts) }
    }
    const first = await open()
    await first.account.setup.consent([])
    await connectByOauth(it, first.account, 'source')
    await connectByOauth(it, first.account, 'destination')
    await first.account.setup.finish()
    const tokens = [await first.account.source.current(never), await first.account.destination.current(never)]
    const secrets = tokens.map(({ headers }) => headers.Authorization?.slice('Bearer '.length) ?? '')
    for (const file of await readdir(folder)) {
      const text = await readFile(join(folder, file), 'latin1')
      for (const secret of secrets) expect(text.includes(secret), file).toBe(false)
    }
    await first.store.close()

    const second = await open()
    expect(second.account.gate.pausedReason()).toBeUndefined()
    expect(await second.account.source.current(never)).toEqual(tokens[0])
    await second.store.close()

    await rm(`${path}.key`)
    const third = await open()
    expect(third.account.gate.pausedReason()).toContain('encrypted with another key')
    expect((await third.account.setup.view()).source.problem).toContain('CONNECTOR_KEY')
    await connectByOauth(it, third.account, 'source')
    await connectByOauth(it, third.account, 'destination')
    expect(third.account.gate.pausedReason()).toBeUndefined()
    await third.store.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})
