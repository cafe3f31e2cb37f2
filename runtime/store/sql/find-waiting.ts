/** The search for events that wait: of records that are queued, being delivered, retried, or waiting for a contact. */
import type { EventPosition, EventSearch, FoundEvent } from '../../ports/event-search.ts'
import type { Lane } from '../../ports/types.ts'
import { matchesSearch, waitingEventsOf, waitingSeq } from '../found-events.ts'
import { type LedgerRow, ledgerEntry } from './row-mapping.ts'
import { type DialectWords, statement } from './statement.ts'
import { all, type Steps } from './steps.ts'

type Order = 'ASC' | 'DESC'

const inBothOrders = <T>(make: (order: Order) => T): Readonly<Record<Order, T>> => ({
  ASC: make('ASC'),
  DESC: make('DESC'),
})

// Each part has an index of its own that covers it, and reads nothing else: of a page far from those that wait, not one
// row. A record may be in two of them. `+`: SQLite would otherwise walk through all records by their numbers.
const RANGE = '+seq > ?2 AND +seq < ?3 AND received_at >= ?5 AND received_at <= ?6'
const QUEUED = `SELECT seq FROM records WHERE tenant = ?1 AND queue_head IS NOT NULL AND ${RANGE}`
const QUEUED_IN_LANE = `${QUEUED} AND lane = ?12`
const PARKED = `
  SELECT seq FROM records WHERE tenant = ?1 AND queue_head IS NULL AND status = 'deferred' AND cut_offs = 0 AND ${RANGE}`
const AWAITING = `
  SELECT seq FROM waiting_events WHERE tenant = ?1 AND +seq > ?2 AND +seq < ?3
    AND (?14 IS NULL OR metric = ?14) AND (?15 IS NULL OR reason = ?15)`
const INTERRUPTED = `
  SELECT seq FROM records WHERE tenant = ?1 AND cut_offs > 0 AND ${RANGE}
  UNION ALL SELECT seq FROM records WHERE tenant = ?1 AND lease IS NOT NULL AND ${RANGE}`
const named = ({ texts }: DialectWords) => `
  SELECT seq FROM records WHERE tenant = ?1 AND id IN ${texts('?14')}
  UNION SELECT seq FROM lookup_ids WHERE tenant = ?1 AND lookup_id IN ${texts('?14')}`

interface WaitingRow extends LedgerRow {
  readonly scope: string
  readonly queue: Lane | null
}

/** The records of some parts that meet the conditions, of the first ?4 in their order. */
const rowsOf = (parts: string | ((words: DialectWords) => string)) =>
  inBothOrders((order) =>
    statement((words) => {
      const { isOneOf, contains, ofTenant } = words
      const seqs = `SELECT seq FROM (${typeof parts === 'string' ? parts : parts(words)}) AS found
        WHERE +seq > ?2 AND +seq < ?3 ORDER BY +seq ${order} LIMIT ?4`
      return `
  SELECT r.seq, id, ingress, lane, topic, stream, resource, workspace, lookup_ids, received_at, scope, status, attempt,
    due_at, settled_at, outcome, NULL AS attempts, NULL AS body,
    CASE WHEN queue_head IS NOT NULL THEN lane END AS queue
  FROM records r
  WHERE ${ofTenant('r.tenant = ?1')} AND ${isOneOf('r.seq', seqs)} AND settled_at IS NULL
    AND received_at >= ?5 AND received_at <= ?6 AND (?7 IS NULL OR topic = ?7) AND (?8 IS NULL OR scope = ?8)
    AND (?9 IS NULL OR CASE WHEN scope IN ('live', 'reconcile') THEN scope ELSE 'history' END = ?9)
    AND (?10 IS NULL OR ${contains('outcome', '?10')}) AND (?11 IS NULL OR ${contains('outcome', '?11')})
    AND (?12 IS NULL OR lane = ?12 AND queue_head IS NOT NULL)
  ORDER BY r.seq ${order} LIMIT ?13`
    }),
  )
