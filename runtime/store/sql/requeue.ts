/** Takes dead letters out of the ledger: queues them again, or dismisses them. */
import type { Lane, Outcome } from '../../ports/types.ts'
import { countableEvents, dismissedOutcome } from '../outcome-effects.ts'
import { deleteDeadLetters } from './dead-letters.ts'
import { deleteEvents, insertEvents } from './events.ts'
import { POSITION, promoteHeads, type QueuePosition } from './queue.ts'
import { appendAttempt } from './row-mapping.ts'
import { statement, statementOfRows } from './statement.ts'
import { all, runEach, type Steps } from './steps.ts'
import { TallyBatch } from './tally-batch.ts'
import { removeWaits } from './waiting.ts'

interface DeadRow extends QueuePosition {
  readonly scope: string
  readonly topic: string | null
  readonly outcome: string
  readonly attempts: string | null
  readonly settled_at: number
}

interface DeadRecord extends Omit<DeadRow, 'outcome'> {
  readonly outcome: Outcome
}

const DEAD = statement(
  ({ integers, ofTenant }) => `
  SELECT ${POSITION}, scope, topic, outcome, attempts, settled_at FROM records
  WHERE ${ofTenant('tenant = ?1')} AND seq IN ${integers('?2')} AND status = 'dead' ORDER BY seq`,
)

function* readDead(tenant: number, seqs: readonly number[]): Steps<readonly DeadRecord[]> {
  const rows = yield* all<DeadRow>(DEAD, tenant, JSON.stringify(seqs))
  return rows.map((row) => ({ ...row, outcome: JSON.parse(row.outcome) as Outcome }))
}

const REQUEUE = statementOfRows(
  { tenant: 'integer', seq: 'integer', attempts: 'text' },
  `UPDATE records SET status = 'pending', ingress = 'replay', queue_head = 0, attempt = 0, cut_offs = 0, due_at = 0,
    settled_at = NULL, attempts = :attempts
  {FROM} WHERE tenant = :tenant AND seq = :seq`,
)

/** Queues dead letters again. Returns their lanes. */
export function* requeueDeadLetters(tenant: number, seqs: readonly number[], now: number): Steps<readonly Lane[]> {
  const dead = yield* readDead(tenant, seqs)
  yield* runEach(
    REQUEUE,
    dead.map(({ seq, attempts, outcome, settled_at }) => [
      tenant,
      seq,
      appendAttempt(attempts, outcome, settled_at, { replayed: now }),
    ]),
  )
  yield* withdraw(tenant, dead)
  yield* promoteHeads(dead)
  return dead.map(({ lane }) => lane)
}

const DISMISS = statementOfRows(
  { tenant: 'integer', seq: 'integer', settled_at: 'integer', outcome: 'text', attempts: 'text' },
  `UPDATE records SET status = 'skipped', settled_at = :settled_at, outcome = :outcome, attempts = :attempts
  {FROM} WHERE tenant = :tenant AND seq = :seq`,
)

/** Ends dead letters that can never be delivered. Returns how many. */
export function* dismissDeadLetters(
  tenant: number,
  seqs: readonly number[],
  { reason, now }: { readonly reason: string; readonly now: number },
): Steps<number> {
  const dead = yield* readDead(tenant, seqs)
  yield* withdraw(tenant, dead)
  const tallies = new TallyBatch(tenant)
  const ended = dead.map((row) => {
    const outcome = dismissedOutcome(row.outcome)
    const events = countableEvents(outcome, row.lane, () => false)
    for (const { result } of events) tallies.add(row.scope, now, result, 1)
    return { ...row, topic: row.topic ?? undefined, ended: outcome, events, copy: false }
  })
  yield* runEach(
    DISMISS,
    ended.map(({ seq, ended, outcome, attempts, settled_at: died }) => [
      tenant,
      seq,
      now,
      JSON.stringify(ended),
      appendAttempt(attempts, outcome, died, { dismissed: reason }),
    ]),
  )
  yield* insertEvents(tenant, ended, now)
  yield* tallies.write()
  return dead.length
}

/** Takes dead letters out of the totals and the list of events, except the events that were delivered. */
function* withdraw(tenant: number, dead: readonly DeadRecord[]): Steps<void> {
  const seqs = dead.map(({ seq }) => seq)
  const tallies = new TallyBatch(tenant)
  for (const { scope, settled_at, outcome, lane } of dead)
    for (const { result } of countableEvents(outcome, lane, () => false)) tallies.add(scope, settled_at, result, -1)
  yield* removeWaits(tenant, seqs, tallies)
  yield* tallies.write()
  yield* deleteEvents(tenant, dead)
  yield* deleteDeadLetters(tenant, seqs)
}
