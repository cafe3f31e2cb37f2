/** Finds tenants for a page, those that need attention first: a few statements, however many there are. */
import { HEALTH_CHECKPOINT } from '../../lib/checkpoint-names.ts'
import { processName } from '../../lib/process-identity.ts'
import type { FoundTenants, TenantQuery, TenantState, TenantSummary } from '../../ports/tenant-search.ts'
import { NEVER } from './claims.ts'
import { processOf } from './owner.ts'
import { statement } from './statement.ts'
import { all, type Steps } from './steps.ts'

interface TenantRow {
  readonly number: number
  readonly name: string
  readonly state: TenantState
  /** As `HealthMonitor` keeps it. */
  readonly health: string | null
  /** Why its connector cannot be created: a code. */
  readonly fault: string | null
  readonly owner: string | null
  readonly owned_since: number
  readonly owned_until: number
  readonly due_at: number
}

// The state that was assessed last; without a connector there is none to assess.
const states = (jsonText: (column: string, key: string) => string) => `
  SELECT t.*, c.value AS health,
    CASE WHEN t.fault IS NOT NULL THEN 'stopped' ELSE coalesce(${jsonText('c.value', 'state')}, 'unknown') END AS state
  FROM tenants t LEFT JOIN checkpoints c ON c.tenant = t.number AND c.name = '${HEALTH_CHECKPOINT}'`

const COUNT = statement(
  ({ jsonText, contains }) => `
  SELECT state, count(*) AS count FROM (${states(jsonText)}) AS found
  WHERE ${contains('name', '?1')} GROUP BY state`,
)
const FIND = statement(
  ({ jsonText, contains }) => `
  SELECT number, name, state, health, fault, owner, owned_since, owned_until, due_at FROM (${states(jsonText)}) AS found
  WHERE ${contains('name', '?1')} AND (?2 = '' OR state = ?2)
  ORDER BY CASE state WHEN 'stopped' THEN 0 WHEN 'degraded' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END, name
  LIMIT ?3 OFFSET ?4`,
)

const WAITING = statement(
  ({ integers }) => `
  SELECT tenant, count(*) AS waiting, min(received_at) AS oldest FROM records
  WHERE tenant IN ${integers('?1')} AND lane IN ('live', 'backfill') AND queue_head IS NOT NULL GROUP BY tenant`,
)
const LAST_EVENTS = statement(
  ({ integers }) => `
  SELECT tenant, max((SELECT max(happened_at) FROM events WHERE kind = event_kinds.number)) AS last FROM event_kinds
  WHERE tenant IN ${integers('?1')} AND status = 'delivered' GROUP BY tenant`,
)

/** Of one page, whatever is asked for. */
const MAX_LIMIT = 200

export function* findTenants(query: TenantQuery, now: number): Steps<FoundTenants> {
  const { search = '', state = '', offset, limit } = query
  const counts = { stopped: 0, degraded: 0, unknown: 0, healthy: 0 }
  for (const row of yield* all<{ state: TenantState; count: number }>(COUNT, search)) counts[row.state] = row.count
  const rows = yield* all<TenantRow>(FIND, search, state, Math.min(limit, MAX_LIMIT), offset)
  const numbers = JSON.stringify(rows.map(({ number }) => number))
  const waiting = new Map<number, { readonly waiting: number; readonly oldest: number }>()
  for (const row of yield* all<{ tenant: number; waiting: number; oldest: number }>(WAITING, numbers))
    waiting.set(row.tenant, row)
  const last = new Map<number, number | null>()
  for (const row of yield* all<{ tenant: number; last: number | null }>(LAST_EVENTS, numbers))
    last.set(row.tenant, row.last)
  const tenants = rows.map((row): TenantSummary => {
    const { waiting: count = 0, oldest } = waiting.get(row.number) ?? {}
    const lastEventAt = last.get(row.number) ?? undefined
    return {
      ...summaryOf(row, now),
      waiting: count,
      ...(oldest !== undefined && { oldestWaiting: oldest }),
      ...(lastEventAt !== undefined && { lastEventAt }),
    }
  })
  return { tenants, counts }
}

function summaryOf(row: TenantRow, now: number): Omit<TenantSummary, 'waiting'> {
  const { since, problems = {} } = JSON.parse(row.health ?? '{}') as SavedHealth
  const isOwned = row.owner !== null && row.owned_until > now
  return {
    tenant: row.name,
    state: row.state,
    problems: row.fault === null ? Object.keys(problems) : [row.fault],
    ...(since !== undefined && row.fault === null && { stateSince: since }),
    ...(isOwned && { owner: processName(processOf(row.owner ?? ''), ''), ownedSince: row.owned_since }),
    ...(!isOwned && row.due_at < NEVER && { nextAt: Math.max(row.due_at, now) }),
  }
}

interface SavedHealth {
  readonly since?: number
  readonly problems?: Readonly<Record<string, number>>
}
