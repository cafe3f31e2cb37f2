/** Dead letters by group: written when a record dies, removed by a replay or by another record's delivery of the same events. */
import type { DeadLetterGroup } from '../../ports/ledger.ts'
import type { Outcome } from '../../ports/types.ts'
import { deadLetterEntries } from '../outcome-effects.ts'
import type { Connection } from './connection.ts'

const INSERT = `
  INSERT INTO dead_letters (seq, group_name, key, settled_at) SELECT ?1, ?2, ?3, ?4
  WHERE NOT EXISTS (SELECT 1 FROM delivered_keys WHERE key = ?3)`

export function insertDeadLetters(db: Connection, seq: number, outcome: Outcome, settledAt: number): void {
  for (const { group, key } of deadLetterEntries(outcome)) db.run(INSERT, seq, group, key ?? null, settledAt)
}

export function deleteDeadLetters(db: Connection, seq: number): void {
  db.run('DELETE FROM dead_letters WHERE seq = ?', seq)
}

/** Removes the dead letters of events that any record has delivered. */
export function resolveDeadLetters(db: Connection, keys: readonly string[]): void {
  db.run('DELETE FROM dead_letters WHERE key IN (SELECT value FROM json_each(?))', JSON.stringify(keys))
}

// DISTINCT: two events of one record may be in the same group.
const GROUPS = `
  SELECT group_name, count(DISTINCT seq) AS count, min(settled_at) AS oldest, max(settled_at) AS newest, max(seq) AS seq
  FROM dead_letters GROUP BY group_name ORDER BY count DESC, group_name`

interface GroupRow {
  readonly group_name: string
  readonly count: number
  readonly oldest: number
  readonly newest: number
  readonly seq: number
}

export function groupDeadLetters(db: Connection): DeadLetterGroup[] {
  return db.all<GroupRow>(GROUPS).flatMap(({ group_name: name, count, oldest, newest, seq }) => {
    const record = db.get<{ id: string; outcome: string }>('SELECT id, outcome FROM records WHERE seq = ?', seq)
    if (record === undefined) return []
    const letter = deadLetterEntries(JSON.parse(record.outcome) as Outcome).find(({ group }) => group === name)
    if (letter === undefined) return []
    const { fault, metric } = letter
    return [{ group: name, fault, ...(metric && { metric }), count, oldest, newest, example: record.id }]
  })
}

export function countDeadLetters(db: Connection): number {
  const sql = 'SELECT count(*) AS count FROM (SELECT DISTINCT seq FROM dead_letters)'
  return db.get<{ count: number }>(sql)?.count ?? 0
}
