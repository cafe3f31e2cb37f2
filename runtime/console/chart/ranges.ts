/** The times that a chart may show, each as a row of bars. Hours and days are the viewer's, weeks begin in UTC. */
import { utcDay, utcHour, utcMonday } from './scale-library.ts'
import { UTC, type Zone } from './zone.ts'

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
  /** Of its days. */
  readonly zone: Zone
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

/** The range whose last bar holds `now`. The store has days in UTC alone, so those of another zone are read by the hour. */
export function rangeUntil(name: RangeName, now: number, viewer: Zone = UTC): ChartRange {
  const { label, bars, by, floor, offset } = RANGES[name]
  const zone = name === '12m' ? UTC : viewer
  const last = floor(new Date(zone.toWall(now)))
  const startOf = (bar: number) => toStart(name, zone, offset(last, bar), { last, bar })
  const starts = Array.from({ length: bars }, (_, at) => startOf(at + 1 - bars))
  return { name, label, by: zone === UTC ? by : 'hour', zone, starts, until: startOf(1) }
}

interface BarPlace {
  readonly last: Date
  /** Zero is the last one. */
  readonly bar: number
}

/** Hours follow one another also where a clock is put forward or back. */
function toStart(name: RangeName, zone: Zone, wall: Date, { last, bar }: BarPlace): number {
  return name === '24h' ? zone.toInstant(last.getTime()) + bar * HOUR : zone.toInstant(wall.getTime())
}
