/** Turns counts of the ledger into the bars of a chart: live, history, missed webhooks and failed apart. */

import { sum } from '../../backfill/counts.ts'
import { formatCount } from '../../lib/format.ts'
import type { ActivityBucket, EventOrigin } from '../../ports/ledger.ts'
import type { EventFilter } from '../event-links.ts'
import type { ChartRange } from './ranges.ts'

export type SeriesName = EventOrigin | 'failed'

/** From the bottom of a bar to its top. */
export const SERIES: readonly { readonly name: SeriesName; readonly label: string; readonly inText: string }[] = [
  { name: 'live', label: 'Live', inText: 'live' },
  { name: 'reconcile', label: 'Missed webhooks', inText: 'by missed webhooks' },
  { name: 'history', label: 'History', inText: 'history' },
  { name: 'failed', label: 'Failed', inText: 'failed' },
]

export type SeriesCounts = Readonly<Record<SeriesName, number>>

/** Milliseconds since 1970. */
export interface Bar {
  readonly since: number
  readonly until: number
  readonly counts: SeriesCounts
}

export interface ActivityChart {
  /** Unique in the page. */
  readonly id: string
  readonly title: string
  readonly bars: readonly Bar[]
  readonly range: Pick<ChartRange, 'name' | 'label' | 'zone'>
  /** Of this metric alone. */
  readonly metric?: string | undefined
}

export const NONE: SeriesCounts = { live: 0, reconcile: 0, history: 0, failed: 0 }

/** Delivered events by how they were read, and dead letters. Skipped and waiting events are in no bar. */
export function toBars(
  buckets: readonly ActivityBucket[],
  { starts, until }: Pick<ChartRange, 'starts' | 'until'>,
): readonly Bar[] {
  const counts = starts.map(() => ({ ...NONE }))
  for (const { status, origin, hour, count } of buckets) {
    const name = status === 'dead' ? 'failed' : status === 'delivered' ? origin : undefined
    const bar = hour < until ? counts[starts.findLastIndex((start) => start <= hour)] : undefined
    if (bar !== undefined && name !== undefined) bar[name] += count
  }
  return counts.map((one, at) => ({ since: starts[at] ?? until, until: starts[at + 1] ?? until, counts: one }))
}

export function addBars(bars: readonly Bar[]): SeriesCounts {
  const total = (name: SeriesName) => sum(bars.map(({ counts }) => counts[name]))
  return { live: total('live'), reconcile: total('reconcile'), history: total('history'), failed: total('failed') }
}

export const countAll = (counts: SeriesCounts): number => sum(Object.values(counts))

/** `41 live, 1 failed`, or `none`. */
export function describeCounts(counts: SeriesCounts): string {
  const parts = SERIES.filter(({ name }) => counts[name] > 0)
  return parts.length === 0
    ? 'none'
    : parts.map(({ name, inText }) => `${formatCount(counts[name])} ${inText}`).join(', ')
}

/** What the Events page must show for the count of a bar. */
export function barFilter(counts: SeriesCounts): Pick<EventFilter, 'origin' | 'outcome'> {
  const [one, ...others] = SERIES.filter(({ name }) => counts[name] > 0)
  if (one !== undefined && others.length === 0) return seriesFilter(one.name)
  return { outcome: counts.failed === 0 ? 'delivered' : ['delivered', 'dead'] }
}

/** What the Events page must show for the count of a series. */
export const seriesFilter = (name: SeriesName): Pick<EventFilter, 'origin' | 'outcome'> =>
  name === 'failed' ? { outcome: 'dead' } : { outcome: 'delivered', origin: name }
