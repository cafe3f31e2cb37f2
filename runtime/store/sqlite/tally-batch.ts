/** What the settlements of one transaction add up to: totals and hours, written once for all of them. */
import type { EventResult } from '../../ports/types.ts'
import { tallyLine } from '../outcome-effects.ts'
import { addHour } from './activity.ts'
import type { Connection } from './connection.ts'
import { resolveDeadLetters } from './dead-letters.ts'

const TALLY = `
  INSERT INTO tallies (scope, metric, status, reason, count) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

interface Sum {
  readonly scope: string
  readonly at: number
  readonly result: EventResult
  by: number
}

export class TallyBatch {
  /** Keys that were delivered for the first time. */
  readonly delivered: string[] = []
  readonly #sums = new Map<string, Sum>()

  /** All of one `Sums` happened in the same hour. */
  count(scope: string, at: number, result: EventResult, by: number): void {
    const { metric, status, reason } = tallyLine(result)
    const name = `${scope}|${metric}|${status}|${reason}`
    const sum = this.#sums.get(name)
    if (sum === undefined) this.#sums.set(name, { scope, at, result, by })
    else sum.by += by
  }

  write(db: Connection): void {
    for (const { scope, at, result, by } of this.#sums.values()) {
      const { metric, status, reason } = tallyLine(result)
      db.run(TALLY, scope, metric, status, reason, by)
      addHour(db, at, result, by)
    }
    if (this.delivered.length > 0) resolveDeadLetters(db, this.delivered)
  }
}
