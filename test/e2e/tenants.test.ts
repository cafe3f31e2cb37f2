/** Many tenants in one process: nothing of one shows in the records, requests, logs, metrics and pages of another. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type VirtualClock, virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import type { Store } from '../../runtime/ports/store.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { sqliteStore } from '../../runtime/store/sqlite/store.ts'
import { browser, LOCAL, openConsole } from '../helpers/console.ts'
import { never } from '../helpers/privacy.ts'
import { startTenant, type Tenant } from '../helpers/tenants.ts'

const folder = mkdtempSync(join(tmpdir(), 'tenants-'))

const stores: Readonly<Record<string, (mark: string, clock: VirtualClock) => Promise<Store>>> = {
  memory: async (_, clock) => memoryStore({ clock }),
  sqlite: (mark, clock) => clock.holdDuring(sqliteStore(join(folder, `${mark}.db`), { clock })),
}

async function drain<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

async function* none(): AsyncGenerator<never> {}

/** Every road at once, in all tenants at once. */
async function runAll(tenants: readonly Tenant[], clock: VirtualClock): Promise<readonly unknown[]> {
  const stop = new AbortController()
  const working = tenants.map(({ connector }) => connector.work({ signal: stop.signal }))
  for (let i = 0; i < 60; i++) {
    for (const { intercom } of tenants) await intercom.act()
    await clock.advance(500)
  }
  const importing = tenants.map(({ connector }) => drain(connector.backfill({ signal: never })))
  for (const { intercom } of tenants) intercom.misbehave({ loseRate: 1 })
  for (let i = 0; i < 20; i++) for (const { intercom } of tenants) await intercom.act()
  const imported = await clock.until(Promise.all(importing))
  await clock.advance(600_000)
  const passes = await clock.until(Promise.all(tenants.map(({ connector }) => connector.reconcile({ signal: never }))))
  await clock.advance(600_000)
  const verified = await clock.until(
    Promise.all(tenants.map(({ connector }) => drain(connector.verify?.({ signal: never }) ?? none()))),
  )
  await Promise.all(tenants.map(({ readPages }) => clock.until(readPages())))
  stop.abort()
  await clock.until(Promise.all(working))
  return [imported, passes, verified]
}

describe.each(Object.keys(stores))('with a %s store each', (kind) => {
  test('nothing of a tenant shows in another', async () => {
    const clock = virtualClock()
    const open = stores[kind]
    if (open === undefined) throw new Error(kind)
    const marks = ['alpha-7f3a', 'beta-c21e']
    const tenants: Tenant[] = []
    for (const mark of marks) tenants.push(await startTenant({ mark, clock, store: await open(mark, clock) }))
    const results = await runAll(tenants, clock)
    const [a, b] = tenants as [Tenant, Tenant]
    expect(JSON.stringify(results)).not.toMatch(/alpha-7f3a.*beta-c21e|beta-c21e.*alpha-7f3a/)

    for (const [{ output, mark, texts, connector }, other] of [
      [a, b.mark],
      [b, a.mark],
    ] as const) {
      const all = { ...output, ...(await texts()) }
      for (const [where, found] of Object.entries(all))
        expect([where, [found].flat().filter((text) => text.includes(other))]).toEqual([where, []])
      // Otherwise the search would prove nothing.
      for (const where of ['sent', 'stored', 'pages'] as const)
        expect(output[where].filter((text) => text.includes(mark)).length, where).toBeGreaterThan(10)
      const tallies = await connector.store.tallies()
      const count = (status: string) =>
        tallies.filter((row) => row.status === status).reduce((sum, row) => sum + row.count, 0)
      expect(count('delivered')).toBeGreaterThan(100)
      expect(count('dead')).toBeGreaterThan(0)
    }
  }, 60_000)
})

test('a session of one console opens no other, although both sign with one key and ask for no password', async () => {
  const key = async () => new Uint8Array(32).fill(7)
  const first = await openConsole({ key })
  const visitor = first.browser()
  expect((await visitor.get('/')).status).toBe(200)

  const second = await openConsole({ key })
  const stranger = browser(second.created, LOCAL)
  for (const [name, value] of visitor.cookies) stranger.cookies.set(name, value)
  const refused = await stranger.get('/')
  expect([refused.status, refused.headers.get('location')]).toEqual([303, '/log-in?next=%2F'])
})

test('a console whose store fails at the first request opens at the next', async () => {
  const { created, store } = await openConsole()
  const readCheckpoint = store.readCheckpoint.bind(store)
  let failures = 1
  const failOnce: Store['readCheckpoint'] = async (name) => {
    if (failures-- > 0) throw new Error('disk I/O error')
    return readCheckpoint(name)
  }
  Object.assign(store, { readCheckpoint: failOnce })
  const visitor = browser(created, LOCAL)
  expect((await visitor.get('/log-in')).status).toBe(503)
  expect((await visitor.get('/log-in')).status).toBe(200)
})
