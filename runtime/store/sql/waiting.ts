/** Events that wait for their contact: those of one settlement batch in memory, and their release. */
import { groupBy } from '../../lib/group-by.ts'
import type { Lane, LeasedRecord, Outcome } from '../../ports/types.ts'
import { type Holder, type WaitingEvent, waitingEvents } from '../waiting-events.ts'
import { statement, statementOfRows } from './statement.ts'
import { all, get, run, runEach, type Steps } from './steps.ts'
import type { TallyBatch } from './tally-batch.ts'

const WAITING = statement(
  ({ texts }) => `
  SELECT w.key FROM waiting_events w JOIN records r ON r.tenant = w.tenant AND r.seq = w.seq
  WHERE w.tenant = ?1 AND w.key IN ${texts('?2')} AND r.status <> 'dead'`,
)

export function* filterWaiting(tenant: number, keys: readonly string[]): Steps<ReadonlySet<string>> {
  const rows = yield* all<{ key: string }>(WAITING, tenant, JSON.stringify(keys))
  return new Set(rows.map(({ key }) => key))
}

interface StoredWait extends WaitingEvent, Holder {
  readonly seq: number
  readonly scope: string
  /** The contact was identified since the record's last check began. */
  readonly released: boolean
}

interface WaitRow extends WaitingEvent {
  readonly seq: number
  readonly scope: string
  readonly status: string
  readonly released: number
}

const READ = `
  SELECT w.key, w.seq, w.contact, w.metric, w.reason, w.released, r.scope, r.status
  FROM waiting_events w JOIN records r ON r.tenant = w.tenant AND r.seq = w.seq WHERE`
const READ_KEYS = statement(({ texts }) => `${READ} w.tenant = ?1 AND w.key IN ${texts('?2')}`)
const READ_RECORDS = statement(
  ({ integers, ofTenant }) => `${READ} ${ofTenant('w.tenant = ?1')} AND w.seq IN ${integers('?2')}`,
)

const INSERT = statementOfRows(
  { tenant: 'integer', key: 'text', seq: 'integer', contact: 'text', metric: 'text', reason: 'text' },
  `INSERT INTO waiting_events (tenant, key, seq, contact, metric, reason)
  {ROW :tenant, :key, :seq, :contact, :metric, :reason}`,
)
const DELETE = statement(({ texts }) => `DELETE FROM waiting_events WHERE tenant = ?1 AND key IN ${texts('?2')}`)

/** A settlement, as far as its waiting events are concerned. */
export interface SettledWaits {
  readonly seq: number
  readonly scope: string
  readonly record: Pick<LeasedRecord, 'awaited'>
}

/** The waiting events that a batch of settlements reads and changes; written at the end, all at once. */
export class WaitBatch {
  readonly #tenant: number
  readonly #tallies: TallyBatch
  /** As stored, then as changed. */
  readonly #waits = new Map<string, StoredWait>()
  readonly #stored = new Map<string, StoredWait>()

  constructor(tenant: number, tallies: TallyBatch) {
    this.#tenant = tenant
    this.#tallies = tallies
  }

  /** Reads the waiting events with these keys, and those of these records. */
  *read(keys: readonly string[], seqs: readonly number[]): Steps<void> {
    if (keys.length > 0) this.#add(yield* all<WaitRow>(READ_KEYS, this.#tenant, JSON.stringify(keys)))
    if (seqs.length > 0) this.#add(yield* all<WaitRow>(READ_RECORDS, this.#tenant, JSON.stringify(seqs)))
  }

