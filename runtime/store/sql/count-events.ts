/** Counts the events that a search finds, up to a limit: those that ended in one index, without reading them. */
import type { CountSearch } from '../../ports/event-search.ts'
import { includesStatus } from '../found-events.ts'
import { selectKinds } from './event-kinds.ts'
import { findEvents, isEndedWanted } from './find-events.ts'
import { findAmong } from './find-waiting.ts'
import { statement } from './statement.ts'
import { all, type Steps } from './steps.ts'

// Kinds are of one tenant: in SQLite only the index that covers them is read.
const COUNT = statement(
  ({ integers }, dialect) => `
  SELECT count(*) AS count FROM (
    SELECT 1 FROM events WHERE ${dialect === 'postgres' ? 'tenant = ?1 AND ' : ''}kind IN ${integers('?2')}
      AND happened_at >= ?3 AND happened_at < ?4 LIMIT ?5) AS found`,
)

export function* countEvents(tenant: number, search: CountSearch, most: number): Steps<number> {
  // What a name stands for, and what waits, only the event itself tells.
  if (search.refs !== undefined) return (yield* findEvents(tenant, { ...search, limit: most })).length
  const ended = isEndedWanted(search) ? yield* countEnded(tenant, search, most) : 0
  if (ended >= most || !includesStatus(search, 'deferred')) return Math.min(ended, most)
  const waiting = yield* findAmong(tenant, { ...search, limit: most - ended }, most)
  return Math.min(ended + waiting.length, most)
}

function* countEnded(tenant: number, search: CountSearch, most: number): Steps<number> {
  const { since = 0, until = Number.MAX_SAFE_INTEGER } = search
  const kinds = yield* selectKinds(tenant, search)
  if (kinds.length === 0) return 0
  const rows = yield* all<{ count: number }>(COUNT, tenant, JSON.stringify(kinds), since, until, most)
  return Number(rows[0]?.count ?? 0)
}
