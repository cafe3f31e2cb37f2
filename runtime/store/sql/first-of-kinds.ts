/** Merges the first events of many kinds: one index that begins with the kind serves every filter of kinds. */
import type { SqlDialect } from '../../ports/sql.ts'
import type { Steps } from './steps.ts'

export interface IdRow {
  readonly id: number
}

/** Up to here, reading a whole page of each kind is cheaper than to find out first which kinds have an event on the page. */
const FEW = 8

/** The tenant of all rows, in their first column. Known before the rows are, it leaves one partition to look through. */
const TENANT = '($1::bigint[])[1]'

/** The query of one kind for many of one tenant: in PostgreSQL, all of them in one statement. */
export const ofEachKind = (query: string, dialect: SqlDialect): string =>
  dialect === 'sqlite'
    ? query
    : `SELECT n.* {FROM} CROSS JOIN LATERAL (${query.replace('WHERE', `WHERE tenant = ${TENANT} AND`)}) AS n`

/** A row of one of the kinds, with it. */
export interface KindIdRow extends IdRow {
  readonly kind: number
}

/**
 * The first rows of all kinds, by `compare`. `read` gives at most `most` rows of each kind, its first ones.
 *
 * Only kinds whose own first row is among the first `limit` can have a row on the page.
 */
export function* firstOfKinds<Row extends KindIdRow>(
  kinds: readonly number[],
  limit: number,
  read: (kinds: readonly number[], most: number) => Steps<readonly Row[]>,
  compare: (a: Row, b: Row) => number,
): Steps<readonly Row[]> {
  if (limit === 0) return []
  if (kinds.length <= FEW) return [...(yield* read(kinds, limit))].sort(compare).slice(0, limit)
  const heads = [...(yield* read(kinds, 1))].sort(compare).slice(0, limit)
  const rows = yield* read(
    heads.map(({ kind }) => kind),
    limit,
  )
  return [...rows].sort(compare).slice(0, limit)
}
