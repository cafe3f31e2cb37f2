/** Counts the events of the local Klaviyo by the hour, and answers queries of metric aggregates. */
import type { Random } from '../../runtime/ports/effects.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { ApiError, apiError, invalidInput } from './errors.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

interface HourCount {
  count: number
  sum_value: number
}

type Hours = ReadonlyMap<number, Readonly<HourCount>>

/** All events ever recorded, whatever number is kept in full. */
export class HourlyCounts {
  /** By the metric's id and the start of the hour. */
  readonly #metrics = new Map<string, Map<number, HourCount>>()

  add(metricId: string, at: number, value = 0): void {
    const hours = this.#metrics.get(metricId) ?? new Map<number, HourCount>()
    this.#metrics.set(metricId, hours)
    const start = Math.floor(at / HOUR) * HOUR
    const { count, sum_value } = hours.get(start) ?? { count: 0, sum_value: 0 }
    hours.set(start, { count: count + 1, sum_value: sum_value + value })
  }

  /** Undefined for an unknown metric. */
  hours(metricId: string): Hours | undefined {
    return this.#metrics.get(metricId)
  }

  reset(): void {
    this.#metrics.clear()
  }
}

type Interval = 'hour' | 'day' | 'week' | 'month'

/** A body that satisfies validation/metric-aggregate-body.ts. */
interface Query {
  readonly metric_id: string
  readonly measurements: readonly (keyof HourCount)[]
  readonly interval?: Interval | null
  readonly filter: readonly string[]
}

/** `POST /api/metric-aggregates`: counts by the time of the events, in UTC. */
export function queryMetricAggregates(counts: HourlyCounts, body: Json, url: URL, random: Random): JsonObject {
  const {
    metric_id: id,
    measurements,
    filter,
    interval,
  } = (body as unknown as { data: { attributes: Query } }).data.attributes
  const { since, until } = parseRange(filter)
  const hours = counts.hours(id)
  if (hours === undefined)
    throw apiError(404, 'not_found', { title: 'Not found.', detail: `A metric with id ${id} does not exist.` })
  const starts = bucketStarts(since, until, interval ?? 'day')
  const series = (name: keyof HourCount) =>
    starts.map((start, at) => sumOf(hours, name, Math.max(start, since), Math.min(starts[at + 1] ?? until, until)))
  const measured = Object.fromEntries(measurements.map((name) => [name, series(name)]))
  const links = { self: url.href }
  return {
    data: {
      type: 'metric-aggregate',
      id: String(Math.floor(random() * 1e15)),
      attributes: {
        dates: starts.map((start) => `${new Date(start).toISOString().slice(0, 19)}+00:00`),
        data: [{ dimensions: [], measurements: measured }],
      },
      links,
    },
    links,
  }
}

const BOUND = /^(greater-or-equal|less-than)\(datetime,\s*(\d{4}-\d{2}-\d{2}T\d{2}:00:00(?:\.0+)?)(?:Z|\+00:00)?\)$/

/** Klaviyo requires both bounds, at most a year apart. Whole hours: no other times of old events are kept. */
function parseRange(filter: readonly string[]): { readonly since: number; readonly until: number } {
  const bounds = new Map<string, number>()
  for (const term of filter) {
    const [, operator = '', time = ''] = BOUND.exec(term) ?? []
    const at = Date.parse(`${time}Z`)
    if (Number.isNaN(at)) throw filterError('Expected bounds of datetime at whole hours in UTC.')
    bounds.set(operator, at)
  }
  const [since, until] = [bounds.get('greater-or-equal'), bounds.get('less-than')]
  if (since === undefined || until === undefined || since >= until)
    throw filterError('A time range is required: greater-or-equal and less-than on datetime.')
  if (until > new Date(since).setUTCFullYear(new Date(since).getUTCFullYear() + 1))
    throw filterError('The time range must not exceed one year.')
  return { since, until }
}

/** The starts of all intervals that overlap the range. The first may begin before it. */
function bucketStarts(since: number, until: number, interval: Interval): number[] {
  const starts: number[] = []
  for (let at = startOf(since, interval); at < until; at = nextStart(at, interval)) starts.push(at)
  return starts
}

function startOf(at: number, interval: Interval): number {
  const day = Math.floor(at / DAY) * DAY
  if (interval === 'hour') return Math.floor(at / HOUR) * HOUR
  if (interval === 'week') return day - ((new Date(day).getUTCDay() + 6) % 7) * DAY
  return interval === 'day' ? day : new Date(day).setUTCDate(1)
}

function nextStart(at: number, interval: Interval): number {
  if (interval === 'month') return new Date(at).setUTCMonth(new Date(at).getUTCMonth() + 1)
  return at + { hour: HOUR, day: DAY, week: 7 * DAY }[interval]
}

function sumOf(hours: Hours, name: keyof HourCount, since: number, until: number): number {
  let sum = 0
  for (let at = since; at < until; at += HOUR) sum += hours.get(at)?.[name] ?? 0
  return sum
}

function filterError(detail: string): ApiError {
  return new ApiError(400, [invalidInput(detail, { pointer: '/data/attributes/filter' })])
}
