/** Drops old records and lookups, page by page. The keys of delivered events stay. */
import type { Retention } from '../../ports/ledger-store.ts'
import { pruneActivity } from './activity.ts'
import { pruneCache } from './key-values.ts'
import { pruneSends } from './keys.ts'
import { PAGE_SIZE } from './ledger.ts'
import { statement } from './statement.ts'
import { all, run, type Steps } from './steps.ts'
import { TallyBatch } from './tally-batch.ts'
import { removeWaits } from './waiting.ts'

const OLD = statement(`
  SELECT seq FROM records WHERE tenant = ?1 AND status = ?2 AND settled_at < ?3 ORDER BY settled_at LIMIT ${PAGE_SIZE}`)
const DELETE = statement(
  ({ integers, ofTenant }) => `DELETE FROM records WHERE ${ofTenant('tenant = ?1')} AND seq IN ${integers('?2')}`,
)

/** Drops one page of old records of each status with their bodies and lookup ids. Returns how many. */
export function* prunePage(tenant: number, retention: Retention, now: number): Steps<number> {
  if (retention.lookups !== undefined) yield* pruneCache(tenant, now - retention.lookups)
  yield* pruneActivity(tenant, now)
  yield* pruneSends(tenant, now - retention.dead)
  const ages = { delivered: retention.settled, skipped: retention.settled, dead: retention.dead }
  let count = 0
  for (const [status, age] of Object.entries(ages)) {
    const seqs = (yield* all<{ seq: number }>(OLD, tenant, status, now - age)).map(({ seq }) => seq)
    if (seqs.length === 0) continue
    if (status === 'dead') yield* forgetWaitingEvents(tenant, seqs)
    yield* run(DELETE, tenant, JSON.stringify(seqs))
    count += seqs.length
  }
  return count
}

/** Subtracts the waiting events of dead letters that are about to be dropped. */
function* forgetWaitingEvents(tenant: number, seqs: readonly number[]): Steps<void> {
  const tallies = new TallyBatch(tenant)
  yield* removeWaits(tenant, seqs, tallies)
  yield* tallies.write()
}
