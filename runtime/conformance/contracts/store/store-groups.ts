/** The groups of the store contract, and the parts of a store that each needs. */
import { activityCases } from './cases/activity-cases.ts'
import { attemptCases } from './cases/attempts-cases.ts'
import { clockCases } from './cases/clock-cases.ts'
import { contactCases, contactLedgerCases } from './cases/contacts-cases.ts'
import { countCases } from './cases/count-cases.ts'
import { deliveredDayCases } from './cases/delivered-days-cases.ts'
import { findEventsCases } from './cases/find-events-cases.ts'
import { deliveredKeyCases, sendCases, sendLedgerCases } from './cases/key-cases.ts'
import { cacheCases, checkpointCases } from './cases/key-values-cases.ts'
import { ledgerCases, ledgerKeyCases } from './cases/ledger-cases.ts'
import { queueCases, queueLedgerCases } from './cases/queue-cases.ts'
import { singleWaitCases, singleWaitLedgerCases } from './cases/single-waits-cases.ts'
import { waitCases, waitLedgerCases } from './cases/wait-cases.ts'
import { waitingCases, waitingLedgerCases } from './cases/waiting-cases.ts'
import type { StoreCases } from './store-cases.ts'
import type { StorePart } from './store-parts.ts'

export interface StoreGroup {
  readonly group: string
  readonly needs: readonly StorePart[]
  readonly cases: StoreCases
}

export const storeGroups: readonly StoreGroup[] = [
  { group: 'queue', needs: ['queue'], cases: queueCases },
  { group: 'queue', needs: ['queue', 'ledger'], cases: queueLedgerCases },
  { group: 'clock', needs: ['queue'], cases: clockCases },
  { group: 'wait', needs: ['queue'], cases: waitCases },
  { group: 'wait', needs: ['queue', 'ledger'], cases: waitLedgerCases },
  { group: 'delivered keys', needs: ['queue', 'keys'], cases: deliveredKeyCases },
  { group: 'sends', needs: ['queue', 'keys'], cases: sendCases },
  { group: 'sends', needs: ['queue', 'keys', 'ledger'], cases: sendLedgerCases },
  { group: 'checkpoints and cache', needs: ['queue', 'state'], cases: checkpointCases },
  { group: 'checkpoints and cache', needs: ['queue', 'cache'], cases: cacheCases },
  { group: 'contacts', needs: ['queue', 'state'], cases: contactCases },
  { group: 'contacts', needs: ['queue', 'state', 'ledger'], cases: contactLedgerCases },
  { group: 'waiting events', needs: ['queue', 'waiting'], cases: waitingCases },
  { group: 'waiting events', needs: ['queue', 'waiting', 'ledger'], cases: waitingLedgerCases },
  { group: 'events that wait once', needs: ['queue', 'waiting'], cases: singleWaitCases },
  { group: 'events that wait once', needs: ['queue', 'waiting', 'ledger'], cases: singleWaitLedgerCases },
  { group: 'ledger', needs: ['queue', 'ledger'], cases: ledgerCases },
  { group: 'ledger', needs: ['queue', 'keys', 'ledger'], cases: ledgerKeyCases },
  { group: 'attempts', needs: ['queue', 'ledger'], cases: attemptCases },
  { group: 'activity', needs: ['queue', 'ledger'], cases: activityCases },
  { group: 'counts by the hour and day', needs: ['queue', 'ledger'], cases: countCases },
  { group: 'search for events', needs: ['queue', 'waiting', 'ledger'], cases: findEventsCases },
  { group: 'delivered days', needs: ['queue', 'ledger'], cases: deliveredDayCases },
]
