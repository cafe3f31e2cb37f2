/** The times that a chart may show, each as a row of bars. Hours, days and weeks begin in UTC. */
import { utcDay, utcHour, utcMonday } from './scale-library.ts'

export type RangeName = '24h' | '7d' | '30d' | '12m'

/** Milliseconds since 1970. */
export interface ChartRange {
  readonly name: RangeName
  /** Follows "the last": `24 hours`. */
  readonly label: string
  /** The start of each bar, oldest first. A bar ends where the next one begins. */
  readonly starts: readonly number[]
  /** The end of the last bar, which is not over yet. */
  readonly until: number
  /** The resolution at which the counts are read. */
  readonly by: 'hour' | 'day'
}

interface RangeRow {
  readonly label: string
  /** Of one bar, for a sentence. */
  readonly unit: string
  readonly bars: number
  readonly by: ChartRange['by']
  readonly floor: (at: Date) => Date
  readonly offset: (at: Date, bars: number) => Date
}

/** Hours of one bar of the week. */
const PART_OF_DAY = 6
const HOUR = 3_600_000

const RANGES: Readonly<Record<RangeName, RangeRow>> = {
  '24h': { label: '24 hours', unit: 'hour', bars: 24, by: 'hour', floor: utcHour.floor, offset: utcHour.offset },
  '7d': {
    ...{ label: '7 days', unit: `${PART_OF_DAY} hours`, bars: (7 * 24) / PART_OF_DAY, by: 'hour' },
    floor: (at) => new Date(Math.floor(at.getTime() / (PART_OF_DAY * HOUR)) * PART_OF_DAY * HOUR),
    offset: (at, bars) => utcHour.offset(at, bars * PART_OF_DAY),
  },
  '30d': { label: '30 days', unit: 'day', bars: 30, by: 'day', floor: utcDay.floor, offset: utcDay.offset },
  '12m': { label: '12 months', unit: 'week', bars: 53, by: 'day', floor: utcMonday.floor, offset: utcMonday.offset },
}

export const RANGE_NAMES = Object.keys(RANGES) as readonly RangeName[]
export const rangeLabel = (name: RangeName): string => RANGES[name].label
export const rangeUnit = (name: RangeName): string => RANGES[name].unit

/** By the `range` of an address; the first one for any other text. */
export function parseRange(text: string | null): RangeName {
  return RANGE_NAMES.find((name) => name === text) ?? '24h'
}

/** The range whose last bar holds `now`. */
export function rangeUntil(name: RangeName, now: number): ChartRange {
  const { label, bars, by, floor, offset } = RANGES[name]
  const last = floor(new Date(now))
  const starts = Array.from({ length: bars }, (_, at) => offset(last, at + 1 - bars).getTime())
  return { name, label, by, starts, until: offset(last, 1).getTime() }
}
