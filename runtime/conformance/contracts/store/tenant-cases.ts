/** Contract of stores for many tenants: no read or write of one ever sees another's data. */
import assert from 'node:assert/strict'
import type { Store } from '../../../ports/store.ts'
import type { Stores } from '../../../ports/stores.ts'
import { systemClock } from '../../../system.ts'
import { assertEqual } from '../assertions.ts'
import type { Cases } from '../cases.ts'
import { dead, delivered, event, ids, record, settlement, single } from './fixtures.ts'
import type { TestClock } from './test-clock.ts'

export interface StoresHarness {
  readonly stores: Stores
  readonly clock: TestClock
}

const KEYS = ['k1', 'k2', 'waits', 'sent']
const REFS = ['done', 'failed', 'waiting', 'queued', 'held', 'lookup', 'k1', 'k2', 'waits', 'c1']
const lease = { lane: 'live', limit: 100, leaseMs: 60_000 } as const

/** Writes something of every kind. The records of two tenants have the same ids, keys and contacts. */
async function fill(store: Store, clock: TestClock): Promise<void> {
  const settle = async (id: string, outcome: Parameters<typeof settlement>[1]) => {
    await store.append([record(id, { lookupIds: ['lookup'] })], { name: 'page', value: id })
    await store.settle([settlement(single(await store.lease(lease)), outcome)])
  }
  const contactState = { updatedAt: 5, address: 'one' }
  const time = '2026-03-02T10:00:00.000Z'
  await settle('done', delivered(event('M', { key: 'k1', contact: 'c1', contactState, time })))
  await settle('also done', delivered(event('M', { key: 'k2', contact: 'c2', contactState, time })))
  await settle('failed', dead(event('M', { status: 'dead', key: 'k3' })))
  const waits = event('M', { status: 'deferred', key: 'waits', contact: 'c3', reason: 'awaiting-identity' })
  const until = clock.now() + 600_000
  await settle('waiting', { status: 'deferred', awaits: 'awaiting-identity', until, events: [waits] })
  await store.append([record('held')])
  await store.lease(lease)
  await store.append([record('queued')])
  await store.beginSends([{ key: 'sent', contact: 'c1', identifiers: { email: 'a' } }])
  await store.writeCache('team', [{ key: '1', value: 'Support', at: 5 }])
}

/** All that a tenant reads. */
async function readAll(store: Store, clock: TestClock): Promise<readonly unknown[]> {
  const now = clock.now()
  return Promise.all([
    ...REFS.map((ref) => store.trace(ref)),
    store.tallies(),
    store.events({ limit: 100 }),
    store.events({ limit: 100, metric: 'M', status: 'dead' }),
    store.findEvents({ limit: 100 }),
    store.findEvents({ limit: 100, refs: REFS }),
    store.listUnsettled({ limit: 100 }),
    store.findRecords({ refs: REFS, limit: 100 }),
    store.listDeadLetters({ limit: 100 }),
    store.groupDeadLetters(),
    store.activity({ since: now - 86_400_000, until: now + 86_400_000 }),
    store.deliveredByDay('M'),
    store.readSends(KEYS),
    store.readContacts(['c1', 'c2']),
    store.contactsSharing('c1', 10),
    store.readCache('team', ['1']),
    ...[store.filterDelivered(KEYS), store.filterWaiting(KEYS)].map(async (found) => [...(await found)].sort()),
    store.countDeadLetters().then((count) => (count === 0 ? [] : [count])),
    store.backlog('live').then(({ records }) => (records === 0 ? [] : [records])),
    store.readCheckpoint('page').then((value) => (value === undefined ? [] : [value])),
    ...['queued', 'held'].map(async (id) => ((await store.isQueued('live', `conversation:${id}`)) ? [id] : [])),
  ])
}

/** Writes that name what another tenant has. */
async function writeOver(store: Store): Promise<void> {
  await store.replay(['failed'])
  await store.replay('all')
  await store.replay({ group: 'destination/invalid|M|' })
  await store.dismiss(['failed'], 'not mine')
  await store.forgetSends(KEYS)
  await store.moveSends('c1', { email: 'b' })
  await store.deleteCache('team')
  await store.writeCheckpoints([{ name: 'page', value: undefined }])
  await store.compareAndSwapCheckpoint('page', 'queued', undefined)
  await store.applyRetention({ settled: -1, dead: -1, lookups: -1 })
}

