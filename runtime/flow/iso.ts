/** Moments as ISO 8601 in UTC with milliseconds. The same text as `toISOString`, at a fifth of its price. */

const DAY = 86_400_000
/** Days whose dates are remembered: some 30 kB, of the calendar and of nobody's data. */
const KEPT = 400
const dates = new Map<number, string>()

/** The end of the year 9999: later ones are written with more digits. */
const LAST = 253_402_300_799_999

/** `ms` since 1970. Throws a `RangeError` for what is no date. */
export function iso(ms: number): string {
  if (!(ms >= 0 && ms <= LAST)) return new Date(ms).toISOString()
  const day = Math.floor(ms / DAY)
  const rest = Math.floor(ms) - day * DAY
  const time = `${two(rest / 3_600_000)}:${two((rest / 60_000) % 60)}:${two((rest / 1000) % 60)}`
  return `${dates.get(day) ?? remember(day)}${time}.${String(rest % 1000).padStart(3, '0')}Z`
}

const TWO = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
const two = (n: number): string => TWO[Math.floor(n)] ?? ''

function remember(day: number): string {
  if (dates.size >= KEPT) dates.clear()
  const date = new Date(day * DAY).toISOString().slice(0, 11)
  dates.set(day, date)
  return date
}
