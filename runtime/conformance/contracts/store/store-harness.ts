/** What a case of the store contract works with: a fresh store, its clock, and the commonest steps. */
import type { Clock } from '../../../ports/effects.ts'
import type { LeaseRequest, Store } from '../../../ports/store.ts'
import type { EventResult, Lane, LeasedRecord, Outcome, SourceRecord } from '../../../ports/types.ts'
import { record, settlement, single } from './fixtures.ts'
import { TestClock } from './test-clock.ts'

/**
 * Makes a fresh, empty store that takes the time from `clock` and waits by it. It may lack the methods of the parts that are
 * left out (`STORE_PARTS`).
 */
export type StoreFactory = (options: { readonly clock: Clock }) => Partial<Store> | Promise<Partial<Store>>

export interface StoreHarness {
  readonly store: Store
  readonly clock: TestClock
  /** Leases up to 100 live records for a minute by default. */
  lease(request?: Partial<LeaseRequest>): Promise<readonly LeasedRecord[]>
  /** Leases every due record of a lane and settles each with the outcome. */
  finish(outcome: Outcome, lane?: Lane): Promise<number>
  /** Leases the only due record and settles it. Fails if not exactly one is due. */
  finishOne(outcome: Outcome, request?: Partial<LeaseRequest>): Promise<void>
  /** Appends a record and settles it. */
  settle(id: string, outcome: Outcome, rest?: Partial<SourceRecord>): Promise<void>
  /** Appends records and settles each with its outcome, one after another. */
  end(outcomes: Readonly<Record<string, Outcome>>): Promise<void>
  /** The outcome of a record whose events wait for their contacts: it is checked again after a minute. */
  awaiting(events: readonly EventResult[]): Outcome
  /** The tallies as `metric|status|reason|count`. */
  totals(scope?: string): Promise<readonly string[]>
}

export async function createHarness(make: StoreFactory): Promise<StoreHarness> {
  const clock = new TestClock()
  const store = reportMissingMethods(await make({ clock }))
  const lease = (request: Partial<LeaseRequest> = {}) =>
    store.lease({ lane: 'live', limit: 100, leaseMs: 60_000, ...request })
  const settle = async (id: string, outcome: Outcome, rest: Partial<SourceRecord> = {}) => {
    await store.append([record(id, rest)])
    const leased = await lease({ lane: rest.lane ?? 'live' })
    await store.settle([settlement(single(leased.filter((one) => one.id === id)), outcome)])
  }
  return {
    store,
    clock,
    lease,
    settle,
    async finish(outcome, lane = 'live') {
      const records = await lease({ lane })
      return store.settle(records.map((one) => settlement(one, outcome)))
    },
    async finishOne(outcome, request) {
      await store.settle([settlement(single(await lease(request)), outcome)])
    },
    async end(outcomes) {
      for (const [id, outcome] of Object.entries(outcomes)) await settle(id, outcome)
    },
    awaiting: (events) => ({ status: 'deferred', awaits: 'awaiting-identity', until: clock.now() + 60_000, events }),
    async totals(scope) {
      const tallies = await store.tallies(scope)
      return tallies.map(({ metric, status, reason, count }) => [metric, status, reason, count].join('|'))
    },
  }
}

/** Names the method that a store lacks, and how to leave out its part. */
function reportMissingMethods(store: Partial<Store>): Store {
  return new Proxy(store as Store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member === 'function') return member.bind(target)
      if (typeof name === 'symbol' || name === 'then') return member
      throw new Error(`the store has no method "${name}"; choose by \`parts\` those that it has, see STORE_PARTS`)
    },
  })
}
