/** The contract of every store. Call `testStore` for a store of your own; `create` returns a fresh, empty one. */
import { afterEach, beforeEach, describe } from 'vitest'
import type { Clock } from '../../runtime/ports/effects.ts'
import type { LeaseRequest, Store } from '../../runtime/ports/store.ts'
import type { Lane, LeasedRecord, Outcome } from '../../runtime/ports/types.ts'
import { activityCases } from './store-activity.ts'
import { attemptCases } from './store-attempts.ts'
import { clockCases } from './store-clock.ts'
import { contactCases } from './store-contacts.ts'
import { deliveredDayCases } from './store-delivered-days.ts'
import { TestClock } from './store-fixtures.ts'
import { keyValueCases } from './store-key-values.ts'
import { ledgerCases } from './store-ledger.ts'
import { programCases } from './store-programs.ts'
import { queueCases } from './store-queue.ts'
import { sendCases } from './store-sends.ts'
import { singleWaitCases } from './store-single-waits.ts'
import { waitCases } from './store-wait.ts'
import { waitingCases } from './store-waiting.ts'

export type StoreFactory = (options: { readonly clock: Clock }) => Promise<Store>

/** A fresh store, its clock, and shorthands for the two commonest calls. */
export interface StoreHarness {
  readonly store: Store
  readonly clock: TestClock
  /** Leases up to 100 live records for a minute by default. */
  lease(request?: Partial<LeaseRequest>): Promise<readonly LeasedRecord[]>
  /** Leases every due record of a lane and settles each with the outcome. */
  finish(outcome: Outcome, lane?: Lane): Promise<number>
}

export async function createHarness(create: StoreFactory): Promise<StoreHarness> {
  const clock = new TestClock()
  const store = await create({ clock })
  const lease = (request: Partial<LeaseRequest> = {}) =>
    store.lease({ lane: 'live', limit: 100, leaseMs: 60_000, ...request })
  return {
    store,
    clock,
    lease,
    async finish(outcome, lane = 'live') {
      const records = await lease({ lane })
      return store.settle(records.map((record) => ({ record, outcome })))
    },
  }
}

export function testStore(name: string, create: StoreFactory): void {
  describe(name, () => {
    let current: StoreHarness
    beforeEach(async () => {
      current = await createHarness(create)
    })
    afterEach(() => current.store.close())

    const harness = () => current
    describe('queue', () => queueCases(harness))
    describe('clock', () => clockCases(harness))
    describe('ledger', () => ledgerCases(harness))
    describe('attempts', () => attemptCases(harness))
    describe('activity', () => activityCases(harness))
    describe('delivered days', () => deliveredDayCases(harness))
    describe('wait', () => waitCases(harness))
    describe('waiting events', () => waitingCases(harness))
    describe('events that wait once', () => singleWaitCases(harness))
    describe('checkpoints and cache', () => keyValueCases(harness))
    describe('contacts', () => contactCases(harness))
    describe('sends', () => sendCases(harness))
    describe('random programs', () => programCases(create))
  })
}
