/** One webhook URL serves every workspace that installs the app: only the pinned one reaches this store's Klaviyo. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { connectorFromSpec, intercomToKlaviyo } from '../../../connector/index.ts'
import type { Connections } from '../../../runtime/auth/connections.ts'
import type { Connector } from '../../../runtime/connector.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import type { SourceRecord } from '../../../runtime/ports/types.ts'
import {
  type AuthHarness,
  CLIENT_ENV,
  connectByOauth,
  createAuthHarness,
  INTERCOM,
  KEY,
  KLAVIYO,
  never,
  SIGNING,
  spec,
  TOKEN,
} from '../../helpers/auth.ts'

const OURS = 'sandbox1'
const THEIRS = 'other999'
const ENV = { INTERCOM_ACCESS_TOKEN: TOKEN, INTERCOM_CLIENT_SECRET: SIGNING, KLAVIYO_API_KEY: KEY }

interface Opened {
  readonly connector: Connector
  /** The steps of set-up that remain once webhooks are accepted. */
  finish(): Promise<void>
}

type Change = { readonly fetch?: Fetch; readonly key?: string }

const over = ({ store, clock, fetch, logger }: AuthHarness, account: Connections, change: Pick<Change, 'fetch'> = {}) =>
  connectorFromSpec(spec, store, { clock, fetch, logger, random: () => 0.5, connections: account, ...change })

async function byEnvironment(it: AuthHarness, change: Change = {}): Promise<Opened> {
  const { key = KEY, ...parts } = change
  const account = await it.open({ ...ENV, KLAVIYO_API_KEY: key }, parts)
  return { connector: over(it, account, parts), finish: async () => undefined }
}

async function byHost({ store, clock, logger, ...it }: AuthHarness, change: Change = {}): Promise<Opened> {
  const connector = await intercomToKlaviyo({
    secrets: { intercomAccessToken: TOKEN, intercomClientSecret: SIGNING, klaviyoApiKey: change.key ?? KEY },
    settings: { spec, intercomBaseUrl: INTERCOM, klaviyoBaseUrl: KLAVIYO },
    ...{ store, clock, logger, random: () => 0.5, fetch: change.fetch ?? it.fetch },
  })
  return { connector, finish: async () => undefined }
}

async function byPastedKeys(it: AuthHarness): Promise<Opened> {
  const account = await it.open({})
  await account.setup.consent([])
  await account.setup.connectWithKey('source', { key: TOKEN, signing: SIGNING }, never)
  const finish = async () => {
    await account.setup.connectWithKey('destination', { key: KEY }, never)
    await account.setup.finish()
  }
  return { connector: over(it, account), finish }
}

async function byOauth(it: AuthHarness): Promise<Opened> {
  const account = await it.open(CLIENT_ENV)
  await account.setup.consent([])
  const finish = async () => {
    await connectByOauth(it, account, 'source')
    await connectByOauth(it, account, 'destination')
    await account.setup.finish()
  }
  return { connector: over(it, account), finish }
}

async function byTokenAndPastedKey(it: AuthHarness): Promise<Opened> {
  const account = await it.open({ INTERCOM_ACCESS_TOKEN: TOKEN, INTERCOM_CLIENT_SECRET: SIGNING })
  await account.setup.consent([])
  const finish = async () => {
    await account.setup.connectWithKey('destination', { key: KEY }, never)
    await account.setup.finish()
  }
  return { connector: over(it, account), finish }
}

let sent = 0
const addressOf = (name: string) => `${name}@pin.example`

function signed(workspace: string, name: string): { body: string; request: Request } {
  const item = { type: 'contact', id: name, role: 'user', email: addressOf(name), tags: { data: [], has_more: false } }
  const about = { type: 'notification_event', app_id: workspace, topic: 'contact.user.created' }
  const body = JSON.stringify({ ...about, id: `n${++sent}`, created_at: 1_784_021_400, data: { item } })
  const headers = { 'X-Hub-Signature': `sha1=${createHmac('sha1', SIGNING).update(body).digest('hex')}` }
  return { body, request: new Request('http://connector.local/webhooks/intercom', { method: 'POST', body, headers }) }
}

