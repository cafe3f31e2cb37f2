/** A file that an earlier version wrote: nothing is lost, and it can be looked at as if it had always been possible. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openEngine } from '../../../runtime/store/sqlite/engine.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { delivered, event, ids, settlement, TestClock } from '../../contract/store-fixtures.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0

async function version1() {
  const path = join(folder, `${++files}.db`)
  const engine = await openEngine(path)
  engine.exec(readFileSync(new URL('../../fixtures/store/version-1.sql', import.meta.url), 'utf8'))
  engine.close()
  return sqliteStore(path, { clock: new TestClock() })
}

test('lists and counts what had ended', async () => {
  const store = await version1()
  const events = await store.events({ limit: 100 })
  expect(events.map(({ record, metric, status }) => `${record} ${metric} ${status}`)).toEqual([
    'f Created Ticket delivered',
    'e Created Ticket dead',
    'd  dead',
    'c Profile delivered',
    'c Created Ticket dead',
    'b  skipped',
    'a Rated Conversation delivered',
    'a Created Conversation delivered',
  ])
  expect(events.at(-1)).toMatchObject({ key: 'k1', topic: 'conversation.rating.added', settledAt: 1_700_000_000_000 })
  expect(await store.events({ metric: 'Created Ticket', status: 'dead', limit: 1 })).toMatchObject([{ record: 'e' }])
  const hours = await store.activity({ since: 0, until: Number.MAX_SAFE_INTEGER })
  const days = await store.activity({ since: 0, until: Number.MAX_SAFE_INTEGER, by: 'day' })
  for (const all of [hours, days]) expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(events.length)
  await store.close()
})

test('knows the dead letters, and which of them were delivered since', async () => {
  const store = await version1()
  expect(ids(await store.listDeadLetters({ limit: 9 }))).toEqual(['c', 'd'])
  expect(await store.groupDeadLetters()).toMatchObject([
    { group: 'mapping/type|Created Ticket|mappings/x.yaml:3:4', metric: 'Created Ticket', count: 1, example: 'c' },
    { group: 'record/json||', fault: { code: 'record/json' }, count: 1, example: 'd' },
  ])
  expect(await store.replay('all')).toBe(2)
  expect((await store.events({ status: 'dead', limit: 9 })).map(({ record }) => record)).toEqual(['e'])
  await store.close()
})

test('knows why a record waits and since when, though not each attempt', async () => {
  const store = await version1()
  const fault = { kind: 'data', code: 'destination/busy', message: 'it was refused' }
  expect((await store.trace('g'))[0]?.attempts).toEqual([{ at: 1, count: 1, fault, until: 1_700_100_000_000 }])
  for (const ref of ['a', 'b', 'c', 'd', 'h']) expect((await store.trace(ref))[0]).not.toHaveProperty('attempts')
  await store.close()
})

test('goes on with what waited', async () => {
  const store = await version1()
  const held = await store.lease({ lane: 'live', limit: 9, leaseMs: 1000 })
  expect(ids(held)).toEqual(['h'])
  expect(await store.settle(held.map((it) => settlement(it, delivered(event('M', { key: 'k1' })))))).toBe(1)
  expect(await store.events({ metric: 'M', limit: 9 })).toEqual([])
  await store.close()
})
