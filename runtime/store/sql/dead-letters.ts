/** Dead letters by group: written when a record dies, removed by a replay or by another record's delivery of the same events. */
import type { DeadLetterGroup } from '../../ports/ledger.ts'
import type { Outcome } from '../../ports/types.ts'
import { type DeadLetterEntry, deadLetterEntries, isInGroup } from '../outcome-effects.ts'
import { statement, statementOfRows } from './statement.ts'
import { all, get, run, runEach, type Steps } from './steps.ts'

const INSERT = statementOfRows(
  { tenant: 'integer', seq: 'integer', group_name: 'text', key: 'text', settled_at: 'integer' },
  (_, dialect) =>
    `INSERT INTO dead_letters (tenant, seq, group_name, key, settled_at)
  SELECT :tenant, :seq, :group_name, :key, :settled_at ${dialect === 'sqlite' ? '' : '{FROM}'}
  WHERE NOT EXISTS (SELECT 1 FROM delivered_keys WHERE tenant = :tenant AND key = :key)`,
)

export interface DeadLetter extends DeadLetterEntry {
  readonly seq: number
}

/** Call it once the delivered keys of the same batch are written: they resolve dead letters. */
export function insertDeadLetters(tenant: number, letters: readonly DeadLetter[], settledAt: number): Steps<void> {
  return runEach(
    INSERT,
    letters.map(({ seq, group, key }) => [tenant, seq, group, key ?? null, settledAt]),
  )
}

const DELETE = statement(
  ({ integers, ofTenant }) => `DELETE FROM dead_letters WHERE ${ofTenant('tenant = ?1')} AND seq IN ${integers('?2')}`,
)

export function deleteDeadLetters(tenant: number, seqs: readonly number[]): Steps<void> {
  return run(DELETE, tenant, JSON.stringify(seqs))
}

const RESOLVE = statement(({ texts }) => `DELETE FROM dead_letters WHERE tenant = ?1 AND key IN ${texts('?2')}`)

/** Removes the dead letters of events that any record has delivered. */
export function resolveDeadLetters(tenant: number, keys: readonly string[]): Steps<void> {
  return run(RESOLVE, tenant, JSON.stringify(keys))
}

// DISTINCT: two events of one record may be in the same group.
const GROUPS = statement(`
  SELECT group_name, count(DISTINCT seq) AS count, min(settled_at) AS oldest, max(settled_at) AS newest, max(seq) AS seq
  FROM dead_letters WHERE tenant = ?1 GROUP BY group_name ORDER BY count DESC, group_name`)

interface GroupRow {
  readonly group_name: string
  readonly count: number
  readonly oldest: number
  readonly newest: number
  readonly seq: number
}

const EXAMPLE = statement('SELECT id, outcome FROM records WHERE tenant = ?1 AND seq = ?2')

export function* groupDeadLetters(tenant: number): Steps<readonly DeadLetterGroup[]> {
  const groups: DeadLetterGroup[] = []
  for (const { group_name: group, count, oldest, newest, seq } of yield* all<GroupRow>(GROUPS, tenant)) {
    const record = yield* get<{ id: string; outcome: string }>(EXAMPLE, tenant, seq)
    if (record === undefined) continue
    const entries = deadLetterEntries(JSON.parse(record.outcome) as Outcome)
    const letter = entries.find((entry) => entry.group === group) ?? entries.find((entry) => isInGroup(entry, group))
    if (letter === undefined) continue
    const { fault, metric } = letter
    groups.push({ group, fault, ...(metric && { metric }), count, oldest, newest, example: record.id })
  }
  return groups
}

const COUNT = statement(
  'SELECT count(*) AS count FROM (SELECT DISTINCT seq FROM dead_letters WHERE tenant = ?1) AS letters',
)

export function* countDeadLetters(tenant: number): Steps<number> {
  return (yield* get<{ count: number }>(COUNT, tenant))?.count ?? 0
}
