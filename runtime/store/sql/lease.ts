/** A lease: releases what holds due records back, then leases them. */
import type { ProcessIdentity } from '../../ports/effects.ts'
import type { LeaseRequest } from '../../ports/store.ts'
import type { LeasedRecord } from '../../ports/types.ts'
import { type KnownOwner, type Owner, othersQuery, releaseDeadOwners } from './owner.ts'
import {
  type DueRow,
  dueQuery,
  expiredQuery,
  expireLeases,
  type Lessee,
  lease,
  type QueuePosition,
  releaseLost,
} from './queue.ts'
import { all, allAtOnce, type Steps } from './steps.ts'
import type { LostLeases } from './unknown-leases.ts'

export interface LeaseCall {
  readonly tenant: number
  readonly request: LeaseRequest
  readonly now: number
  readonly lost: LostLeases
  readonly lessee: Lessee
  /** This process. */
  readonly owner: Owner
  readonly self: ProcessIdentity
}

export interface Leased {
  readonly records: readonly LeasedRecord[]
  /** Records of any tenant whose leases ended with their process. */
  readonly released: readonly QueuePosition[]
}

/** Asks at once for what may have to be released and for what is due: nearly always there is nothing to release. */
export function* leaseDue({ tenant, request, now, lost, lessee, owner, self }: LeaseCall): Steps<Leased> {
  const due = dueQuery(tenant, request, now)
  const isLost = lost.tokens.size > 0 || lost.records.size > 0
  const queries = [othersQuery(owner), expiredQuery(tenant, now), due]
  const [others, expired, rows] = (yield* allAtOnce(queries)) as [KnownOwner[], QueuePosition[], DueRow[]]
  const isDead = others.some(({ process }) => self.hasExited(process))
  const until = now + request.leaseMs
  if (!isLost && !isDead && expired.length === 0)
    return { released: [], records: yield* lease(tenant, rows, until, lessee) }
  const released = yield* releaseDeadOwners(owner, self, now)
  yield* releaseLost(tenant, lost)
  yield* expireLeases(tenant, now)
  const found = yield* all<DueRow>(due.statement, ...due.values)
  return { released, records: yield* lease(tenant, found, until, lessee) }
}
