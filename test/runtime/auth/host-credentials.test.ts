/** Credentials in a host's vault: rotated in flight, refreshed by the host or by us, withdrawn, and a vault that fails. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import type { ConnectorOptions, HostLogin, OauthTokens } from '../../../connector/options.ts'
import { createHostAuth } from '../../../runtime/auth/create-host-auth.ts'
import { toRequestAuth } from '../../../runtime/auth/side.ts'
import type { DeliveryGate } from '../../../runtime/ports/auth.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import type { SourceRecord } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createSourceSide } from '../../../runtime/yaml-connector/sides.ts'
import {
  CLIENT_ENV,
  completeSetup,
  createAuthHarness,
  INTERCOM,
  KEY,
  KLAVIYO,
  SIGNING,
  spec,
  TOKEN,
} from '../../helpers/auth.ts'
import { createHostVault } from '../../helpers/host-vault.ts'

const settings = { intercomBaseUrl: INTERCOM, klaviyoBaseUrl: KLAVIYO }

function open(it: ReturnType<typeof createAuthHarness>, options: Partial<ConnectorOptions> = {}) {
  const { clock, fetch, logger, store } = it
  const secrets = { intercomAccessToken: TOKEN, intercomClientSecret: SIGNING, klaviyoApiKey: KEY, ...options.secrets }
  const parts = { clock, fetch, logger, random: () => 0.5, settings }
  return connectorFromSpec(spec, options.store ?? store, { ...parts, ...options, secrets })
}

let next = 1
/** A webhook of a conversation of a contact with an address. */
async function webhook(it: ReturnType<typeof createAuthHarness>, secret = SIGNING, workspace = 'sandbox1') {
  const contact = await anyContact(it.intercom.fetch)
  const created_at = Math.floor(it.clock.now() / 1000)
  const item = {
    type: 'conversation',
    id: `${7000 + next}`,
    created_at,
    source: { type: 'conversation', author: { type: 'user', id: contact } },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] },
  }
  const about = { type: 'notification_event', app_id: workspace, topic: 'conversation.user.created', created_at }
  const body = JSON.stringify({ ...about, id: `n${next++}`, data: { type: 'notification_event_data', item } })
  const headers = { 'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}` }
  return { method: 'POST', headers, body }
}

