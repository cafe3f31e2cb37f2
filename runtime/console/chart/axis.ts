/** The axes of a chart: round counts from zero on, and the times below the bars. */
import { formatCount } from '../../lib/format.ts'
import type { Bar } from './bars.ts'
import type { ChartRange, RangeName } from './ranges.ts'
import { nice, ticks } from './scale-library.ts'

export interface CountAxis {
  /** The count at the upper edge, at least 1. */
  readonly top: number
  readonly ticks: readonly { readonly count: number; readonly label: string }[]
}

const STEPS = 4

export function countAxis(largest: number): CountAxis {
  const [, top] = nice(0, Math.max(1, largest), STEPS)
  const whole = ticks(0, top, STEPS).filter(Number.isInteger)
  return { top, ticks: whole.map((count) => ({ count, label: shortCount(count) })) }
}

/** 1,500 stays as it is, 20,000 becomes `20k`, 1,500,000 `1.5M`. */
function shortCount(count: number): string {
  if (count < 10_000) return formatCount(count)
  return count < 1_000_000 ? `${formatCount(count / 1000)}k` : `${formatCount(count / 1_000_000)}M`
}

type AxisRange = Pick<ChartRange, 'name' | 'zone'>

export interface TimeTick {
  /** The bar under which it stands. */
  readonly at: number
  readonly label: string
  /** Every second one, left out where there is little room. */
  readonly isMinor: boolean
}

/** The label of a bar that has one, by the wall clock. */
const TICK_LABELS: Readonly<Record<RangeName, (at: Date) => string | undefined>> = {
  '24h': (at) => (at.getUTCHours() === 0 ? dayAndMonth(at) : at.getUTCHours() % 3 === 0 ? clock(at) : undefined),
  '7d': (at) => (at.getUTCHours() === 0 ? `${weekday(at)} ${at.getUTCDate()}` : undefined),
  '30d': (at) => (at.getUTCDay() === 1 ? dayAndMonth(at) : undefined),
  // The first week that begins in a month.
  '12m': (at) => (at.getUTCDate() <= 7 ? monthName(at) : undefined),
}

export function timeTicks(bars: readonly Bar[], { name, zone }: AxisRange): readonly TimeTick[] {
  const labels = bars.flatMap(({ since }, at) => {
    const label = TICK_LABELS[name](new Date(zone.toWall(since)))
    return label === undefined ? [] : [{ at, label }]
  })
  const isCrowded = labels.length > FEW_LABELS
  return labels.map((one, index) => ({ ...one, isMinor: isCrowded && (labels.length - index) % 2 === 0 }))
}

/** So many fit on a phone. */
const FEW_LABELS = 5

/** `Mon 30 Nov, 14:00–15:00`, `Mon 30 Nov`, `Week of Mon 30 Nov 2026`, with the name of the zone where it is UTC. */
export function describeSpan({ since, until }: Pick<Bar, 'since' | 'until'>, { name, zone }: AxisRange): string {
  const [from, to] = [new Date(zone.toWall(since)), new Date(zone.toWall(until))]
  const day = `${weekday(from)} ${dayAndMonth(from)}`
  if (name === '30d') return day
  if (name === '12m') return `Week of ${day} ${from.getUTCFullYear()}`
  return `${day}, ${clock(from)}–${clock(to)}${zone.label ? ` ${zone.label}` : ''}`
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const weekday = (at: Date) => WEEKDAYS[at.getUTCDay()] ?? ''
const monthName = (at: Date) => MONTHS[at.getUTCMonth()] ?? ''
const dayAndMonth = (at: Date) => `${at.getUTCDate()} ${monthName(at)}`
const clock = (at: Date) => at.toISOString().slice(11, 16)
