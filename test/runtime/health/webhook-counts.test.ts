/** Webhooks are counted by topic once each, whatever processes and pages count at the same time. */
import { expect, test } from 'vitest'
import { addWebhookCounts } from '../../../runtime/health/webhook-counts.ts'
import { webhookStatsOf } from '../../../runtime/source/webhook-stats.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createFrozenClock, NOW } from '../../helpers/cli-fake.ts'

test('adds what is new since the last call, once', async () => {
  const store = memoryStore({ clock: createFrozenClock() })
  expect(await addWebhookCounts(store, {}, NOW)).toBeUndefined()
  await addWebhookCounts(store, { counts: { opened: 2 } }, NOW)
  const both = [{ opened: 3 }, { opened: 4, closed: 1 }].map((counts) => addWebhookCounts(store, { counts }, NOW + 1))
  await Promise.all(both)
  expect(await addWebhookCounts(store, { counts: { opened: 4, closed: 1 } }, NOW + 2)).toEqual({
    since: NOW,
    topics: { opened: 4, closed: 1 },
  })
})

test('two processes add up, also when they write at the same time', async () => {
  const store = memoryStore({ clock: createFrozenClock() })
  const other: Pick<typeof store, 'readCheckpoint' | 'compareAndSwapCheckpoint'> = {
    readCheckpoint: (name) => store.readCheckpoint(name),
    compareAndSwapCheckpoint: (name, from, to) => store.compareAndSwapCheckpoint(name, from, to),
  }
  await Promise.all([
    addWebhookCounts(store, { counts: { opened: 2 } }, NOW),
    addWebhookCounts(other, { counts: { opened: 5 } }, NOW),
  ])
  await addWebhookCounts(other, { counts: { opened: 5 } }, NOW)
  expect(await addWebhookCounts(store, { counts: { opened: 2 } }, NOW)).toEqual({ since: NOW, topics: { opened: 7 } })
})

test('connectors of one store, as before and after a reload, record together', () => {
  const clock = createFrozenClock()
  const store = memoryStore({ clock })
  webhookStatsOf(store, clock).recordVerified('opened', true)
  webhookStatsOf(store, clock).recordVerified('opened', true)
  expect(webhookStatsOf(store, clock).snapshot().counts).toEqual({ opened: 2 })
  expect(webhookStatsOf(memoryStore({ clock }), clock).snapshot()).toEqual({})
})