async function anyContact(fetch: Fetch): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` }
  const page = await fetch(new Request(`${INTERCOM}/contacts?per_page=50`, { headers }))
  const { data } = (await page.json()) as { data: { id: string; email: string | null }[] }
  return data.find(({ email }) => email?.includes('@mail.'))?.id ?? ''
}

describe('a signing secret read by a function', () => {
  test('is cached, and read again when a signature is wrong: a rotation loses no webhook', async () => {
    const it = createAuthHarness()
    let [secret, reads] = ['first', 0]
    const read = async () => {
      reads += 1
      return secret
    }
    const { receive } = open(it, { secrets: { intercomClientSecret: read } })
    const status = async (by: string) => (await receive(await webhook(it, by))).status
    expect([await status('first'), await status('first'), reads]).toEqual([200, 200, 1])
    await it.clock.advance(6_000)
    secret = 'second'
    expect([await status('second'), reads]).toEqual([200, 2])
    expect(await status('first')).toBe(401)
  })

  test('strangers cannot make it be read more often than every five seconds', async () => {
    const it = createAuthHarness()
    let reads = 0
    const read = () => {
      reads += 1
      return 'ours'
    }
    const { receive } = open(it, { secrets: { intercomClientSecret: read } })
    for (let i = 0; i < 50; i++) expect((await receive(await webhook(it, 'theirs'))).status).toBe(401)
    await it.clock.advance(5_000)
    for (let i = 0; i < 50; i++) expect((await receive(await webhook(it, 'theirs'))).status).toBe(401)
    expect(reads).toBeLessThanOrEqual(3)
  })

  test('a withdrawn one verifies for a minute at most', async () => {
    const it = createAuthHarness()
    let secret: readonly string[] = ['old', 'new']
    const { receive } = open(it, { secrets: { intercomClientSecret: () => secret } })
    expect((await receive(await webhook(it, 'old'))).status).toBe(200)
    secret = ['new']
    await it.clock.advance(60_000)
    expect((await receive(await webhook(it, 'old'))).status).toBe(401)
    expect((await receive(await webhook(it, 'new'))).status).toBe(200)
  })

  test('while the vault fails, the last one serves; without one the webhook is sent again', async () => {
    const it = createAuthHarness()
    let broken = true
    const read = () => {
      if (broken) throw Object.assign(new TypeError(`no route to vault?token=${TOKEN}`), { code: 'EVAULT' })
      return 'ours'
    }
    const { receive } = open(it, { secrets: { intercomClientSecret: read } })
    expect((await receive(await webhook(it, 'ours'))).status).toBe(503)
    expect(it.logger.lines.join('\n')).toContain('the credentials could not be read (TypeError EVAULT)')
    expect(it.logger.lines.join('\n')).not.toContain(TOKEN)
    broken = false
    expect((await receive(await webhook(it, 'ours'))).status).toBe(200)
    broken = true
    await it.clock.advance(600_000)
    expect((await receive(await webhook(it, 'ours'))).status).toBe(200)
  })
})

describe('a key read by a function', () => {
  test('is read again after a 401, and the request is sent again with the new one', async () => {
    const it = createAuthHarness()
    let [key, reads] = ['pk_rotated_away_0123', 0]
    const read = async () => {
      reads += 1
      return key
    }
    const connector = open(it, { secrets: { klaviyoApiKey: read } })
    expect((await connector.receive(await webhook(it))).status).toBe(200)
    const working = it.clock.until(connector.work({ until: 'idle' }))
    key = KEY
    await working
    await it.clock.advance(120_000)
    expect(await it.clock.until(connector.work({ until: 'idle' }))).toMatchObject({ ended: 'idle', remaining: 0 })
    expect(it.klaviyo.summary().events).toBe(1)
    expect(reads).toBeLessThan(8)
  })

  test('of another account pauses delivery', async () => {
    const it = createAuthHarness()
    const other = createAuthHarness({ workspace: 'other999' })
    let token = TOKEN
    const fetch: Fetch = (request) =>
      request.headers.get('authorization') === 'Bearer other-token-0123'
        ? other.fetch(new Request(request, { headers: { authorization: `Bearer ${TOKEN}` } }))
        : it.fetch(request)
    const connector = open(it, { fetch, secrets: { intercomAccessToken: () => token } })
    await it.clock.until(connector.work({ until: 'idle' }))
    token = 'other-token-0123'
    await it.clock.advance(61_000)
    await connector.receive(await webhook(it))
    await it.clock.until(connector.work({ until: 'idle' }))
    expect(it.klaviyo.summary().events).toBe(0)
    const [entry] = await it.store.listUnsettled({ limit: 1 })
    expect(entry?.outcome).toMatchObject({ status: 'deferred', fault: { code: 'intercom/account-mismatch' } })
  })
})

describe('OAuth tokens in the vault of a host', () => {
  const start = async () => {
    const it = createAuthHarness()
    const vault = await createHostVault(it)
    const connect = (login: Partial<HostLogin>) =>
      open(it, { store: memoryStore({ clock: it.clock }), logins: { klaviyo: { read: vault.read, ...login } } })
    const client = { id: CLIENT_ENV.KLAVIYO_CLIENT_ID, secret: CLIENT_ENV.KLAVIYO_CLIENT_SECRET }
    const deliver = async (connector: ReturnType<typeof open>) => {
      expect((await connector.receive(await webhook(it))).status).toBe(200)
      return it.clock.until(connector.work({ until: 'idle' }))
    }
    return { it, vault, connect, client, deliver }
  }

  test('deliver', async () => {
    const { it, connect, deliver } = await start()
    expect(await deliver(connect({}))).toMatchObject({ ended: 'idle', remaining: 0 })
    expect(it.klaviyo.summary().events).toBe(1)
  })

  test('the host refreshes them: asked when they expire, and when they are rejected', async () => {
    const { it, vault, connect, deliver } = await start()
    const connector = connect({
      read: async (rejected) => (rejected === undefined ? vault.read() : vault.refresh()),
    })
    await deliver(connector)
    await it.clock.advance(3_600_000)
    expect(await deliver(connector)).toMatchObject({ ended: 'idle', remaining: 0 })
    expect(vault.refreshes).toBe(1)
    await it.clock.advance(30_000)
    it.klaviyo.oauth.expire('access')
    expect(await deliver(connector)).toMatchObject({ ended: 'idle', remaining: 0 })
    expect([vault.refreshes, it.klaviyo.summary().events]).toEqual([2, 3])
  })

  test('we refresh them: once for two processes, stored before the next use', async () => {
    const { it, vault, connect, client, deliver } = await start()
    const shared = memoryStore({ clock: it.clock })
    const both = [1, 2].map(() =>
      open(it, { store: shared, logins: { klaviyo: { read: vault.read, write: vault.write, client } } }),
    )
    expect(connect).toBeDefined()
    for (const connector of both) await deliver(connector)
    const before = it.klaviyo.oauth.refreshes()
    await it.clock.advance(3_600_000)
    for (const connector of both) for (let i = 0; i < 5; i++) await connector.receive(await webhook(it))
    await Promise.all(both.map((connector) => it.clock.until(connector.work({ until: 'idle' }))))
    expect([it.klaviyo.oauth.refreshes() - before, vault.writes, it.klaviyo.summary().events]).toEqual([1, 1, 12])
  })

  test('we refresh them: a vault that cannot store them now gets them later, and no refresh token is used twice', async () => {
    const { it, vault, connect, client, deliver } = await start()
    let broken = true
    const write = async (tokens: OauthTokens) => {
      if (broken) throw new Error('vault is read-only')
      return vault.write(tokens)
    }
    const connector = connect({ client, write })
    await deliver(connector)
    const before = it.klaviyo.oauth.refreshes()
    await it.clock.advance(3_600_000)
    expect(await deliver(connector)).toMatchObject({ remaining: 0 })
    await it.clock.advance(300_000)
    broken = false
    expect(await deliver(connector)).toMatchObject({ remaining: 0 })
    expect([vault.writes, it.klaviyo.oauth.refreshes() - before]).toEqual([1, 1])
    expect(vault.tokens).toMatchObject({ accessToken: expect.any(String) })
    expect(await deliver(connect({}))).toMatchObject({ remaining: 0 })
  })

  test('a grant that was revoked pauses nothing else: records wait, and go once the person has connected again', async () => {
    const { it, vault, connect, client, deliver } = await start()
    const connector = connect({ client, write: vault.write })
    await deliver(connector)
    const tokens = vault.tokens
    vault.tokens = { ...tokens, accessToken: 'void-0123', refreshToken: 'void-4567', expiresAt: it.clock.now() }
    await it.clock.advance(61_000)
    expect(await deliver(connector)).toMatchObject({ remaining: 1 })
    const text = it.logger.lines.join('\n')
    expect(text).toContain('have a person connect Klaviyo there again')
    for (const secret of ['void-0123', 'void-4567', tokens.accessToken]) expect(text).not.toContain(secret)
    vault.tokens = tokens
    await it.clock.advance(300_000)
    expect(await it.clock.until(connector.work({ until: 'idle' }))).toMatchObject({ ended: 'idle', remaining: 0 })
  })

  test('none in the vault: records wait for the person', async () => {
    const { connect, deliver } = await start()
    const report = await deliver(connect({ read: async () => undefined }))
    expect(report).toMatchObject({ ended: 'paused', remaining: 1 })
    expect(report).toMatchObject({ reason: expect.stringContaining('the host has no credentials of Klaviyo') })
  })
})

test('the gate of a host pauses delivery, and opens it again', async () => {
  const it = createAuthHarness()
  let reason: string | undefined = 'the trial has ended'
  const waiting = new Set<() => void>()
  const gate: DeliveryGate = {
    pausedReason: () => reason,
    waitForChange: (signal) =>
      new Promise((resolve) => {
        waiting.add(resolve)
        signal.addEventListener('abort', () => resolve())
      }),
  }
  const connector = open(it, { gate })
  expect((await connector.receive(await webhook(it))).status).toBe(200)
  const stop = new AbortController()
  const working = connector.work({ signal: stop.signal })
  await it.clock.advance(10_000)
  expect([connector.gate.pausedReason(), it.klaviyo.summary().events]).toEqual([reason, 0])
  reason = undefined
  for (const wake of waiting) wake()
  await it.clock.advance(10_000)
  expect(it.klaviyo.summary().events).toBe(1)
  stop.abort()
  await it.clock.until(working)
})

describe('accounts that the host names', () => {
  test('pin the store from the first start: no webhook of another workspace is ever stored', async () => {
    const it = createAuthHarness()
    const connector = open(it, { workspace: 'sandbox1' })
    expect((await connector.receive(await webhook(it, SIGNING, 'other999'))).status).toBe(200)
    expect((await it.store.backlog('live')).records).toBe(0)
    expect((await connector.receive(await webhook(it))).status).toBe(200)
    expect((await it.store.backlog('live')).records).toBe(1)
    expect(await it.store.readCheckpoint('workspace')).toBe('sandbox1')
    expect(it.asked).toEqual([])
  })

  test('a store of other accounts receives and delivers nothing', async () => {
    for (const named of [{ workspace: 'other999' }, { account: 'XyZ123' }]) {
      const it = createAuthHarness()
      await it.clock.until(open(it).work({ until: 'idle' }))
      const connector = open(it, named)
      expect((await connector.receive(await webhook(it))).status).toBe(503)
      const report = await it.clock.until(connector.work({ until: 'idle' }))
      expect(report).toMatchObject({ ended: 'paused', reason: expect.stringContaining(`\`${Object.keys(named)[0]}\``) })
    }
  })

  test('credentials of others pause delivery', async () => {
    const it = createAuthHarness({ workspace: 'other999' })
    const report = await it.clock.until(open(it, { workspace: 'sandbox1' }).work({ until: 'idle' }))
    expect(report).toMatchObject({
      ended: 'paused',
      reason: expect.stringContaining('this store belongs to another account'),
    })
  })
})

