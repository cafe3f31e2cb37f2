/** Who works on which tenant: claims in the table of tenants, of all processes that share the database. */
import type { TenantClaims } from '../../ports/tenant-claims.ts'
import { LANES } from '../../ports/types.ts'
import { POSITION, type QueuePosition, releaseLeases } from './queue.ts'
import { nextDueOfAll } from './queue-state.ts'
import { statement } from './statement.ts'
import { all, get, run, type Steps } from './steps.ts'
import { addTenant, lockTenants } from './tenants.ts'

/** Names a claim: the process, and until when it holds. */
export interface ClaimTerm {
  readonly id: string
  readonly now: number
  readonly until: number
}

/** When nothing of a tenant is due before it is woken. */
export const NEVER: number = Number.MAX_SAFE_INTEGER

interface TenantRow {
  readonly number: number
  readonly name: string
}

// Other processes that claim at the same time take others.
const FREE = statement(
  (_, dialect) => `
  SELECT number, name FROM tenants WHERE owner IS NULL AND due_at <= ?1 ORDER BY due_at, number LIMIT ?2
  ${dialect === 'sqlite' ? '' : 'FOR UPDATE SKIP LOCKED'}`,
)
const EXPIRED = statement(
  (_, dialect) => `
  SELECT number, name FROM tenants WHERE owner IS NOT NULL AND owned_until <= ?1 ORDER BY owned_until LIMIT ?2
  ${dialect === 'sqlite' ? '' : 'FOR UPDATE SKIP LOCKED'}`,
)
const OWN = statement(
  ({ integers }) => `
  UPDATE tenants SET owner = ?1, owned_until = ?2, owned_since = ?4, woken = 0, fault = NULL WHERE number IN ${integers('?3')}`,
)
const LEASED = statement(`SELECT ${POSITION} FROM records WHERE tenant = ?1 AND lease IS NOT NULL AND owner <> ?2`)

const ANY_DUE = statement(`
  SELECT 1 AS found FROM tenants WHERE owner IS NOT NULL AND owned_until <= ?1
  UNION ALL SELECT 1 FROM tenants WHERE owner IS NULL AND due_at <= ?1 LIMIT 1`)

/** Whether there is a tenant to claim. */
export function* isAnyDue(now: number): Steps<boolean> {
  return (yield* get(ANY_DUE, now)) !== undefined
}

export interface ClaimedTenants {
  readonly claimed: readonly TenantRow[]
  /** Those whose owner let its claim expire, or has exited. */
  readonly expired: readonly number[]
}

export function* claim({ id, now, until }: ClaimTerm, limit: number): Steps<ClaimedTenants> {
  const expired = yield* all<TenantRow>(EXPIRED, now, limit)
  const free = expired.length < limit ? yield* all<TenantRow>(FREE, now, limit - expired.length) : []
  const claimed = [...expired, ...free]
  if (claimed.length === 0) return { claimed, expired: [] }
  yield* run(OWN, id, until, JSON.stringify(claimed.map(({ number }) => number)), now)
  return { claimed, expired: expired.map(({ number }) => number) }
}

/**
 * Releases the leases of the former owners of tenants, all but those of `owner`: each counts as cut off. In a transaction
 * of its own: writers lock a tenant before its row, and `claim` has locked the row.
 */
export function* releaseFormer(tenants: readonly number[], owner: string): Steps<void> {
  yield* lockTenants(tenants)
  for (const number of tenants) yield* releaseLeases(yield* all<QueuePosition>(LEASED, number, owner), 'cut-off')
}

const RENEW = statement(
  ({ texts }) => `UPDATE tenants SET owned_until = ?2 WHERE owner = ?1 AND name IN ${texts('?3')} RETURNING name`,
)

/** Returns the names of those still owned. */
export function* renewClaims({ id, until }: ClaimTerm, names: readonly string[]): Steps<readonly string[]> {
  const rows = yield* all<{ name: string }>(RENEW, id, until, JSON.stringify(names))
  return rows.map(({ name }) => name)
}

// A leased record is due when its lease ends, which is not now.
const DUE = statement(
  ({ texts }) => `
  SELECT name FROM tenants WHERE owner = ?1 AND name IN ${texts('?2')} AND EXISTS (
    SELECT 1 FROM records
    WHERE queue_head = 1 AND cut_offs = 0 AND tenant = tenants.number AND lane IN ('live', 'backfill') AND due_at <= ?3)`,
)

/** Returns the names of those that have due records. */
export function* dueTenants({ id, now }: ClaimTerm, names: readonly string[]): Steps<readonly string[]> {
  const rows = yield* all<{ name: string }>(DUE, id, JSON.stringify(names), now)
  return rows.map(({ name }) => name)
}

const NUMBERS = statement(({ texts }) => `SELECT number, name FROM tenants WHERE owner = ?1 AND name IN ${texts('?2')}`)
const RELEASE = statement(
  `UPDATE tenants SET owner = NULL, owned_until = 0, due_at = CASE WHEN woken = 1 THEN 0 ELSE CAST(?3 AS bigint) END
  WHERE number = ?1 AND owner = ?2`,
)

/** Under the locks of their writers: a record that is appended meanwhile is seen here, or makes its tenant due after. */
export function* releaseClaims(id: string, tenants: Parameters<TenantClaims['release']>[0]): Steps<void> {
  const nextAt = new Map(tenants.map(({ tenant, nextAt = NEVER }) => [tenant, nextAt]))
  const rows = yield* all<TenantRow>(NUMBERS, id, JSON.stringify([...nextAt.keys()]))
  yield* lockTenants(rows.map(({ number }) => number))
  for (const { number, name } of rows) {
    let due = nextAt.get(name) ?? NEVER
    for (const lane of LANES) due = Math.min(due, (yield* nextDueOfAll(number, lane)) ?? NEVER)
    yield* run(RELEASE, number, id, Math.ceil(due))
  }
}

const MAKE_DUE = statement(
  ({ integers }) => `UPDATE tenants SET due_at = 0 WHERE number IN ${integers('?1')} AND due_at > 0`,
)

/** Makes tenants with new records due. Writes nothing for tenants that are due already. */
export function makeDue(tenants: readonly number[]): Steps<void> {
  return run(MAKE_DUE, JSON.stringify(tenants))
}

const SET_FAULT = statement('UPDATE tenants SET fault = ?3 WHERE owner = ?1 AND name = ?2')

/** Notes why no connector of the tenant can be created, or that one was. */
export const setFault = (id: string, name: string, code: string | undefined): Steps<void> =>
  run(SET_FAULT, id, name, code ?? null)

const WAKE = statement('UPDATE tenants SET due_at = 0, woken = 1 WHERE number = ?1')

/** Returns the tenant's number. */
export function* wakeTenant(name: string): Steps<number> {
  const number = yield* addTenant(name)
  yield* run(WAKE, number)
  return number
}

const NEXT = statement(`
  SELECT min(due) AS due FROM (
    SELECT min(due_at) AS due FROM tenants WHERE owner IS NULL AND due_at < ${NEVER}
    UNION ALL SELECT min(owned_until) AS due FROM tenants WHERE owner IS NOT NULL AND owner <> ?1) AS next`)

/** When the next tenant is due, or the next claim of another process ends. */
export function* nextClaim(id: string): Steps<number | undefined> {
  return (yield* get<{ due: number | null }>(NEXT, id))?.due ?? undefined
}