export const tenantCases: Cases<StoresHarness> = {
  'a tenant sees nothing of another': async ({ stores, clock }) => {
    await fill(stores.of('a'), clock)
    for (const found of await readAll(stores.of('b'), clock)) assertEqual(found, [])
    for (const found of await readAll(stores.of(''), clock)) assertEqual(found, [])
    assert.ok((await readAll(stores.of('a'), clock)).every((found) => Array.isArray(found) && found.length > 0))
  },

  'a number of a record finds it for its own tenant only': async ({ stores, clock }) => {
    const [a, b] = [stores.of('a'), stores.of('b')]
    await fill(a, clock)
    await b.append([record('own')])
    const [own] = await b.trace('own')
    for (const { seq } of await a.findRecords({ refs: REFS, limit: 100 }))
      if (seq !== own?.seq) assert.equal(await b.readRecord(seq), undefined)
    assertEqual(await b.readRecord(own?.seq ?? 0), own)
  },

  'two tenants with the same ids, keys and contacts have each their own': async ({ stores, clock }) => {
    const [a, b] = [stores.of('a'), stores.of('b')]
    await fill(a, clock)
    const before = await readAll(a, clock)
    await fill(b, clock)
    assertEqual(await readAll(a, clock), before)
    const counts = (all: readonly unknown[]) => all.map((found) => (Array.isArray(found) ? found.length : found))
    assertEqual(counts(await readAll(b, clock)), counts(before))
  },

  'a write that names what another tenant has changes nothing of it': async ({ stores, clock }) => {
    const [a, b] = [stores.of('a'), stores.of('b')]
    await fill(a, clock)
    const before = await readAll(a, clock)
    await writeOver(b)
    assertEqual(await readAll(a, clock), before)
  },

  'the lease of one tenant is none of another': async ({ stores }) => {
    const [a, b] = [stores.of('a'), stores.of('b')]
    await a.append([record('x')])
    const held = single(await a.lease(lease))
    assert.equal(await b.settle([settlement(held, delivered())]), 0)
    await b.renew([held], 600_000)
    await b.release([held])
    assertEqual(await a.lease(lease), [])
    assert.equal(await a.settle([settlement(held, delivered())]), 1)
  },

  'a record of one tenant wakes its own wait alone': async ({ stores, clock }) => {
    const [a, b] = [stores.of('a'), stores.of('b')]
    const ended: string[] = []
    const waits = [a, b].map((store, i) =>
      store.wait('live', 10_000, new AbortController().signal).then(() => void ended.push('ab'[i] ?? '')),
    )
    await systemClock.sleep(20)
    await a.append([record('x')])
    await systemClock.sleep(20)
    assertEqual(ended, ['a'])
    clock.advance(10_000)
    await Promise.all(waits)
  },

  'appends of many tenants at once are each in their own': async ({ stores }) => {
    const names = Array.from({ length: 20 }, (_, i) => `tenant ${i}`)
    const added = await Promise.all(names.map((name) => stores.of(name).append([record('same'), record(name)])))
    assertEqual(added, Array(20).fill({ added: 2 }))
    for (const name of names) assertEqual(ids(await stores.of(name).lease(lease)), ['same', name])
  },

  'a tenant that is deleted leaves nothing, and everything of the others': async ({ stores, clock }) => {
    const [a, b] = [stores.of('a'), stores.of('b')]
    await fill(a, clock)
    await fill(b, clock)
    const before = await readAll(b, clock)
    await stores.delete('a')
    assert.ok(!(await stores.list()).includes('a'))
    assertEqual(await readAll(b, clock), before)
    for (const found of await readAll(stores.of('a'), clock)) assertEqual(found, [])
    await fill(stores.of('a'), clock)
    assert.ok((await stores.list()).includes('a'))
    assertEqual(await readAll(b, clock), before)
  },
}
