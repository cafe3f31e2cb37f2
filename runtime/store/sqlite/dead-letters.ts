/** Dead letters by what was wrong: written as records die, gone when they are replayed or sent by another record. */
import type { DeadLetterGroup } from '../../ports/ledger.ts'
import type { Outcome } from '../../ports/types.ts'
import { deadLettersOf } from '../outcome-effects.ts'
import type { Connection } from './connection.ts'

const ENTER = `
  INSERT INTO letters (seq, name, key, at) SELECT ?1, ?2, ?3, ?4
  WHERE NOT EXISTS (SELECT 1 FROM delivered WHERE key = ?3)`

export function insertDeadLetters(db: Connection, seq: number, outcome: Outcome, at: number): void {
  for (const { group, key } of deadLettersOf(outcome)) db.run(ENTER, seq, group, key ?? null, at)
}

export function deleteDeadLetters(db: Connection, seq: number): void {
  db.run('DELETE FROM letters WHERE seq = ?', seq)
}

/** What was delivered is no dead letter any more, whichever record brought it. */
export function resolveDeadLetters(db: Connection, keys: readonly string[]): void {
  db.run('DELETE FROM letters WHERE key IN (SELECT value FROM json_each(?))', JSON.stringify(keys))
}

// A record may have died of the same thing twice, and counts once.
const GROUPS = `
  SELECT name, count(DISTINCT seq) AS count, min(at) AS oldest, max(at) AS newest, max(seq) AS seq
  FROM letters GROUP BY name ORDER BY count DESC, name`

interface GroupRow {
  readonly name: string
  readonly count: number
  readonly oldest: number
  readonly newest: number
  readonly seq: number
}

export function groupDeadLetters(db: Connection): DeadLetterGroup[] {
  return db.all<GroupRow>(GROUPS).flatMap(({ name, count, oldest, newest, seq }) => {
    const record = db.get<{ id: string; outcome: string }>('SELECT id, outcome FROM records WHERE seq = ?', seq)
    if (record === undefined) return []
    const letter = deadLettersOf(JSON.parse(record.outcome) as Outcome).find(({ group }) => group === name)
    if (letter === undefined) return []
    const { fault, metric } = letter
    return [{ group: name, fault, ...(metric && { metric }), count, oldest, newest, example: record.id }]
  })
}

export function countDeadLetters(db: Connection): number {
  const sql = 'SELECT count(*) AS count FROM (SELECT DISTINCT seq FROM letters)'
  return db.get<{ count: number }>(sql)?.count ?? 0
}
