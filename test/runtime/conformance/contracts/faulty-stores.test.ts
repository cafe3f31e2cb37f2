/** Stores with one planted fault each fail the contract, at a case whose name tells the fault. */
import { expect, test } from 'vitest'
import type { ContractCase } from '../../../../runtime/conformance/contracts/runner.ts'
import type { StoreFactory } from '../../../../runtime/conformance/contracts/store/store-harness.ts'
import { storeContract } from '../../../../runtime/conformance/contracts/store/test-store.ts'
import type { Store } from '../../../../runtime/ports/store.ts'
import type { LeasedRecord } from '../../../../runtime/ports/types.ts'
import { memoryStore } from '../../../../runtime/store/memory/store.ts'

type Plant = (store: Store, now: () => number) => Partial<Store>

const newLeases = (records: readonly LeasedRecord[]) => records.map(({ cutOffs: _, ...record }) => record)

const faults: readonly [fault: string, plant: Plant, failing: string][] = [
  [
    'append loses the last of several records',
    (store) => ({
      append: async (records, checkpoint) => {
        const { added } = await store.append(records.length > 1 ? records.slice(0, -1) : records, checkpoint)
        return { added: records.length > 1 ? added + 1 : added }
      },
    }),
    'leases a record as it was appended',
  ],
  [
    'append takes a known id again',
    (store) => {
      let times = 0
      return {
        append: (records, checkpoint) =>
          store.append(
            records.map((one) => ({ ...one, id: `${one.id}${'\u200b'.repeat(times++ % 2)}` })),
            checkpoint,
          ),
      }
    },
    'appends an id once: in one call, in two calls, and after the record was settled',
  ],
  [
    'append saves no checkpoint',
    (store) => ({ append: (records) => store.append(records) }),
    'stores the checkpoint 0',
  ],
  [
    'two records of one ordering key are leased at once',
    (store) => ({
      append: (records, checkpoint) =>
        store.append(
          records.map((one) => ({ ...one, orderingKey: one.id })),
          checkpoint,
        ),
    }),
    'after the first record of an ordering key is delivered, leases ["b"]',
  ],
  [
    'a deferred record does not block its ordering key',
    (store) => ({
      settle: (settlements) =>
        store.settle(
          settlements.map(({ record, outcome }) => ({
            record,
            outcome:
              outcome.status === 'deferred' && outcome.awaits === undefined ? { ...outcome, status: 'dead' } : outcome,
          })),
        ),
    }),
    'after the first record of an ordering key is deferred, leases []',
  ],
  [
    'lanes are one queue',
    (store) => ({
      append: (records, checkpoint) =>
        store.append(
          records.map((one) => ({ ...one, lane: 'live' })),
          checkpoint,
        ),
    }),
    'lanes do not block each other',
  ],
  [
    'leases ignore the limit',
    (store) => ({ lease: (request) => store.lease({ ...request, limit: 1000 }) }),
    'leases the oldest records of the requested lane, up to the limit',
  ],
  [
    'a lease never expires',
    (store) => ({ lease: (request) => store.lease({ ...request, leaseMs: 1e12 }) }),
    'an expired lease counts as an attempt, and no longer settles, renews or releases',
  ],
  ['renewing does nothing', (store) => ({ renew: async () => void store }), 'a renewed lease expires later'],
  [
    'settles without fencing',
    (store) => {
      const held = new Map<string, LeasedRecord>()
      return {
        lease: async (request) => {
          const records = await store.lease(request)
          for (const one of records) held.set(one.id, one)
          return records
        },
        settle: (settlements) =>
          store.settle(settlements.map(({ record, outcome }) => ({ record: held.get(record.id) ?? record, outcome }))),
      }
    },
    'an expired lease counts as an attempt, and no longer settles, renews or releases',
  ],
  [
    'a released record counts an attempt',
    (store, now) => ({
      release: async (records) => {
        const fault = { kind: 'transient', code: 'a/b', message: 'released' } as const
        await store.settle(
          records.map((record) => ({ record, outcome: { status: 'deferred', fault, until: now(), events: [] } })),
        )
      },
    }),
    'a released record has no attempt and is the head of its ordering key again',
  ],
  [
    'the state of retries is forgotten',
    (store) => ({
      lease: async (request) => (await store.lease(request)).map(({ retryState: _, ...record }) => record),
    }),
    'a record is leased with the kind of its last fault and since when such faults last, until it is settled otherwise',
  ],
  [
    'cut-offs are not counted',
    (store) => ({ lease: async (request) => newLeases(await store.lease(request)) }),
    'records that were cut off are leased by name, the most cut-offs first, until an outcome',
  ],
  [
    'filterDelivered forgets',
    () => ({ filterDelivered: async () => new Set() }),
    'remembers the keys delivered by a delivered record: ["k"]',
  ],
  [
    'keys of dead records are taken for delivered',
    (store) => ({
      settle: (settlements) =>
        store.settle(
          settlements.map(({ record, outcome }) => {
            const events = outcome.events.map((one) => ({ ...one, status: 'delivered' as const }))
            return { record, outcome: outcome.status === 'dead' ? { ...outcome, events } : outcome }
          }),
        ),
    }),
    'remembers the keys delivered by a dead record: ["k"]',
  ],
  [
    'retention drops delivered keys',
    (store) => {
      let dropped = false
      return {
        applyRetention: (retention) => {
          dropped = true
          return store.applyRetention(retention)
        },
        filterDelivered: async (keys) => (dropped ? new Set() : store.filterDelivered(keys)),
      }
    },
    'drops old records, and keeps delivered keys and totals',
  ],
  [
    'sends are forgotten at once',
    () => ({ beginSends: async () => [] }),
    'the first note of a key stays, and is returned to later ones',
  ],
  [
    'an older state of a contact wins',
    (store) => {
      const first = new Map<string, Awaited<ReturnType<Store['readContacts']>>[number]>()
      return {
        readContacts: async (contacts) =>
          (await store.readContacts(contacts)).map((one) => {
            if (!first.has(one.contact)) first.set(one.contact, one)
            return first.get(one.contact) ?? one
          }),
        settle: async (settlements) => {
          const count = await store.settle(settlements)
          for (const one of await store.readContacts(['c1'])) if (!first.has('c1')) first.set('c1', one)
          return count
        },
      }
    },
    'takes a newer state',
  ],
  [
    'a swap does not compare',
    (store) => ({
      compareAndSwapCheckpoint: async (name, _, value) => {
        await store.writeCheckpoints([{ name, value }])
        return true
      },
    }),
    'of concurrent swaps of one value, exactly one succeeds',
  ],
  [
    'deleting a cached lookup deletes all',
    (store) => ({ deleteCache: (namespace) => store.deleteCache(namespace) }),
    'caches and deletes by namespace and key',
  ],
  [
    'a waiter is not woken by an append',
    (store) => {
      const appended: Store['append'] = (records, checkpoint) => store.append(records, checkpoint)
      return {
        append: appended,
        wait: (lane, ms, signal) => store.wait(lane === 'live' ? 'backfill' : 'live', ms, signal),
      }
    },
    'another lane wakes no waiter',
  ],
  [
    'a set clock moves what is due',
    (store, now) => {
      const began = now()
      return {
        settle: (settlements) =>
          store.settle(
            settlements.map(({ record, outcome }) => ({
              record,
              outcome: outcome.status === 'deferred' ? { ...outcome, until: Math.min(outcome.until, began) } : outcome,
            })),
          ),
      }
    },
    'set by 60000 ms: a deferred record is due when it was to be',
  ],
  [
    'an event waits in each record that has it',
    (store) => {
      let n = 0
      return {
        settle: (settlements) =>
          store.settle(
            settlements.map(({ record, outcome }) => ({
              record,
              outcome: {
                ...outcome,
                events: outcome.events.map((one) =>
                  one.status === 'deferred' && one.key !== undefined ? { ...one, key: `${one.key}${n++}` } : one,
                ),
              },
            })),
          ),
      }
    },
    'of two records settled together the first waits',
  ],
  [
    'a replay counts the dead letter still',
    (store) => {
      let before: Awaited<ReturnType<Store['tallies']>> = []
      return {
        replay: async (which) => {
          before = (await store.tallies()).filter(({ status }) => status === 'dead')
          return store.replay(which)
        },
        tallies: async (scope) => [...(await store.tallies(scope)), ...before],
      }
    },
    'a replay subtracts the dead letter from the totals, except its delivered events',
  ],
  [
    'closing loses pending writes',
    (store) => ({
      append: async (records, checkpoint) => {
        await new Promise((resolve) => setImmediate(resolve))
        return store.append(records, checkpoint)
      },
      close: async () => {
        await store.close()
        store.append = async () => ({ added: 0 })
      },
    }),
    'closes once, after pending writes',
  ],
]

const faulty =
  (plant: Plant): StoreFactory =>
  (options) => {
    const store = memoryStore(options)
    const planted = plant(store, () => options.clock.now())
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(planted, name) ?? Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  }

async function fails(one: ContractCase): Promise<boolean> {
  return one.run().then(
    () => false,
    () => true,
  )
}

test.each(faults)('%s', async (_, plant, failing) => {
  const expected = storeContract(faulty(plant)).filter(({ name }) => name === failing)
  expect(expected).toHaveLength(1)
  for (const one of expected) expect(await fails(one)).toBe(true)
  const sound = storeContract(memoryStore).filter(({ name }) => name === failing)
  for (const one of sound) expect(await fails(one)).toBe(false)
})

const NOTICED = /ordering key|one queue|limit|expires|renewing|fencing|released|cut-offs/
/** Faults of what programs do. */
const QUEUE = faults.filter(([fault]) => NOTICED.test(fault)).map(([fault, plant]) => [fault, plant] as const)
test.each(QUEUE)('random programs notice, too: %s', async (_, plant) => {
  const programs = storeContract(faulty(plant)).filter(({ group }) => group === 'random programs')
  for (const one of programs) expect(await fails(one)).toBe(true)
})
