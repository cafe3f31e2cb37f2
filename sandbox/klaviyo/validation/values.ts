/** Checks on single values, each with the limit or the shape that Klaviyo documents. */

import { isObject } from '../../../runtime/lib/json.ts'
import { readNumber } from '../../../runtime/lib/phone/phone-library.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { isList, prefixPointers, type ValueCheck, type Violation } from './rules.ts'

// Decimal: the smaller reading of "KB" and "MB" is safe under either.
export const KB = 1_000
export const MB = 1_000 * KB

const E164 = /^\+[1-9]\d{1,14}$/
const EMAIL_LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/
const EMAIL_DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/i
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/
const EARLIEST = Date.UTC(1990, 0, 1)

/** For anything but an ISO 8601 date-time, Unix seconds included. */
export const NOT_A_TIME = 'Invalid datetime format. Expected ISO 8601, for example 2026-07-15T09:30:00.000Z.'

const text =
  (detail: string, accepts: (value: string) => boolean): ValueCheck =>
  (value) =>
    typeof value === 'string' && !accepts(value) ? [{ detail }] : []

export const emailChecks: readonly ValueCheck[] = [
  text('Email address must not be longer than 100 characters.', (value) => value.length <= 100),
  text('Invalid email address', (value) => value.length > 100 || isAddress(value)),
]

export const phoneChecks: readonly ValueCheck[] = [
  text(
    'Invalid phone number format (Example of a valid format: +12345678901)',
    (value) => E164.test(value) && readNumber(value, '')?.isValid() === true,
  ),
]

export const metricNameChecks: readonly ValueCheck[] = [
  text('Metric name must not be empty.', (value) => value.trim() !== ''),
  text('Metric name must be shorter than 128 characters.', (value) => value.length < 128),
]

export const uniqueIdChecks: readonly ValueCheck[] = [
  text('unique_id must have 1 to 255 characters.', (value) => value.length >= 1 && value.length <= 255),
]

export const currencyChecks: readonly ValueCheck[] = [
  text('Invalid ISO 4217 currency code.', (value) => /^[A-Z]{3}$/.test(value)),
]

/** Accepts this word only. */
export const equals = (word: string): readonly ValueCheck[] => [text(`Expected '${word}'.`, (value) => value === word)]

export const timeChecks: readonly ValueCheck[] = [
  (value, { now }) => {
    const parts = DATE_TIME.exec(String(value))
    const at = Date.parse(String(value))
    if (!parts || Number.isNaN(at) || !isCalendarDay(parts)) return [{ detail: NOT_A_TIME }]
    if ((parts[4]?.length ?? 0) > 4) return [{ detail: 'Invalid datetime: at most 3 fraction digits are accepted.' }]
    if (at < EARLIEST) return [{ detail: 'Invalid datetime: must be after the year 1990.' }]
    if (at > oneYearAfter(now)) return [{ detail: 'Invalid datetime: at most 1 year in the future.' }]
    return []
  },
]

function isAddress(value: string): boolean {
  const [local = '', domain = '', ...more] = value.split('@')
  return more.length === 0 && local.length <= 64 && EMAIL_LOCAL.test(local) && EMAIL_DOMAIN.test(domain)
}

// Date.parse reads 30 February as 2 March; Klaviyo rejects it.
function isCalendarDay([, year, month, day]: RegExpExecArray): boolean {
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day)
}

function oneYearAfter(now: number): number {
  const date = new Date(now)
  return date.setUTCFullYear(date.getUTCFullYear() + 1)
}

/** Limits the entries of a list or the keys of an object. */
export const maxEntries =
  (limit: number, noun: string): ValueCheck =>
  (value) => {
    const count = isList(value) ? value.length : isObject(value) ? Object.keys(value).length : 0
    return count > limit ? [{ detail: `At most ${limit} ${noun} are accepted, got ${count}.` }] : []
  }

/** Limits the bytes of a value as JSON. */
export const maxBytes =
  (limit: number, noun: string): ValueCheck =>
  (value) => {
    const size = Buffer.byteLength(JSON.stringify(value))
    return size > limit ? [{ detail: `The ${noun} must not exceed ${limit} bytes, got ${size}.` }] : []
  }

/** Checks the properties of an event or a profile. The properties themselves are the first level of nesting. */
export const payloadCheck: ValueCheck = (value) => inside(value, 1)

function inside(value: Json, level: number): readonly Violation[] {
  if (typeof value === 'string') return isLong(value) ? [{ detail: 'A string must not exceed 100 KB.' }] : []
  if (typeof value === 'number') return isWide(value) ? [{ detail: 'An integer must fit in 64 bits.' }] : []
  if (isList(value)) {
    if (value.length > 4_000) return [{ detail: `A list must not exceed 4000 items, got ${value.length}.` }]
    return value.flatMap((item, index) => prefixPointers(index, inside(item, isObject(item) ? level + 1 : level)))
  }
  if (!isObject(value)) return []
  if (level > 10) return [{ detail: 'Objects must not be nested more than 10 deep.' }]
  return Object.entries(value).flatMap(([name, item = null]) =>
    prefixPointers(name, inside(item, isObject(item) ? level + 1 : level)),
  )
}

// A character is at most three bytes a UTF-16 unit, so most strings need not be measured.
function isLong(value: string): boolean {
  return value.length * 3 > 100 * KB && Buffer.byteLength(value) > 100 * KB
}

// From 1e21 on, JavaScript serializes a number with an exponent, which parsers read as a float.
function isWide(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) >= 2 ** 63 && Math.abs(value) < 1e21
}
