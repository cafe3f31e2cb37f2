/** `reconcile`: one pass by hand, and what it found. */
import { expect, test } from 'vitest'
import { EXIT_CODES } from '../../../runtime/cli/errors.ts'
import type { ReconcilePass } from '../../../runtime/reconcile/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createFrozenClock, NOW, runCommand } from '../../helpers/cli-fake.ts'

const pass: ReconcilePass = {
  startedAt: NOW,
  endedAt: NOW,
  since: NOW - 600_000,
  until: NOW,
  streams: [
    { stream: 'chats', read: 12, added: 3 },
    { stream: 'calls', read: 0, added: 0 },
  ],
}

/** A connector whose pass delivers `found` events by a polled record. */
async function setup(found: number, result: ReconcilePass | undefined = pass) {
  const store = memoryStore({ clock: createFrozenClock() })
  const reconcile = async () => {
    if (found === 0) return result
    const body = '{}'
    const record = { id: 'r', ingress: 'reconcile', lane: 'backfill', stream: 'chats', workspace: 'w', body } as const
    await store.append([{ ...record, orderingKey: 'k', lookupIds: [], receivedAt: NOW }])
    const leased = await store.lease({ lane: 'backfill', limit: 1, leaseMs: 1000 })
    const events = Array.from({ length: found }, (_, i) => ({
      metric: 'Opened Chat',
      status: 'delivered' as const,
      lane: 'live' as const,
      key: `w:${i}`,
    }))
    await store.settle(leased.map((one) => ({ record: one, outcome: { status: 'delivered', events } })))
    return result
  }
  return { store, connector: { reconcile } }
}

test('says so when webhooks missed nothing', async () => {
  const { exit, out } = await runCommand(['reconcile'], await setup(0))
  expect(exit).toBe(EXIT_CODES.ok)
  expect(out).toContain('12 changed records, all known: webhooks missed nothing.')
  expect(out).toContain('Not checked, since the source keeps no history of it: Read Chat.')
})

test('lists what no webhook reported, by metric', async () => {
  const { exit, out } = await runCommand(['reconcile'], await setup(2))
  expect(exit).toBe(EXIT_CODES.ok)
  expect(out).toMatch(/2 events that no webhook reported, in 12 changed records:\n {2}Opened Chat {2}2/)
  const { out: json } = await runCommand(['reconcile', '--json'], await setup(2))
  expect(JSON.parse(json)).toMatchObject({
    found: 2,
    foundByMetric: { 'Opened Chat': 2 },
    unrecoverable: ['Read Chat'],
  })
})

test('names records of which the source gave only a part, and items without an id', async () => {
  const ids = ['11', '12']
  const [chats, calls] = [{ parts: 130, records: 3, ids }, 2]
  const streams = [
    { stream: 'chats', read: 12, added: 3, unavailableParts: chats },
    { stream: 'calls', read: 5, added: 5, withoutId: calls },
  ]
  const { exit, out } = await runCommand(['reconcile'], await setup(0, { ...pass, streams }))
  expect(exit).toBe(EXIT_CODES.ok)
  expect(out).toContain('Of 3 chats only the newest parts could be read; 130 parts may be from this time: 11, 12 …')
  expect(out).toContain('5 changed, 2 without an id set apart as dead letters')
  expect(out).not.toContain('webhooks missed nothing')
})

test('fails when the source gave fewer records than it counts, or another process reconciles', async () => {
  const short = { ...pass, streams: [{ stream: 'chats', read: 10, added: 0, missing: 4 }] }
  const incomplete = await runCommand(['reconcile'], await setup(0, short))
  expect(incomplete.exit).toBe(EXIT_CODES.failed)
  expect(incomplete.out).toContain('4 more counted but not given; run it again')
  const busy = await runCommand(['reconcile'], { connector: { reconcile: async () => undefined } })
  expect([busy.exit, busy.err]).toEqual([EXIT_CODES.failed, expect.stringContaining('another process reconciles')])
})