describe('a delivery for a host with a queue of its own', () => {
  async function record(it: ReturnType<typeof createAuthHarness>): Promise<SourceRecord> {
    const store = memoryStore({ clock: it.clock })
    await open(it, { store }).receive(await webhook(it))
    const [leased] = await store.lease({ lane: 'live', limit: 1, leaseMs: 1_000 })
    if (leased === undefined) throw new Error('no record')
    return leased
  }

  test.each(['/contacts/', '/api/events'])(
    'ends within its time limit while %s hangs, and is deferred',
    async (path) => {
      let hangs = true
      const it = createAuthHarness({
        instead: async ({ url }) => (hangs && url.includes(path) ? new Promise<never>(() => undefined) : undefined),
      })
      const connector = open(it)
      const one = await record(it)
      const at = it.clock.now()
      const outcome = await it.clock.until(connector.deliver(one, { timeLimit: 700 }))
      expect(it.clock.now() - at).toBeLessThanOrEqual(800)
      expect(outcome).toMatchObject({
        status: 'deferred',
        fault: { kind: 'transient', code: expect.stringContaining('stopped') },
      })
      hangs = false
      expect(await it.clock.until(connector.deliver(one, { timeLimit: 60_000 }))).toMatchObject({ status: 'delivered' })
      expect(it.klaviyo.summary()).toMatchObject({ events: 1, duplicates: 0 })
    },
  )

  test('ends when its signal aborts, and does not begin if it has', async () => {
    const it = createAuthHarness({
      instead: async ({ url }) => (url.includes('/api/events') ? new Promise<never>(() => undefined) : undefined),
    })
    const connector = open(it)
    const stop = new AbortController()
    const delivering = connector.deliver(await record(it), { signal: stop.signal })
    await it.clock.advance(50)
    stop.abort()
    expect(await it.clock.until(delivering)).toMatchObject({ status: 'deferred' })
    await it.clock.advance(1_000)
    expect(it.logger.lines.filter((line) => line.includes('record deferred'))).toHaveLength(1)
    const before = it.asked.length
    expect(await connector.deliver(await record(it), { signal: stop.signal })).toMatchObject({
      status: 'deferred',
      fault: { code: 'delivery/stopped' },
    })
    expect(it.asked.slice(before).filter((line) => line.includes(KLAVIYO))).toEqual([])
  })
})