const notify = async ({ connector }: Opened, workspace: string, name: string) =>
  (await connector.receive(signed(workspace, name).request)).status

/** Delivers for `ms`. */
async function work({ clock }: AuthHarness, { connector }: Opened, ms = 10_000): Promise<void> {
  const stop = new AbortController()
  const working = connector.work({ signal: stop.signal })
  await clock.advance(ms)
  stop.abort()
  await clock.until(working)
}

/** Runs an import to completion. Resolves to the end of its window and the number of events sent. */
async function importAll({ clock }: AuthHarness, { connector }: Opened): Promise<readonly number[]> {
  let last: readonly number[] = []
  const run = async () => {
    for await (const { window, eventsSent: sent } of connector.backfill({ signal: never })) last = [window.until, sent]
  }
  await clock.until(run())
  return last
}

const reached = ({ klaviyo }: AuthHarness, ...names: readonly string[]) =>
  names.filter((name) => klaviyo.profile(addressOf(name)) !== undefined)

const waiting = async ({ store }: AuthHarness) => (await store.backlog('live')).records

const SETUPS: readonly (readonly [string, (it: AuthHarness) => Promise<Opened>])[] = [
  ['credentials from the environment', byEnvironment],
  ['a library with secrets', byHost],
  ['pasted keys', byPastedKeys],
  ['OAuth', byOauth],
  ['a token from the environment and a pasted key', byTokenAndPastedKey],
]

describe.each(SETUPS)('set up by %s', (_, open) => {
  test('a webhook of another workspace never reaches Klaviyo, even if it comes first', async () => {
    const it = createAuthHarness()
    const opened = await open(it)
    expect(await notify(opened, THEIRS, 'eve')).toBe(200)
    expect(await notify(opened, OURS, 'ann')).toBe(200)
    await it.clock.until(opened.finish())
    await work(it, opened)
    expect(reached(it, 'ann', 'eve')).toEqual(['ann'])
    expect([await it.store.readCheckpoint('workspace'), await it.store.readCheckpoint('destination-account')]).toEqual([
      OURS,
      'SndBox',
    ])
    const [ended] = await it.store.trace('eve')
    expect(ended?.outcome).toMatchObject({ status: 'skipped', reason: 'foreign-workspace', events: [] })
    expect(ended).not.toHaveProperty('body')

    expect(await notify(opened, THEIRS, 'mallory')).toBe(200)
    expect(await it.store.trace('mallory')).toEqual([])
    expect(opened.connector.gate.pausedReason()).toBeUndefined()
  })

  test('a first webhook of another workspace does not set the end of our import', async () => {
    const it = createAuthHarness()
    const opened = await open(it)
    await notify(opened, THEIRS, 'eve')
    await it.clock.until(opened.finish())
    await it.clock.advance(86_400_000)
    const begun = it.clock.now()
    const [until, sent] = await importAll(it, opened)
    expect(until).toBeGreaterThanOrEqual(begun)
    expect(sent).toBeGreaterThan(0)
    expect(reached(it, 'eve')).toEqual([])
  })
})

const HOST_SETUPS = SETUPS.slice(0, 2) as unknown as readonly [
  string,
  (it: AuthHarness, change?: Change) => Promise<Opened>,
][]

