/** A connector whose store keeps no ledger delivers as ever; what would be listed is empty. */
import { expect, test } from 'vitest'
import { STORE_PARTS } from '../../../runtime/conformance/contracts/store/store-parts.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { completeStore } from '../../../runtime/lib/complete-store.ts'
import type { HostStore, Store } from '../../../runtime/ports/store.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

const LEDGER: ReadonlySet<string> = new Set(STORE_PARTS.ledger.methods)

/** The pipeline's part of a store. */
function withoutLedger(store: Store): HostStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = LEDGER.has(String(name)) ? undefined : Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

test('a complete store stays as it is', () => {
  const store = memoryStore({ clock: virtualClock() })
  expect(completeStore(store)).toBe(store)
  expect(store.hasLedger).toBeUndefined()
})

test('the pipeline delivers each event once with a store that keeps no ledger', async () => {
  const clock = virtualClock()
  const kept = memoryStore({ clock })
  const { connector, intercom, klaviyo } = await startConnector({ clock, connector: { store: withoutLedger(kept) } })
  const stop = new AbortController()
  const working = connector.work({ signal: stop.signal })
  const imported = []
  const importing = async () => {
    for await (const progress of connector.backfill({ signal: stop.signal })) imported.push(progress)
  }
  await clock.until(importing())
  await clock.until(connector.reconcile({ signal: stop.signal }))
  await clock.advance(60_000)
  stop.abort()
  await clock.until(working)
  expect(connector.store.hasLedger).toBe(false)
  expect(await connector.store.tallies()).toEqual([])
  expect(await connector.store.replay('all')).toBe(0)
  expect(imported.length).toBeGreaterThan(0)
  // What the store would have counted, if the connector could read it.
  expect((await kept.tallies()).length).toBeGreaterThan(0)
  expect([intercom, klaviyo]).toHaveLength(2)
})
