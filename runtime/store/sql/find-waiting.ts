/** The search for events that wait: of records that are queued, being delivered, retried, or waiting for a contact. */
import type { EventPosition, EventSearch, FoundEvent } from '../../ports/event-search.ts'
import { matchesSearch, waitingEventsOf, waitingSeq } from '../found-events.ts'
import { type LedgerRow, ledgerEntry } from './row-mapping.ts'
import { statement } from './statement.ts'
import { all, type Steps } from './steps.ts'

type Order = 'ASC' | 'DESC'

const inBothOrders = <T>(make: (order: Order) => T): Readonly<Record<Order, T>> => ({
  ASC: make('ASC'),
  DESC: make('DESC'),
})

// Each part has an index of its own, and reads nothing else. A record may be in two of them. `+`: SQLite would otherwise
// walk through all records by their numbers.
const QUEUED = 'SELECT seq FROM records WHERE tenant = ?1 AND queue_head IS NOT NULL AND +seq > ?2 AND +seq < ?3'
const QUEUED_IN_LANE = `
  SELECT seq FROM records
  WHERE tenant = ?1 AND lane = ?5 AND queue_head IS NOT NULL AND +seq > ?2 AND +seq < ?3`
const PARKED = `
  SELECT seq FROM records
  WHERE tenant = ?1 AND queue_head IS NULL AND status = 'deferred' AND cut_offs = 0 AND +seq > ?2 AND +seq < ?3`
const AWAITING = `
  SELECT seq FROM waiting_events WHERE tenant = ?1 AND +seq > ?2 AND +seq < ?3
    AND (?5 IS NULL OR metric = ?5) AND (?6 IS NULL OR reason = ?6)`
const INTERRUPTED = `
  SELECT seq FROM records WHERE tenant = ?1 AND cut_offs > 0 AND +seq > ?2 AND +seq < ?3
  UNION ALL SELECT seq FROM records WHERE tenant = ?1 AND lease IS NOT NULL AND +seq > ?2 AND +seq < ?3`

const seqsOf = (...parts: readonly string[]) =>
  inBothOrders((order) =>
    statement(`SELECT seq FROM (${parts.join(' UNION ALL ')}) AS found ORDER BY +seq ${order} LIMIT ?4`),
  )
const ALL = seqsOf(QUEUED, PARKED, INTERRUPTED)
const OF_KIND = seqsOf(QUEUED, AWAITING, INTERRUPTED)
const OF_LANE = seqsOf(QUEUED_IN_LANE)
const NAMED = inBothOrders((order) =>
  statement(
    ({ texts, ofTenant }) => `
  SELECT seq FROM records WHERE ${ofTenant('tenant = ?1')} AND +seq > ?2 AND +seq < ?3 AND seq IN (
    SELECT seq FROM records WHERE tenant = ?1 AND id IN ${texts('?5')}
    UNION SELECT seq FROM lookup_ids WHERE tenant = ?1 AND lookup_id IN ${texts('?5')})
  ORDER BY seq ${order} LIMIT ?4`,
  ),
)

interface WaitingRow extends LedgerRow {
  readonly scope: string
}

/** Records whose events are read at once, beyond those of a page: some may have happened too late or too early for it. */
const SPARE = 10

const ROWS = inBothOrders((order) =>
  statement(
    ({ integers, contains, ofTenant }) => `
  SELECT r.seq, id, ingress, lane, topic, stream, resource, workspace, lookup_ids, received_at, scope, status, attempt,
    due_at, settled_at, outcome, NULL AS attempts, NULL AS body
  FROM records r
  WHERE ${ofTenant('r.tenant = ?1')} AND r.seq IN ${integers('?2')} AND settled_at IS NULL
    AND received_at >= ?3 AND received_at <= ?4 AND (?5 IS NULL OR topic = ?5) AND (?6 IS NULL OR scope = ?6)
    AND (?7 IS NULL OR CASE WHEN scope IN ('live', 'reconcile') THEN scope ELSE 'history' END = ?7)
    AND (?8 IS NULL OR ${contains('outcome', '?8')}) AND (?9 IS NULL OR ${contains('outcome', '?9')})
    AND (?10 IS NULL OR lane = ?10 AND queue_head IS NOT NULL)
  ORDER BY r.seq ${order} LIMIT ?11`,
  ),
)

/** Records looked through at once: first few, since the newest often fill a page, then more. */
const FIRST_CHUNK = 250
const GROWTH = 8
/** Together more than a hundred thousand. Of a longer queue a filter that few match finds those among its newest. */
const MOST_CHUNKS = 4

/** In the order in which their records were received. */
export function* findWaiting(tenant: number, search: EventSearch): Steps<readonly FoundEvent[]> {
  const order = search.after === undefined ? 'DESC' : 'ASC'
  const found: FoundEvent[] = []
  let [first, last] = [seqOf(search.after, 0) - 1, seqOf(search.before, Number.MAX_SAFE_INTEGER - 1) + 1]
  let chunks = 0
  const most = search.limit + SPARE
  for (let size = FIRST_CHUNK; chunks < MOST_CHUNKS && found.length < search.limit; ) {
    const seqs = yield* readSeqs(tenant, search, order, [first, last, size])
    if (seqs.length === 0) break
    const rows = yield* all<WaitingRow>(ROWS[order], tenant, JSON.stringify(seqs), ...conditions(search), most)
    for (const row of rows) found.push(...matchesOf(row, search))
    const isWhole = rows.length < most
    const end = (isWhole ? seqs.at(-1) : rows.at(-1)?.seq) ?? 0
    if (isWhole && seqs.length < size) break
    if (order === 'DESC') last = end
    else first = end
    if (isWhole) {
      size *= GROWTH
      chunks += 1
    }
  }
  return found
}

type Range = readonly [first: number, last: number, limit: number]

function* readSeqs(
  tenant: number,
  { refs, metric, reason, queue, exceptMetrics }: EventSearch,
  order: Order,
  range: Range,
): Steps<readonly number[]> {
  const isOfKind =
    (metric !== undefined && metric !== '') || reason !== undefined || exceptMetrics?.includes('') === true
  const rows =
    refs !== undefined
      ? yield* all<{ seq: number }>(NAMED[order], tenant, ...range, JSON.stringify(refs))
      : queue !== undefined
        ? yield* all<{ seq: number }>(OF_LANE[order], tenant, ...range, queue)
        : isOfKind
          ? yield* all<{ seq: number }>(OF_KIND[order], tenant, ...range, metric || null, reason ?? null)
          : yield* all<{ seq: number }>(ALL[order], tenant, ...range)
  return rows.map(({ seq }) => seq)
}

function matchesOf(row: WaitingRow, search: EventSearch): readonly FoundEvent[] {
  const entry = ledgerEntry(row)
  const names = new Set([entry.id, ...entry.lookupIds])
  return waitingEventsOf(entry, row.scope).filter((event) => matchesSearch(event, search, names))
}

/** The number of the record at a position: of an event that ended, any may be next to it. */
const seqOf = (position: EventPosition | undefined, any: number): number =>
  position === undefined || position.id > 0 ? any : waitingSeq(position.id)

function conditions({ since = 0, until = Number.MAX_SAFE_INTEGER, before, after, ...search }: EventSearch) {
  const { topic = null, run = null, origin = null, queue = null, metric, reason } = search
  const quoted = (text: string | undefined) => (text === undefined || text === '' ? null : JSON.stringify(text))
  return [
    Math.max(since, after?.at ?? 0),
    Math.min(until, before?.at ?? until),
    topic,
    run,
    origin,
    quoted(metric),
    quoted(reason),
    queue,
  ] as const
}