  #add(rows: readonly WaitRow[]): void {
    for (const { released, status, ...row } of rows) {
      const wait = { ...row, released: released === 1, isDead: status === 'dead' }
      this.#stored.set(row.key, wait)
      this.#waits.set(row.key, wait)
    }
  }

  /** The other records with which waiting events of the outcome wait already, by key. */
  holdersOf(seq: number, outcome: Outcome): ReadonlyMap<string, Holder> {
    const holders = new Map<string, Holder>()
    if (this.#waits.size === 0) return holders
    for (const key of waitingEvents(outcome).keys()) {
      const wait = this.#waits.get(key)
      if (wait !== undefined && wait.seq !== seq) holders.set(key, wait)
    }
    return holders
  }

  /**
   * Replaces the waiting events of a settled record; takes those of dead records over. Returns the contacts identified
   * while it was leased.
   */
  replace({ seq, scope, record }: SettledWaits, outcome: Outcome): readonly string[] {
    const released = record.awaited === undefined ? [] : this.remove(seq)
    for (const event of waitingEvents(outcome).values()) {
      const holder = this.#waits.get(event.key)
      if (holder !== undefined) this.#tallies.addWaiting(holder.scope, holder, -1)
      this.#waits.set(event.key, { ...event, seq, scope, released: false, isDead: outcome.status === 'dead' })
      this.#tallies.addWaiting(scope, event, 1)
    }
    return released
  }

  /** Removes the waiting events of a record. Returns the contacts identified while it was leased. */
  remove(seq: number): readonly string[] {
    const own = [...this.#waits.values()].filter((wait) => wait.seq === seq)
    for (const wait of own) {
      this.#waits.delete(wait.key)
      this.#tallies.addWaiting(wait.scope, wait, -1)
    }
    return own.flatMap(({ contact, released }) => (released ? [contact] : []))
  }

  *write(): Steps<void> {
    const gone = [...this.#stored].flatMap(([key, wait]) => (this.#waits.get(key) === wait ? [] : [key]))
    if (gone.length > 0) yield* run(DELETE, this.#tenant, JSON.stringify(gone))
    const added = [...this.#waits.values()].filter((wait) => this.#stored.get(wait.key) !== wait)
    yield* runEach(
      INSERT,
      added.map(({ key, seq, contact, metric, reason }) => [this.#tenant, key, seq, contact, metric, reason]),
    )
  }
}

/** Removes the waiting events of records, and subtracts them from the totals. */
export function* removeWaits(tenant: number, seqs: readonly number[], tallies: TallyBatch): Steps<void> {
  const waits = new WaitBatch(tenant, tallies)
  yield* waits.read([], seqs)
  for (const seq of seqs) waits.remove(seq)
  yield* waits.write()
}

const AWAITED = statement(
  ({ integers, ofTenant }) =>
    `SELECT seq, key FROM waiting_events WHERE ${ofTenant('tenant = ?1')} AND seq IN ${integers('?2')}`,
)
const START_CHECKS = statement(
  ({ integers, ofTenant }) =>
    `UPDATE waiting_events SET released = 0 WHERE ${ofTenant('tenant = ?1')} AND seq IN ${integers('?2')}`,
)

/** The keys of the records' waiting events. From here on a release counts as later than this check. */
export function* startChecks(tenant: number, seqs: readonly number[]): Steps<ReadonlyMap<number, readonly string[]>> {
  if (seqs.length === 0) return new Map()
  const json = JSON.stringify(seqs)
  const rows = yield* all<{ seq: number; key: string }>(AWAITED, tenant, json)
  yield* run(START_CHECKS, tenant, json)
  return new Map([...groupBy(rows, ({ seq }) => seq)].map(([seq, own]) => [seq, own.map(({ key }) => key).sort()]))
}

const ANY = statement('SELECT 1 AS found FROM waiting_events WHERE tenant = ?1 LIMIT 1')
const FIND = statement(
  ({ texts, ofTenant }) => `
  SELECT DISTINCT w.seq, r.lane, r.status
  FROM waiting_events w JOIN records r ON r.tenant = w.tenant AND r.seq = w.seq
  WHERE ${ofTenant('w.tenant = ?1')} AND w.contact IN ${texts('?2')}`,
)
const MARK_RELEASED = statementOfRows(
  { tenant: 'integer', contact: 'text' },
  ({ ofTenant }) =>
    `UPDATE waiting_events SET released = 1 {FROM} WHERE ${ofTenant('tenant = :tenant')} AND contact = :contact`,
)
const MAKE_DUE = statement(
  ({ integers, ofTenant }) =>
    `UPDATE records SET due_at = 0 WHERE ${ofTenant('tenant = ?1')} AND seq IN ${integers('?2')} AND status = 'deferred'`,
)

interface ReleasedRow {
  readonly seq: number
  readonly lane: Lane
  readonly status: string
}

/**
 * Makes the records that wait for any of the contacts due. Of a leased one it marks the events, so that it is due at once
 * if it waits again. Returns the records, so that the caller can wake their lanes and requeue dead ones.
 */
export function* releaseContacts(tenant: number, contacts: ReadonlySet<string>): Steps<readonly ReleasedRow[]> {
  if (contacts.size === 0 || (yield* get(ANY, tenant)) === undefined) return []
  const json = JSON.stringify([...contacts])
  const rows = yield* all<ReleasedRow>(FIND, tenant, json)
  if (rows.length === 0) return []
  yield* runEach(
    MARK_RELEASED,
    [...contacts].map((contact) => [tenant, contact]),
  )
  yield* run(MAKE_DUE, tenant, JSON.stringify(rows.map(({ seq }) => seq)))
  return rows
}
