/** Numbers in other notations, durations in other units, and a stable share of all ids. */
import { createHash } from 'node:crypto'

/** Digits, alone or in groups: the last has three, the others of India's notation two. */
const WHOLE = /^[-+]?(?:\d+|\d{1,3}(?:[\s'’.,]\d{2,3})*[\s'’.,]\d{3})$/

/** `sign`: the decimal sign of the notation, `.` or `,`. Other signs between digits group them. */
export function parseDecimal(text: string, sign: string): number | undefined {
  if (sign !== '.' && sign !== ',') return undefined
  const [whole = '', fraction, ...more] = text.trim().split(sign)
  if (!WHOLE.test(whole) || more.length > 0 || (fraction !== undefined && !/^\d+$/.test(fraction))) return undefined
  const number = Number(`${whole.replace(/[\s'’.,]/g, '')}.${fraction ?? '0'}`)
  return Number.isFinite(number) ? number : undefined
}

const SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 }

export const UNITS: readonly string[] = Object.keys(SECONDS)

/** Seconds in another unit, rounded to two decimals. */
export function inUnit(seconds: number, unit: string): number | undefined {
  const size = Object.hasOwn(SECONDS, unit) ? SECONDS[unit] : undefined
  return size === undefined ? undefined : Math.round((seconds / size) * 100) / 100
}

/** A number from 0 to `count` - 1, always the same for a text, and as often each. */
export function bucketOf(text: string, count: number): number | undefined {
  if (!Number.isInteger(count) || count < 1 || count > 1_000_000) return undefined
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) % count
}
