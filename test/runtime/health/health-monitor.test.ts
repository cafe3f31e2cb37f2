/** Since when a state lasts is remembered, over a restart too; a store that fails is a state of its own. */
import { expect, test } from 'vitest'
import { HealthMonitor } from '../../../runtime/health/health-monitor.ts'
import { liveSinceCheckpoint } from '../../../runtime/lib/checkpoint-names.ts'
import { startLiveDelivery } from '../../../runtime/reconcile/live-since.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createFrozenClock, fakeConnector, NOW } from '../../helpers/cli-fake.ts'

const MINUTE = 60_000

function monitorOf(accepts: { now: boolean }, clock = createFrozenClock(), store = memoryStore({ clock })) {
  const connector = fakeConnector(store, { acceptsWebhooks: async () => accepts.now })
  return { clock, store, connector, restart: () => new HealthMonitor({ connector, clock }) }
}

test('a problem keeps the time at which it was first seen, and the state changes back', async () => {
  const accepts = { now: true }
  const { clock, restart } = monitorOf(accepts)
  expect(await restart().assess()).toEqual({ state: 'healthy', since: NOW, problems: [] })
  accepts.now = false
  clock.at += MINUTE
  expect(await restart().assess()).toMatchObject({ state: 'degraded', since: NOW + MINUTE })
  clock.at += MINUTE
  const { state, since, problems } = await restart().assess()
  expect([state, since, problems.map((one) => [one.code, one.since])]).toEqual([
    'degraded',
    NOW + MINUTE,
    [['webhooks-refused', NOW + MINUTE]],
  ])
  accepts.now = true
  clock.at += MINUTE
  expect(await restart().assess()).toEqual({ state: 'healthy', since: NOW + 3 * MINUTE, problems: [] })
})

test('writes only what has changed', async () => {
  const { store, restart } = monitorOf({ now: true })
  await restart().assess()
  let writes = 0
  const { writeCheckpoints } = store
  store.writeCheckpoints = (entries) => {
    writes += 1
    return writeCheckpoints.call(store, entries)
  }
  await restart().assess()
  expect(writes).toBe(0)
})

test('calls at the same time share one reading', async () => {
  const { restart } = monitorOf({ now: true })
  const monitor = restart()
  expect(monitor.assess()).toBe(monitor.assess())
})

test('a store that cannot be read stops everything', async () => {
  const { store, restart } = monitorOf({ now: true })
  store.readCheckpoint = async () => Promise.reject(new Error('disk'))
  const { state, problems } = await restart().assess()
  expect([state, problems.map(({ code, effect }) => [code, effect])]).toEqual(['stopped', [['store-failed', 'lost']]])
})

test('a pass of the poll is no webhook: without one after an hour the state says so', async () => {
  const { clock, store, connector, restart } = monitorOf({ now: true })
  const { spec } = connector
  const codes = async (monitor: HealthMonitor) => (await monitor.assess()).problems.map(({ code }) => code)
  await startLiveDelivery(store, spec, NOW)
  expect(await codes(restart())).toEqual([])
  clock.at += 61 * MINUTE
  const monitor = restart()
  expect(await codes(monitor)).toEqual(['no-webhook-yet'])
  const [topic = ''] = [...spec.resources.values()].flatMap(({ topics }) => [...topics])
  await store.writeCheckpoints([{ name: liveSinceCheckpoint(topic), value: clock.at }])
  expect(await codes(monitor)).toEqual([])
})
