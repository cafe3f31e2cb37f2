/** What every store must do. Call `testStore` for a store of your own; `make` gives a fresh, empty one. */
import { afterEach, beforeEach, describe } from 'vitest'
import type { Clock } from '../../runtime/ports/effects.ts'
import type { LeaseRequest, Store } from '../../runtime/ports/store.ts'
import type { Lane, LeasedRecord, Outcome } from '../../runtime/ports/types.ts'
import { lookingCases } from './store-activity.ts'
import { attemptCases } from './store-attempts.ts'
import { TestClock } from './store-fixtures.ts'
import { keptCases } from './store-kept.ts'
import { ledgerCases } from './store-ledger.ts'
import { programCases } from './store-programs.ts'
import { queueCases } from './store-queue.ts'
import { waitCases } from './store-wait.ts'

export type MakeStore = (options: { readonly clock: Clock }) => Promise<Store>

/** What a case works with: a fresh store, its clock, and shorthands for the two commonest calls. */
export interface Bench {
  readonly store: Store
  readonly clock: TestClock
  /** Leases up to 100 live records for a minute, unless told otherwise. */
  lease(request?: Partial<LeaseRequest>): Promise<readonly LeasedRecord[]>
  /** Leases all that is due in a lane and settles each with the outcome. */
  finish(outcome: Outcome, lane?: Lane): Promise<number>
}

export async function bench(make: MakeStore): Promise<Bench> {
  const clock = new TestClock()
  const store = await make({ clock })
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

export function testStore(name: string, make: MakeStore): void {
  describe(name, () => {
    let current: Bench
    beforeEach(async () => {
      current = await bench(make)
    })
    afterEach(() => current.store.close())

    const it = () => current
    describe('queue', () => queueCases(it))
    describe('ledger', () => ledgerCases(it))
    describe('attempts', () => attemptCases(it))
    describe('looking', () => lookingCases(it))
    describe('wait', () => waitCases(it))
    describe('kept by name', () => keptCases(it))
    describe('random programs', () => programCases(make))
  })
}
