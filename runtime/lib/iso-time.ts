/** Moments as ISO 8601 in UTC with milliseconds. The same text as `toISOString`, at a fifth of its price. */
import type { Json } from '../ports/types.ts'

const DAY = 86_400_000
/** Days whose dates are remembered: some 30 kB, of the calendar and of nobody's data. */
const KEPT = 400
const dates = new Map<number, string>()

/** The end of the year 9999: later ones are written with more digits. */
const LAST = 253_402_300_799_999

/** `ms` since 1970. Throws a `RangeError` for what is no date. */
export function toIsoUtc(ms: number): string {
  if (!(ms >= 0 && ms <= LAST)) return new Date(ms).toISOString()
  const day = Math.floor(ms / DAY)
  const rest = Math.floor(ms) - day * DAY
  const minute = Math.floor(rest / 60_000)
  const left = rest - minute * 60_000
  const end = left % 1000 === 0 ? SECONDS[left / 1000] : `${two(left / 1000)}.${String(left % 1000).padStart(3, '0')}Z`
  return `${dates.get(day) ?? remember(day)}${MINUTES[minute]}${end}`
}

const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
const MINUTES = Array.from({ length: 1440 }, (_, n) => `${two(n / 60)}:${two(n % 60)}:`)
const SECONDS = Array.from({ length: 60 }, (_, n) => `${two(n)}.000Z`)

function remember(day: number): string {
  if (dates.size >= KEPT) dates.clear()
  const date = new Date(day * DAY).toISOString().slice(0, 11)
  dates.set(day, date)
  return date
}

/** Milliseconds since 1970 of a moment in Unix seconds or ISO 8601; undefined for anything else. */
export function parseTime(value: Json | undefined): number | undefined {
  if (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) return parseTime(Number(value))
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}