describe.each(HOST_SETUPS)('with %s', (_, open) => {
  test('records wait while the source is unavailable and are delivered afterwards', async () => {
    let down = true
    const it = createAuthHarness({
      instead: async ({ url }) => (down && url === `${INTERCOM}/me` ? new Response(null, { status: 503 }) : undefined),
    })
    const opened = await open(it)
    await notify(opened, THEIRS, 'eve')
    await notify(opened, OURS, 'ann')
    await work(it, opened, 600_000)
    expect([await waiting(it), reached(it, 'ann', 'eve')]).toEqual([2, []])
    expect(opened.connector.gate.pausedReason()).toContain('503')
    expect(it.logger.lines.filter((line) => line.includes('delivery paused'))).toHaveLength(1)
    down = false
    await work(it, opened)
    expect([await waiting(it), reached(it, 'ann', 'eve')]).toEqual([0, ['ann']])
    expect(opened.connector.gate.pausedReason()).toBeUndefined()
    expect(await it.store.trace('ann')).toMatchObject([{ attempt: 1 }])
  })

  test('nothing is delivered from a source that does not name its account', async () => {
    const it = createAuthHarness({
      instead: async ({ url }) => (url === `${INTERCOM}/me` ? Response.json({}, { status: 403 }) : undefined),
    })
    const opened = await open(it)
    await notify(opened, OURS, 'ann')
    await work(it, opened, 300_000)
    expect([await waiting(it), reached(it, 'ann')]).toEqual([1, []])
    expect(opened.connector.gate.pausedReason()).toContain('permission')
    await expect(importAll(it, opened)).rejects.toMatchObject({ kind: 'config' })
  })

  test('a destination that does not name its account receives deliveries', async () => {
    const it = createAuthHarness({
      instead: async ({ url }) => (url.endsWith('/api/accounts') ? Response.json({}, { status: 403 }) : undefined),
    })
    const opened = await open(it)
    await notify(opened, THEIRS, 'eve')
    await notify(opened, OURS, 'ann')
    await work(it, opened)
    expect(reached(it, 'ann', 'eve')).toEqual(['ann'])
  })

  test('a key of another account pauses delivery, with the reason', async () => {
    const it = createAuthHarness()
    await work(it, await open(it))
    const other = Response.json({ data: [{ id: 'Other1' }] })
    const fetch: Fetch = async (request) => (request.url.endsWith('/api/accounts') ? other.clone() : it.fetch(request))
    const moved = await open(it, { fetch, key: 'pk_of_another_account' })
    await notify(moved, OURS, 'ann')
    await work(it, moved, 120_000)
    expect([await waiting(it), reached(it, 'ann')]).toEqual([1, []])
    expect(moved.connector.gate.pausedReason()).toContain('belongs to another account')
    expect(it.logger.lines.filter((line) => /delivery paused.+belongs to another account/.test(line))).toHaveLength(1)
  })

  test('a token of another workspace pauses delivery and the import', async () => {
    const it = createAuthHarness()
    await work(it, await open(it))
    const me = Response.json({ app: { id_code: THEIRS, name: 'Elsewhere' } })
    const fetch: Fetch = async (request) => (request.url === `${INTERCOM}/me` ? me.clone() : it.fetch(request))
    await it.store.writeCheckpoints([{ name: 'environment-key:source', value: undefined }])
    const moved = await open(it, { fetch })
    await notify(moved, OURS, 'ann')
    await work(it, moved, 120_000)
    expect([await waiting(it), reached(it, 'ann')]).toEqual([1, []])
    expect(moved.connector.gate.pausedReason()).toContain('of Elsewhere, but this store belongs to another account')
    const events = it.klaviyo.summary().events
    await expect(importAll(it, moved)).rejects.toMatchObject({ kind: 'config' })
    expect(it.klaviyo.summary().events).toBe(events)
  })

  test('a host with its own queue delivers no record of another workspace either', async () => {
    let down = true
    const it = createAuthHarness({
      instead: async ({ url }) => (down && url === `${INTERCOM}/me` ? new Response(null, { status: 503 }) : undefined),
    })
    const { connector } = await open(it)
    const record = (workspace: string, name: string): SourceRecord => ({
      ...{ id: name, ingress: 'webhook', lane: 'live', topic: 'contact.user.created', resource: 'contact' },
      ...{
        workspace,
        orderingKey: name,
        lookupIds: [],
        receivedAt: it.clock.now(),
        body: signed(workspace, name).body,
      },
    })
    const deliver = (workspace: string, name: string) => it.clock.until(connector.deliver(record(workspace, name)))
    for (const workspace of [THEIRS, OURS])
      expect(await deliver(workspace, 'ann')).toMatchObject({ status: 'deferred', fault: { kind: 'transient' } })
    down = false
    expect(await deliver(THEIRS, 'eve')).toEqual({ status: 'skipped', reason: 'foreign-workspace', events: [] })
    expect((await deliver(OURS, 'ann')).status).toBe('delivered')
    expect(reached(it, 'ann', 'eve')).toEqual(['ann'])
  })
})
