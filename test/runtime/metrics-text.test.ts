/** Metrics of many connectors: each family once, each sample with its tenant. */
import { expect, test } from 'vitest'
import { delivered, event, record, settlement } from '../../runtime/conformance/contracts/store/fixtures.ts'
import { metricsText } from '../../runtime/metrics-text.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'

const clock = { now: () => 10_000, sleep: async () => undefined }

async function storeWith(delivering: number, waiting: number) {
  const store = memoryStore({ clock })
  await store.append(Array.from({ length: delivering + waiting }, (_, i) => record(`r${i}`, { receivedAt: 4_000 })))
  const leased = await store.lease({ lane: 'live', limit: delivering, leaseMs: 1_000 })
  await store.settle(leased.map((one) => settlement(one, delivered(event('Created Conversation', { key: one.id })))))
  return store
}

test('of one connector have no tenant', async () => {
  const text = await metricsText({ store: await storeWith(2, 1) }, { clock, info: { name: 'shop', version: '1.2.3' } })
  const lines = text.split('\n')
  expect(lines).toContain('connector_info{name="shop",version="1.2.3"} 1')
  expect(lines).toContain('connector_events_total{metric="Created Conversation",status="delivered",reason=""} 2')
  expect(lines).toContain('connector_oldest_waiting_seconds{lane="live"} 6')
  expect(text).not.toContain('tenant')
})

test('of many are one family each, with the tenant in every sample', async () => {
  const tenants = [
    { tenant: 'a"b', connector: { store: await storeWith(2, 0) } },
    { tenant: '43', connector: { store: await storeWith(0, 3) } },
  ]
  const lines = (await metricsText(tenants, { clock })).trim().split('\n')
  expect(lines.filter((line) => line.startsWith('# TYPE connector_backlog_records'))).toHaveLength(1)
  expect(lines.filter((line) => line.startsWith('connector_backlog_records'))).toEqual([
    'connector_backlog_records{tenant="a\\"b",lane="live"} 0',
    'connector_backlog_records{tenant="a\\"b",lane="backfill"} 0',
    'connector_backlog_records{tenant="43",lane="live"} 3',
    'connector_backlog_records{tenant="43",lane="backfill"} 0',
  ])
  for (const line of lines) expect(line.startsWith('#') || line.includes('{tenant="')).toBe(true)
})
