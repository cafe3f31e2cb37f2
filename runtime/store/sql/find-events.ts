/** The search for events: the newest by when they happened, of any kinds, or of what a name stands for. */
import type { CountSearch, EventPosition, EventSearch, FoundEvent } from '../../ports/event-search.ts'
import { byPosition, includesStatus, matchesSearch, pageOf, statusesOf } from '../found-events.ts'
import { originOf } from '../outcome-effects.ts'
import { selectKinds } from './event-kinds.ts'
import { readEvents } from './events.ts'
import { findWaiting } from './find-waiting.ts'
import { firstOfKinds, type KindIdRow, ofEachKind } from './first-of-kinds.ts'
import { statement, statementOfRows } from './statement.ts'
import { all, allEach, type Steps } from './steps.ts'

interface PositionRow extends KindIdRow {
  readonly happened_at: number
}

type Direction = 'ASC' | 'DESC'

const inOrder = (direction: Direction) => `ORDER BY happened_at ${direction}, id ${direction}`

// The bounds of the time alone are for SQLite, which uses no index for two comparisons of pairs.
const ofKind = (direction: Direction) => `
  SELECT id, kind, happened_at FROM events
  WHERE kind = :kind AND happened_at >= :from_at AND happened_at <= :to_at
    AND (happened_at, id) > (:from_at, :from_id) AND (happened_at, id) < (:to_at, :to_id)
  ${inOrder(direction)} LIMIT :most`
const RANGE = { from_at: 'integer', from_id: 'integer', to_at: 'integer', to_id: 'integer' } as const
const firstOf = (direction: Direction) =>
  statementOfRows({ tenant: 'integer', kind: 'integer', ...RANGE, most: 'integer' }, (_, dialect) =>
    ofEachKind(ofKind(direction), dialect),
  )
const FIRST = { DESC: firstOf('DESC'), ASC: firstOf('ASC') }

/** Ended and waiting events, newest first. */
export function* findEvents(tenant: number, search: EventSearch): Steps<readonly FoundEvent[]> {
  const ended = isEndedWanted(search) ? yield* findEnded(tenant, search) : []
  const waiting = includesStatus(search, 'deferred') ? yield* findWaiting(tenant, search) : []
  return pageOf([...ended, ...waiting], search)
}

export const isEndedWanted = (search: CountSearch): boolean =>
  search.queue === undefined && (statusesOf(search)?.some((one) => one !== 'deferred') ?? true)

function* findEnded(tenant: number, search: EventSearch): Steps<readonly FoundEvent[]> {
  const kinds = yield* selectKinds(tenant, search)
  if (kinds.length === 0) return []
  if (search.refs !== undefined) return yield* findNamed(tenant, kinds, search)
  const direction = search.after === undefined ? 'DESC' : 'ASC'
  const range = rangeOf(search)
  const read = (some: readonly number[], most: number) =>
    allEach<PositionRow>(
      FIRST[direction],
      some.map((kind) => [tenant, kind, ...range, most]),
    )
  const rows = yield* firstOfKinds(kinds, Math.max(0, search.limit), read, inDirection(direction))
  return (yield* readFound(tenant, rows)).map(({ event }) => event)
}

const inDirection = (direction: Direction) => (a: PositionRow, b: PositionRow) => {
  const order = byPosition({ at: a.happened_at, id: a.id }, { at: b.happened_at, id: b.id })
  return direction === 'DESC' ? order : -order
}

const MOST = Number.MAX_SAFE_INTEGER

/** The positions between which a page lies, both excluded. */
function rangeOf({ since = 0, until = MOST, before, after }: EventSearch): readonly number[] {
  const newer = (a: EventPosition, b: EventPosition) => (byPosition(a, b) < 0 ? a : b)
  const older = (a: EventPosition, b: EventPosition) => (byPosition(a, b) < 0 ? b : a)
  const from = { at: since - 1, id: MOST }
  const to = { at: until, id: -MOST }
  const first = after === undefined ? from : newer(after, from)
  const last = before === undefined ? to : older(before, to)
  return [first.at, first.id, last.at, last.id]
}

const named = (direction: Direction) =>
  statement(
    ({ texts, integers, ofTenant }) => `
  SELECT id, kind, happened_at FROM events e
  WHERE ${ofTenant('tenant = ?1')} AND seq IN (
      SELECT seq FROM records WHERE tenant = ?1 AND id IN ${texts('?2')}
      UNION SELECT seq FROM lookup_ids WHERE tenant = ?1 AND lookup_id IN ${texts('?2')}
      UNION SELECT seq FROM delivered_keys WHERE tenant = ?1 AND key IN ${texts('?2')})
    AND +kind IN ${integers('?3')} AND (happened_at, id) > (?4, ?5) AND (happened_at, id) < (?6, ?7)
  ${inOrder(direction)} LIMIT ${CHUNK}`,
  )

/** Events read at once, of which some may concern others than the names stand for. */
const CHUNK = 200
const NAMED = { DESC: named('DESC'), ASC: named('ASC') }

function* findNamed(tenant: number, kinds: readonly number[], search: EventSearch): Steps<readonly FoundEvent[]> {
  const direction = search.after === undefined ? 'DESC' : 'ASC'
  const found: FoundEvent[] = []
  for (let page = search; found.length < search.limit; ) {
    const names = JSON.stringify(search.refs ?? [])
    const rows = yield* all<PositionRow>(NAMED[direction], tenant, names, JSON.stringify(kinds), ...rangeOf(page))
    for (const { event, names } of yield* readFound(tenant, rows))
      if (matchesSearch(event, search, names)) found.push(event)
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK) break
    const position = { at: last.happened_at, id: last.id }
    page = direction === 'DESC' ? { ...page, before: position } : { ...page, after: position }
  }
  return found
}

function* readFound(
  tenant: number,
  rows: readonly PositionRow[],
): Steps<readonly { readonly event: FoundEvent; readonly names: ReadonlySet<string> }[]> {
  return (yield* readEvents(tenant, rows)).map(({ event, row }) => ({
    event: { ...event, at: row.happened_at, origin: originOf(row.scope) },
    names: new Set([event.record, ...(JSON.parse(row.lookup_ids) as readonly string[])]),
  }))
}
