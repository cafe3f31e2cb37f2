/** Sums the counts of one transaction, to write each total and each hour once. */
import type { EventOrigin } from '../../ports/ledger.ts'
import type { EventResult } from '../../ports/types.ts'
import { countedTime, deliveredDay, originOf, tallyLine } from '../outcome-effects.ts'
import type { WaitingEvent } from '../waiting-events.ts'
import { ADD_TO_DAY, ADD_TO_DELIVERED_DAY, ADD_TO_HOUR } from './activity.ts'
import { statementOfRows } from './statement.ts'
import { runEach, type Steps } from './steps.ts'

const ADD_TALLY = statementOfRows(
  { tenant: 'integer', scope: 'text', metric: 'text', status: 'text', reason: 'text', count: 'integer' },
  `INSERT INTO tallies (tenant, scope, metric, status, reason, count)
  {ROW :tenant, :scope, :metric, :status, :reason, :count}
  ON CONFLICT (tenant, scope, metric, status, reason) DO UPDATE SET count = tallies.count + excluded.count`,
)

type Label = string | number

/** Counts by their labels. */
class Sums<Labels extends readonly Label[]> {
  readonly #counts = new Map<string, { readonly labels: Labels; count: number }>()

  add(labels: Labels, count: number): void {
    const name = labels.join('|')
    const sum = this.#counts.get(name)
    if (sum === undefined) this.#counts.set(name, { labels, count })
    else sum.count += count
  }

  rows(tenant: number): readonly (readonly Label[])[] {
    return [...this.#counts.values()].map(({ labels, count }) => [tenant, ...labels, count])
  }
}

export class TallyBatch {
  readonly #tenant: number
  readonly #tallies = new Sums<readonly [scope: string, metric: string, status: string, reason: string]>()
  readonly #hours = new Sums<readonly [start: number, metric: string, status: string, origin: EventOrigin]>()
  readonly #days = new Sums<readonly [start: number, metric: string, status: string, origin: EventOrigin]>()
  readonly #deliveredDays = new Sums<readonly [metric: string, day: string]>()

  constructor(tenant: number) {
    this.#tenant = tenant
  }

  /** Adds `count` to the totals of `result`, and to the hour and the day in which it happened. `at`: when it ended. */
  add(scope: string, at: number, result: EventResult, count: number): void {
    const { metric, status, reason } = tallyLine(result)
    this.#tallies.add([scope, metric, status, reason], count)
    const { hour, day } = countedTime(result, at)
    const origin = originOf(scope)
    if (hour !== undefined) this.#hours.add([hour, metric, status, origin], count)
    this.#days.add([day, metric, status, origin], count)
    const delivered = deliveredDay(result)
    if (delivered !== undefined) this.#deliveredDays.add([metric, delivered], count)
  }

  /** Adds to the totals alone: a waiting event has not ended. */
  addWaiting(scope: string, { metric, reason }: Pick<WaitingEvent, 'metric' | 'reason'>, count: number): void {
    this.#tallies.add([scope, metric, 'deferred', reason], count)
  }

  *write(): Steps<void> {
    const tenant = this.#tenant
    yield* runEach(
      ADD_TALLY,
      this.#tallies.rows(tenant).filter((row) => row.at(-1) !== 0),
    )
    yield* runEach(ADD_TO_HOUR, this.#hours.rows(tenant))
    yield* runEach(ADD_TO_DAY, this.#days.rows(tenant))
    yield* runEach(ADD_TO_DELIVERED_DAY, this.#deliveredDays.rows(tenant))
  }
}
