/** The counts of ended events by hour and day: written when records are settled, read by the console. */
import type { ActivityBucket, ActivityWindow, DeliveredDay, EventOrigin } from '../../ports/ledger.ts'
import type { EventResult } from '../../ports/types.ts'
import { oldestHour, startOfDay, startOfHour } from '../outcome-effects.ts'
import { type StatementOfRows, statement, statementOfRows } from './statement.ts'
import { get, run, type Steps } from './steps.ts'

type CountTable = 'hourly_counts' | 'daily_counts'

const addCount = (table: CountTable): StatementOfRows =>
  statementOfRows(
    { tenant: 'integer', start: 'integer', metric: 'text', status: 'text', origin: 'text', count: 'integer' },
    `INSERT INTO ${table} (tenant, start, metric, status, origin, count)
    {ROW :tenant, :start, :metric, :status, :origin, :count}
    ON CONFLICT (tenant, start, metric, status, origin) DO UPDATE SET count = ${table}.count + excluded.count`,
  )

export const ADD_TO_HOUR: StatementOfRows = addCount('hourly_counts')
export const ADD_TO_DAY: StatementOfRows = addCount('daily_counts')

// One JSON text: a week has thousands of rows, and reading them one by one takes ten times as long.
const readCounts = (table: CountTable) =>
  statement(({ jsonRows }) =>
    jsonRows(
      ['start', 'metric', 'status', 'origin', 'count'],
      `SELECT * FROM ${table} WHERE tenant = ?1 AND start >= ?2 AND start < ?3 AND count > 0
      ORDER BY start, metric, status, origin`,
    ),
  )

const READ = { hour: readCounts('hourly_counts'), day: readCounts('daily_counts') }

type BucketRow = readonly [
  hour: number,
  metric: string,
  status: EventResult['status'],
  origin: EventOrigin,
  count: number,
]

export function* readActivity(
  tenant: number,
  { since, until, by = 'hour' }: ActivityWindow,
): Steps<readonly ActivityBucket[]> {
  const from = by === 'day' ? startOfDay(since) : startOfHour(since)
  const { json = '[]' } = (yield* get<{ json: string }>(READ[by], tenant, from, until)) ?? {}
  return (JSON.parse(json) as BucketRow[]).map(([hour, metric, status, origin, count]) => ({
    hour,
    metric,
    status,
    origin,
    count,
  }))
}

export const ADD_TO_DELIVERED_DAY: StatementOfRows = statementOfRows(
  { tenant: 'integer', metric: 'text', day: 'text', count: 'integer' },
  `INSERT INTO delivered_days (tenant, metric, day, count) {ROW :tenant, :metric, :day, :count}
  ON CONFLICT (tenant, metric, day) DO UPDATE SET count = delivered_days.count + excluded.count`,
)

const DELIVERED = statement(({ jsonRows }) =>
  jsonRows(['day', 'count'], 'SELECT day, count FROM delivered_days WHERE tenant = ?1 AND metric = ?2 ORDER BY day'),
)

export function* readDeliveredDays(tenant: number, metric: string): Steps<readonly DeliveredDay[]> {
  const { json = '[]' } = (yield* get<{ json: string }>(DELIVERED, tenant, metric)) ?? {}
  return (JSON.parse(json) as (readonly [string, number])[]).map(([day, count]) => ({ day, count }))
}

const PRUNE_HOURS = statement('DELETE FROM hourly_counts WHERE tenant = ?1 AND start < ?2')

export const pruneActivity = (tenant: number, now: number): Steps<void> => run(PRUNE_HOURS, tenant, oldestHour(now))
