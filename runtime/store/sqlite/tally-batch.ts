/** Sums the counts of one transaction, to write each total and each hour once. */
import type { EventResult } from '../../ports/types.ts'
import { tallyLine } from '../outcome-effects.ts'
import { addToActivity } from './activity.ts'
import type { Connection } from './connection.ts'
import { resolveDeadLetters } from './dead-letters.ts'

const ADD_TALLY = `
  INSERT INTO tallies (scope, metric, status, reason, count) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

interface Sum {
  readonly scope: string
  readonly at: number
  readonly result: EventResult
  count: number
}

export class TallyBatch {
  /** Idempotency keys delivered for the first time. */
  readonly deliveredKeys: string[] = []
  readonly #sums = new Map<string, Sum>()

  /** Adds `count` to the totals of `result`. Every `at` of one batch lies in the same hour. */
  add(scope: string, at: number, result: EventResult, count: number): void {
    const { metric, status, reason } = tallyLine(result)
    const name = `${scope}|${metric}|${status}|${reason}`
    const sum = this.#sums.get(name)
    if (sum === undefined) this.#sums.set(name, { scope, at, result, count })
    else sum.count += count
  }

  write(db: Connection): void {
    for (const { scope, at, result, count } of this.#sums.values()) {
      const { metric, status, reason } = tallyLine(result)
      db.run(ADD_TALLY, scope, metric, status, reason, count)
      addToActivity(db, at, result, count)
    }
    if (this.deliveredKeys.length > 0) resolveDeadLetters(db, this.deliveredKeys)
  }
}
