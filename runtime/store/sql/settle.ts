/** Settles leased records: status, delivered keys, lookup ids, totals, waiting events. All of a batch in few statements. */
import { deliveredKeys } from '../../ports/ledger.ts'
import type { ContactState, Lane, LeasedRecord, Outcome, Settlement } from '../../ports/types.ts'
import { withOwnDeliveries } from '../attempt-history.ts'
import {
  countableEvents,
  deadLetterEntries,
  deliveredContacts,
  eventLookupIds,
  identifiedContacts,
  scopeOf,
  shouldDropBody,
} from '../outcome-effects.ts'
import { endRepeatedWaits, isWaiting, waitingEvents } from '../waiting-events.ts'
import { insertLookupIds } from './append.ts'
import { writeContacts } from './contacts.ts'
import { insertDeadLetters, resolveDeadLetters } from './dead-letters.ts'
import { insertEvents } from './events.ts'
import { forgetSends, insertDelivered } from './keys.ts'
import { HOLDS, type LeaseKey, parseLease, promoteHeads } from './queue.ts'
import { requeueDeadLetters } from './requeue.ts'
import { appendAttempt, parseAttempts, toInteger } from './row-mapping.ts'
import { statementOfRows } from './statement.ts'
import { getEach, runEach, type Steps } from './steps.ts'
import { TallyBatch } from './tally-batch.ts'
import { releaseContacts, WaitBatch } from './waiting.ts'

/** A settlement whose lease holds, with the outcome as it is stored. */
interface SettledRecord {
  readonly record: LeasedRecord
  readonly seq: number
  readonly scope: string
  readonly outcome: Outcome
  /** Of earlier attempts, JSON. */
  readonly attempts: string | null
  /** Contacts whose waiting events are checked again. */
  readonly identified: readonly string[]
}

export interface Settled {
  /** Settlements whose lease still held; the others are dropped. */
  readonly count: number
  /** Lanes in which a record may have become due. */
  readonly lanes: ReadonlySet<Lane>
}

export function* settle(tenant: number, settlements: readonly Settlement[], now: number): Steps<Settled> {
  const tallies = new TallyBatch(tenant)
  const waits = new WaitBatch(tenant, tallies)
  const settled = yield* resolveOutcomes(tenant, settlements, waits)
  yield* writeStatus(tenant, settled, now)
  yield* writeLedger({ tenant, now, tallies }, settled)
  yield* waits.write()
  yield* tallies.write()
  yield* forgetSends(
    tenant,
    settlements.flatMap(({ outcome }) => deliveredKeys(outcome)),
  )
  yield* promoteHeads(settled.map(({ record: { lane, orderingKey } }) => ({ tenant, lane, orderingKey })))
  const identified = new Set(settled.flatMap((each) => each.identified))
  const released = yield* releaseWaiting(tenant, identified, now)
  return { count: settled.length, lanes: new Set([...settled.map(({ record }) => record.lane), ...released]) }
}

const HELD = statementOfRows(
  { tenant: 'integer', seq: 'integer', lease: 'text' },
  `SELECT seq, attempts FROM records{,} WHERE ${HOLDS}`,
)

/** The settlements whose leases hold, one after another: each sees the waits that those before it have begun and ended. */
function* resolveOutcomes(
  tenant: number,
  settlements: readonly Settlement[],
  waits: WaitBatch,
): Steps<readonly SettledRecord[]> {
  const leases = settlements.map(({ record }) => parseLease(record))
  const rows = yield* getEach<{ seq: number; attempts: string | null }>(
    HELD,
    leases.map((lease) => [tenant, ...lease]),
  )
  const held = new Map(rows.map((row) => [row.seq, row]))
  const checked = settlements.flatMap(({ record }, i) => (record.awaited === undefined ? [] : seqOf(leases[i])))
  yield* waits.read(
    settlements.flatMap(({ outcome }) => [...waitingEvents(outcome).keys()]),
    checked,
  )
  return settlements.flatMap(({ record, outcome: attempted }, i) => {
    const [seq] = seqOf(leases[i])
    const row = seq === undefined ? undefined : held.get(seq)
    if (seq === undefined || row === undefined) return []
    held.delete(seq)
    const scope = scopeOf(record)
    const whole = row.attempts === null ? attempted : withOwnDeliveries(attempted, parseAttempts(row.attempts))
    const { outcome, outdatedContacts } = endRepeatedWaits(whole, waits.holdersOf(seq, whole))
    // While a failed check is retried, the events go on waiting.
    const isRetried = outcome.status === 'deferred' && !isWaiting(outcome)
    const released = isRetried ? [] : waits.replace({ seq, scope, record }, outcome)
    const identified = [...released, ...identifiedContacts(outcome), ...outdatedContacts]
    return [{ record, seq, scope, outcome, attempts: row.attempts, identified }]
  })
}

const seqOf = (lease: LeaseKey | undefined): readonly number[] => (lease === undefined ? [] : [lease[0]])

