/** The records of a store that a plan maps: dead ones and those that wait first, then the newest of each metric. */
import { expect, test } from 'vitest'
import { dead, delivered, event, record } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { readSamples } from '../../../runtime/plan/read-samples.ts'
import type { Outcome } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'

async function createStore() {
  const store = memoryStore({ clock: virtualClock() })
  /** Appends records, and ends them alike. */
  const finish = async (ids: readonly string[], outcome?: Outcome) => {
    await store.append(ids.map((id) => record(id, { topic: 'shop.opened' })))
    if (outcome === undefined) return
    const leased = await store.lease({ lane: 'live', limit: 100, leaseMs: 1000 })
    await store.settle(leased.map((one) => ({ record: one, outcome })))
  }
  await finish(['a1', 'a2', 'a3'], delivered(event('A')))
  await finish(['b1'], delivered(event('B')))
  await finish(['dead'], dead())
  await finish(['waiting'])
  return store
}

test.each([
  [9, ['dead', 'waiting', 'a3', 'b1', 'a2', 'a1']],
  [3, ['dead', 'waiting', 'a3']],
  [2, ['dead', 'a3']],
  [1, ['dead']],
  [0, []],
])('up to %i', async (limit, expected) => {
  const samples = await readSamples(await createStore(), ['A', 'B'], limit)
  expect(samples.map(({ body }) => JSON.parse(body).id)).toEqual(expected)
  expect(samples.filter(({ isDead }) => isDead)).toHaveLength(Math.min(1, limit))
})
