/** ISO 8601 in UTC with milliseconds: the same text as `toISOString`, at a fifth of its cost. */
import type { Json } from '../ports/types.ts'

const DAY = 86_400_000
/** Dates cached by day: some 30 kB, and no personal data. */
const MAX_DATES = 400
const dates = new Map<number, string>()

/** The end of the year 9999: later years have more digits. */
const LAST = 253_402_300_799_999

/** `ms` since 1970. Throws a `RangeError` for an invalid date. */
export function toIsoUtc(ms: number): string {
  if (!(ms >= 0 && ms <= LAST)) return new Date(ms).toISOString()
  const day = Math.floor(ms / DAY)
  const rest = Math.floor(ms) - day * DAY
  const minute = Math.floor(rest / 60_000)
  const left = rest - minute * 60_000
  const end = left % 1000 === 0 ? SECONDS[left / 1000] : `${two(left / 1000)}.${String(left % 1000).padStart(3, '0')}Z`
  return `${dates.get(day) ?? cacheDate(day)}${MINUTES[minute]}${end}`
}

const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
const MINUTES = Array.from({ length: 1440 }, (_, n) => `${two(n / 60)}:${two(n % 60)}:`)
const SECONDS = Array.from({ length: 60 }, (_, n) => `${two(n)}.000Z`)

function cacheDate(day: number): string {
  if (dates.size >= MAX_DATES) dates.clear()
  const date = new Date(day * DAY).toISOString().slice(0, 11)
  dates.set(day, date)
  return date
}

/** Milliseconds since `at`. Infinity for a time that lies ahead: the clock was set back since, and the age is unknown. */
export const ageOf = (at: number, now: number): number => (at > now ? Number.POSITIVE_INFINITY : now - at)

/** The last date of ECMAScript. */
const MAX_DATE = 8.64e15

/** Parses Unix seconds or ISO 8601 to milliseconds since 1970; undefined for anything else. */
export function parseTime(value: Json | undefined): number | undefined {
  if (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) return parseTime(Number(value))
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN
  return ms > 0 && ms <= MAX_DATE ? ms : undefined
}