const END = statementOfRows(
  { tenant: 'integer', seq: 'integer', status: 'text', settled_at: 'integer', outcome: 'text' },
  `UPDATE records SET status = :status, queue_head = NULL, cut_offs = 0, lease = NULL, owner = NULL,
    settled_at = :settled_at, outcome = :outcome
  {FROM} WHERE tenant = :tenant AND seq = :seq`,
)
const defer = (assignment = '') =>
  statementOfRows(
    { tenant: 'integer', seq: 'integer', due_at: 'integer', outcome: 'text', attempts: 'text' },
    `UPDATE records SET ${assignment} status = 'deferred', due_at = :due_at, cut_offs = 0, lease = NULL, owner = NULL,
      outcome = :outcome, attempts = :attempts
    {FROM} WHERE tenant = :tenant AND seq = :seq`,
  )
// A waiting record whose check fails stays outside its queue.
const DEFER = defer()
const PARK = defer('queue_head = NULL,')

const DROP_BODY = statementOfRows(
  { tenant: 'integer', seq: 'integer' },
  'DELETE FROM bodies {USING} WHERE tenant = :tenant AND seq = :seq',
)

function* writeStatus(tenant: number, settled: readonly SettledRecord[], now: number): Steps<void> {
  const ended: (readonly (string | number)[])[] = []
  const deferred: (readonly (string | number | null)[])[] = []
  const parked: (readonly (string | number | null)[])[] = []
  for (const { seq, outcome, attempts } of settled) {
    const json = JSON.stringify(outcome)
    // A final outcome is itself the record's last attempt; only a deferred one goes into the history.
    if (outcome.status !== 'deferred') ended.push([tenant, seq, outcome.status, now, json])
    else {
      const row = [tenant, seq, toInteger(outcome.until), json, appendAttempt(attempts, outcome, now)]
      ;(isWaiting(outcome) ? parked : deferred).push(row)
    }
  }
  yield* runEach(END, ended)
  yield* runEach(DEFER, deferred)
  yield* runEach(PARK, parked)
  const dropped = settled.filter(({ outcome, record }) => shouldDropBody(outcome, record.lane))
  yield* runEach(
    DROP_BODY,
    dropped.map(({ seq }) => [tenant, seq]),
  )
}

interface LedgerContext {
  readonly tenant: number
  readonly now: number
  readonly tallies: TallyBatch
}

function* writeLedger({ tenant, now, tallies }: LedgerContext, settled: readonly SettledRecord[]): Steps<void> {
  const newKeys = yield* writeDelivered(tenant, settled, now)
  // `trace` already finds a record by the keys that it was the first to deliver.
  yield* insertLookupIds(
    settled.flatMap(({ seq, outcome }) =>
      [...eventLookupIds(outcome)].flatMap((id) => (newKeys.get(id) === seq ? [] : [[tenant, id, seq] as const])),
    ),
  )
  yield* writeContacts(
    tenant,
    settled.flatMap(({ outcome }): readonly ContactState[] => deliveredContacts(outcome)),
  )
  yield* insertDeadLetters(
    tenant,
    settled.flatMap(({ seq, outcome }) => deadLetterEntries(outcome).map((entry) => ({ ...entry, seq }))),
    now,
  )
  if (newKeys.size > 0) yield* resolveDeadLetters(tenant, [...newKeys.keys()])
  const events = settled.map(({ seq, scope, record, outcome }) => {
    // `delete` returns true only once, so a key that one outcome names twice is counted once.
    const isNew = (key: string) => newKeys.get(key) === seq && newKeys.delete(key)
    const counted = countableEvents(outcome, record.lane, isNew)
    for (const { result } of counted) tallies.add(scope, now, result, 1)
    return { seq, scope, topic: record.topic, events: counted, copy: outcome.status === 'deferred' }
  })
  yield* insertEvents(tenant, events, now)
}

/** Writes the keys of delivered events. Returns those that were new, each with the record that delivered it first. */
function* writeDelivered(tenant: number, settled: readonly SettledRecord[], now: number): Steps<Map<string, number>> {
  const first = new Map<string, number>()
  for (const { seq, outcome } of settled)
    for (const key of deliveredKeys(outcome)) if (!first.has(key)) first.set(key, seq)
  const added = yield* insertDelivered(
    tenant,
    [...first].map(([key, seq]) => ({ key, seq })),
    now,
  )
  return new Map([...first].filter(([key]) => added.has(key)))
}

/** Makes the records that wait for an identified contact due; queues dead ones again. */
function* releaseWaiting(tenant: number, identified: ReadonlySet<string>, now: number): Steps<readonly Lane[]> {
  const released = yield* releaseContacts(tenant, identified)
  const dead = released.filter(({ status }) => status === 'dead').map(({ seq }) => seq)
  if (dead.length > 0) yield* requeueDeadLetters(tenant, dead, now)
  return released.map(({ lane }) => lane)
}
