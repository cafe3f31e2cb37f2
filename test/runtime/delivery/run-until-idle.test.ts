/** Work in slices: returns once nothing is due, and says when to come back. */
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { createStaticAuth } from '../../../runtime/ports/auth.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { findContactWithEmail, type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const stores: Readonly<Record<string, (clock: ReturnType<typeof virtualClock>) => Promise<Store>>> = {
  memory: async (clock) => memoryStore({ clock }),
  sqlite: (clock) => clock.holdDuring(sqliteStore(join(temporaryFolder(closing), 'store.db'), { clock })),
}

async function start(options: HarnessOptions = {}) {
  const started = await startConnector(options)
  const { intercom, notify, connector, clock } = started
  const { id: contact } = await findContactWithEmail(intercom)
  let next = 1
  const receive = async (count: number, author = contact) => {
    for (let i = 0; i < count; i++) {
      const item = {
        type: 'conversation',
        id: `${9000 + next}`,
        created_at: Math.floor(clock.now() / 1000),
        source: { type: 'conversation', author: { type: 'user', id: author } },
        contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: author }] },
      }
      expect(await notify('conversation.user.created', item, { id: `n${next++}` })).toBe(200)
    }
  }
  const slice = (more: { readonly timeLimit?: number; readonly signal?: AbortSignal } = {}) =>
    clock.until(connector.work({ until: 'idle', ...more }))
  return { ...started, receive, slice }
}

describe.each(Object.keys(stores))('with a %s store', (name) => {
  const startWith = async (options: HarnessOptions = {}) => {
    const clock = virtualClock()
    const store = await stores[name]?.(clock)
    return start({ ...options, clock, connector: { ...(store && { store }) } })
  }

  test('delivers what is due and returns', async () => {
    const { klaviyo, receive, slice } = await startWith()
    await receive(5)
    const first = await slice()
    expect(first).toEqual({ ended: 'idle', leased: 5, remaining: 0, nextAt: undefined })
    expect(klaviyo.summary().events).toBe(5)
    expect(await slice()).toMatchObject({ ended: 'idle', leased: 0 })
    await receive(1)
    expect(await slice()).toMatchObject({ ended: 'idle', leased: 1 })
    expect(klaviyo.summary()).toMatchObject({ events: 6, duplicates: 0 })
  })

  test('says when the next record is due, which the next slice delivers', async () => {
    let refusals = 1
    const intercept = ({ url }: Request) =>
      url.includes('/contacts/') && refusals-- > 0 ? new Response('{}', { status: 404 }) : undefined
    const { clock, klaviyo, receive, slice } = await startWith({ intercept })
    await receive(1)
    const { ended, nextAt = 0, leased } = await slice()
    expect([ended, leased]).toEqual(['idle', 1])
    expect(nextAt).toBeGreaterThan(clock.now())
    expect(await slice()).toMatchObject({ ended: 'idle', leased: 0, nextAt })
    await clock.advance(nextAt - clock.now())
    expect(await slice()).toMatchObject({ ended: 'idle', leased: 1 })
    expect(klaviyo.summary().events).toBe(1)
  })
})

test('ends bulk requests that are not full, rather than wait for more', async () => {
  const { clock, connector, klaviyo } = await start()
  const importing = connector.backfill({ signal: AbortSignal.timeout(60_000) })
  await clock.until(
    (async () => {
      for await (const _ of importing);
    })(),
  )
  const before = klaviyo.summary().events
  expect(before).toBeGreaterThan(20)
  expect(await clock.until(connector.work({ until: 'idle' }))).toMatchObject({ ended: 'idle', remaining: 0 })
})

test('stops at the time limit, with what is in work settled', async () => {
  const { clock, receive, slice, connector, klaviyo } = await start()
  await receive(300)
  const at = clock.now()
  const report = await slice({ timeLimit: 1 })
  expect(report.ended).toBe('timeout')
  expect(clock.now() - at).toBeLessThan(5_100)
  expect(report.remaining).toBe(300 - klaviyo.summary().events)
  let slices = 0
  while ((await clock.until(connector.work({ until: 'idle', timeLimit: 500 }))).remaining > 0) slices += 1
  expect(slices).toBeLessThan(50)
  expect(klaviyo.summary()).toMatchObject({ events: 300, duplicates: 0 })
})

test('a signal that has aborted leases nothing', async () => {
  const { receive, slice } = await start()
  await receive(2)
  expect(await slice({ signal: AbortSignal.abort() })).toMatchObject({ ended: 'stopped', leased: 0, remaining: 2 })
})

test('returns while the destination refuses everything, and says when to try again', async () => {
  const intercept = ({ url }: Request) => (url.includes('/api/event') ? new Response('{}', { status: 503 }) : undefined)
  const { clock, receive, slice } = await start({ intercept })
  await receive(100)
  const { ended, nextAt = 0, remaining } = await slice()
  expect([ended, remaining]).toEqual(['failing', 100])
  expect(nextAt).toBeGreaterThan(clock.now())
})

test('returns while the accounts cannot be pinned, with the reason', async () => {
  const intercept = ({ url }: Request) => (url.endsWith('/me') ? new Response('{}', { status: 401 }) : undefined)
  const { clock, receive, slice } = await start({ intercept })
  await receive(1)
  const { ended, reason, nextAt = 0, remaining } = await slice()
  expect([ended, remaining]).toEqual(['paused', 1])
  expect(reason).toMatch(/INTERCOM_ACCESS_TOKEN|Intercom/)
  expect(nextAt).toBeGreaterThan(clock.now())
})

test('returns while the gate of the host is shut', async () => {
  const gate = { pausedReason: () => 'the host has paused this tenant', waitForChange: async () => undefined }
  const { store, clock } = await start()
  const auth = createStaticAuth(() => ({ baseUrl: 'http://localhost', headers: {} }))
  const connections = { source: auth, destination: auth, gate, signingSecrets: async () => [] }
  const { connector } = await startConnector({ clock, connector: { store, connections } })
  const report = await clock.until(connector.work({ until: 'idle' }))
  expect(report).toMatchObject({ ended: 'paused', reason: 'the host has paused this tenant', leased: 0 })
})
