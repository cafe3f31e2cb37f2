/** Sums the counts of one transaction, to write each total and each hour once. */
import type { EventResult } from '../../ports/types.ts'
import { deliveredDay, tallyLine } from '../outcome-effects.ts'
import type { WaitingEvent } from '../waiting-events.ts'
import { addDeliveredDay, addToActivity } from './activity.ts'
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

interface DaySum {
  readonly metric: string
  readonly day: string
  count: number
}

interface WaitingSum extends Pick<WaitingEvent, 'metric' | 'reason'> {
  readonly scope: string
  count: number
}

export class TallyBatch {
  /** Idempotency keys delivered for the first time. */
  readonly deliveredKeys: string[] = []
  readonly #sums = new Map<string, Sum>()
  readonly #days = new Map<string, DaySum>()
  readonly #waiting = new Map<string, WaitingSum>()

  /** Adds `count` to the totals of `result`. Every `at` of one batch lies in the same hour. */
  add(scope: string, at: number, result: EventResult, count: number): void {
    const { metric, status, reason } = tallyLine(result)
    const name = `${scope}|${metric}|${status}|${reason}`
    const sum = this.#sums.get(name)
    if (sum === undefined) this.#sums.set(name, { scope, at, result, count })
    else sum.count += count
    const day = deliveredDay(result)
    if (day !== undefined) this.#addDay(metric, day, count)
  }

  #addDay(metric: string, day: string, count: number): void {
    const name = `${day}|${metric}`
    const sum = this.#days.get(name)
    if (sum === undefined) this.#days.set(name, { metric, day, count })
    else sum.count += count
  }

  /** Adds to the totals alone: a waiting event has not ended. */
  addWaiting(scope: string, { metric, reason }: Pick<WaitingEvent, 'metric' | 'reason'>, count: number): void {
    const name = `${scope}|${metric}|${reason}`
    const sum = this.#waiting.get(name)
    if (sum === undefined) this.#waiting.set(name, { scope, metric, reason, count })
    else sum.count += count
  }

  write(db: Connection): void {
    for (const { scope, metric, reason, count } of this.#waiting.values()) {
      if (count !== 0) db.run(ADD_TALLY, scope, metric, 'deferred', reason, count)
    }
    for (const { scope, at, result, count } of this.#sums.values()) {
      const { metric, status, reason } = tallyLine(result)
      db.run(ADD_TALLY, scope, metric, status, reason, count)
      addToActivity(db, at, result, count)
    }
    for (const sum of this.#days.values()) addDeliveredDay(db, sum)
    if (this.deliveredKeys.length > 0) resolveDeadLetters(db, this.deliveredKeys)
  }
}
