/** The parts of a store, which the contract tests together or apart. */
import type { Store } from '../../../ports/store.ts'

/** `ledger` is for people and for counting; the pipeline needs the others. */
export type StorePart = 'queue' | 'keys' | 'state' | 'cache' | 'waiting' | 'ledger'

export interface StorePartInfo {
  readonly doc: string
  readonly methods: readonly Exclude<keyof Store, 'nextDue' | 'noticesOthers' | 'hasLedger' | 'claim'>[]
}

/** The parts of a store, and the methods that the cases of each call besides those of part `queue`. */
export const STORE_PARTS: Readonly<Record<StorePart, StorePartInfo>> = {
  queue: {
    doc: 'Keeps records until they are settled: append, lease, renew, release, fencing, order, waits, set clocks.',
    methods: ['append', 'lease', 'renew', 'settle', 'mostCutOffs', 'release', 'isQueued', 'wait', 'backlog', 'close'],
  },
  keys: {
    doc: 'Remembers the keys of delivered events, and notes events before they are sent.',
    methods: ['filterDelivered', 'beginSends', 'readSends', 'forgetSends', 'moveSends'],
  },
  state: {
    doc: 'Keeps the newest state of each contact, and checkpoints.',
    methods: ['readContacts', 'contactsSharing', 'readCheckpoint', 'writeCheckpoints', 'compareAndSwapCheckpoint'],
  },
  cache: { doc: 'Caches lookups.', methods: ['readCache', 'writeCache', 'deleteCache'] },
  waiting: {
    doc: 'Has events wait for their contacts outside the queue, each in one record.',
    methods: ['filterWaiting'],
  },
  ledger: {
    doc: 'Counts and lists what became of every record: trace, tallies, dead letters, replay, retention.',
    methods: [
      ...(['tallies', 'trace', 'activity', 'deliveredByDay', 'events', 'listUnsettled', 'listDeadLetters'] as const),
      ...([
        'findEvents',
        'countEvents',
        'readRecord',
        'findRecords',
        'groupDeadLetters',
        'countDeadLetters',
        'replay',
        'dismiss',
        'applyRetention',
      ] as const),
    ],
  },
}