const ALL = rowsOf([QUEUED, PARKED, INTERRUPTED].join(' UNION ALL '))
const OF_KIND = rowsOf([QUEUED, AWAITING, INTERRUPTED].join(' UNION ALL '))
const OF_LANE = rowsOf(QUEUED_IN_LANE)
const NAMED = rowsOf(named)

/** Records whose events are read at once, beyond those of a page: some may have happened too late or too early for it. */
const SPARE = 10

/**
 * Records looked through: first few, since the newest often fill a page, then all. Of a longer queue a filter that few match
 * finds those among its newest.
 */
const LOOKS = [250, 130_000]

/** In the order in which their records were received. */
export function* findWaiting(tenant: number, search: EventSearch): Steps<readonly FoundEvent[]> {
  let found: FoundEvent[] = []
  for (const size of LOOKS) {
    if (size < search.limit) continue
    found = yield* findAmong(tenant, search, size)
    if (found.length >= search.limit) break
  }
  return found
}

/** In the records received last, `size` of them. */
export function* findAmong(tenant: number, search: EventSearch, size: number): Steps<FoundEvent[]> {
  const order = search.after === undefined ? 'DESC' : 'ASC'
  const found: FoundEvent[] = []
  const most = search.limit + SPARE
  let [first, last] = [seqOf(search.after, 0) - 1, seqOf(search.before, Number.MAX_SAFE_INTEGER - 1) + 1]
  for (;;) {
    const rows = yield* readRows(tenant, search, order, { first, last, size, most })
    for (const row of rows) found.push(...matchesOf(row, search))
    const end = rows.at(-1)
    if (end === undefined || rows.length < most || found.length >= search.limit) return found
    if (order === 'DESC') last = end.seq
    else first = end.seq
  }
}

interface Range {
  /** The records' numbers lie between these two. */
  readonly first: number
  readonly last: number
  /** Records looked through. */
  readonly size: number
  readonly most: number
}

function* readRows(
  tenant: number,
  search: EventSearch,
  order: Order,
  { first, last, size, most }: Range,
): Steps<readonly WaitingRow[]> {
  const { refs, metric, reason, queue, exceptMetrics } = search
  const values = [tenant, first, last, size, ...conditions(search), most]
  const isOfKind =
    (metric !== undefined && metric !== '') || reason !== undefined || exceptMetrics?.includes('') === true
  if (refs !== undefined) return yield* all<WaitingRow>(NAMED[order], ...values, JSON.stringify(refs))
  if (queue !== undefined) return yield* all<WaitingRow>(OF_LANE[order], ...values)
  if (isOfKind) return yield* all<WaitingRow>(OF_KIND[order], ...values, metric || null, reason ?? null)
  return yield* all<WaitingRow>(ALL[order], ...values)
}

function matchesOf(row: WaitingRow, search: EventSearch): readonly FoundEvent[] {
  const entry = ledgerEntry(row)
  const names = new Set([entry.id, ...entry.lookupIds])
  return waitingEventsOf(entry, row.scope, row.queue ?? undefined).filter((event) =>
    matchesSearch(event, search, names),
  )
}

/** The number of the record at a position: of an event that ended, any may be next to it. */
const seqOf = (position: EventPosition | undefined, any: number): number =>
  position === undefined || position.id > 0 ? any : waitingSeq(position.id)

function conditions({ since = 0, until = Number.MAX_SAFE_INTEGER, before, after, ...search }: EventSearch) {
  const { topic = null, run = null, origin = null, queue = null, metric, reason } = search
  const quoted = (text: string | undefined) => (text === undefined || text === '' ? null : JSON.stringify(text))
  const [earliest, latest] = [Math.max(since, after?.at ?? 0), Math.min(until, before?.at ?? until)]
  return [earliest, latest, topic, run, origin, quoted(metric), quoted(reason), queue] as const
}
