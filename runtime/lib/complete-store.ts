/** Lets the connector run with a store that keeps no ledger: nothing was counted, and nothing is found. */
import type { Ledger } from '../ports/ledger-store.ts'
import type { HostStore, Store } from '../ports/store.ts'

const EMPTY: Ledger = {
  tallies: async () => [],
  trace: async () => [],
  readRecord: async () => undefined,
  findRecords: async () => [],
  activity: async () => [],
  deliveredByDay: async () => [],
  events: async () => [],
  findEvents: async () => [],
  countEvents: async () => 0,
  listUnsettled: async () => [],
  listDeadLetters: async () => [],
  groupDeadLetters: async () => [],
  countDeadLetters: async () => 0,
  replay: async () => 0,
  dismiss: async () => 0,
  applyRetention: async () => 0,
}

/** The store itself if it has the whole ledger; else the store with what it lacks, and `hasLedger` false. */
export function completeStore(store: HostStore): Store {
  if (isComplete(store)) return store
  return new Proxy(store as Store, {
    get(target, name) {
      if (name === 'hasLedger') return false
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member === 'function') return member.bind(target)
      return member ?? Reflect.get(EMPTY, name)
    },
  })
}

function isComplete(store: HostStore): store is Store {
  return Object.keys(EMPTY).every((name) => typeof Reflect.get(store, name) === 'function')
}