test('what the fetch of a host throws is told by its name, without address and secret', async () => {
  const it = createAuthHarness()
  class QuotaExceeded extends Error {
    override readonly name = 'QuotaExceeded'
    readonly code = 'E_QUOTA'
  }
  const fetch: Fetch = async (request) => {
    if (!request.url.includes('/api/events')) return it.fetch(request)
    throw new QuotaExceeded(`${request.url}?key=${KEY}`)
  }
  const connector = open(it, { fetch })
  await connector.receive(await webhook(it))
  await it.clock.until(connector.work({ until: 'idle' }))
  const [entry] = await it.store.listUnsettled({ limit: 1 })
  expect(entry?.outcome).toMatchObject({
    status: 'deferred',
    fault: { kind: 'transient', code: 'klaviyo/network', message: expect.stringContaining('(QuotaExceeded E_QUOTA)') },
  })
  expect(`${JSON.stringify(entry)}${it.logger.lines.join()}`).not.toContain(KEY)
  expect(completeSetup).toBeDefined()
})

test('a key in a header of another name is known again when it is rejected: it is not sent twice', async () => {
  const it = createAuthHarness()
  const keyAuth = { scheme: 'header', key: 'token', header: 'X-Api-Key', prefix: '' } as const
  const side = createSourceSide({ source: { ...spec.source, keyAuth } }, { ...CLIENT_ENV })
  const parts = { ...it, random: () => 0.5 }
  const key = (name: string) => ({ kind: 'key', key: name }) as const
  const [ours, other] = [key('ours'), key('other')].map((one) => toRequestAuth(side, one))
  const auth = createHostAuth(side, { source: key('ours') }, parts)
  const { signal } = new AbortController()
  expect(ours?.headers).toEqual({ 'X-Api-Key': 'ours' })
  expect(ours && (await auth.refresh(ours, signal))).toBe(false)
  expect(other && (await auth.refresh(other, signal))).toBe(true)
})

describe('many tenants with the credentials of one account', () => {
  test('ask for the account once: the request has a limit of fifteen a minute', async () => {
    const asked: string[] = []
    const it = createAuthHarness({
      instead: async ({ url }) => void (url.includes('/api/accounts') && asked.push(url)),
    })
    const tenants = Array.from({ length: 50 }, () => open(it, { store: memoryStore({ clock: it.clock }) }))
    const stop = new AbortController()
    for (const tenant of tenants) await tenant.receive(await webhook(it))
    const working = tenants.map((tenant) => tenant.work({ signal: stop.signal }))
    await it.clock.advance(30_000)
    const delivered = await Promise.all(tenants.map(async ({ store }) => (await store.tallies()).length))
    expect(delivered.filter((count) => count > 0)).toHaveLength(50)
    expect(asked).toHaveLength(1)
    stop.abort()
    await it.clock.until(Promise.all(working))
  })
})
