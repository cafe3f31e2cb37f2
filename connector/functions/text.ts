/** Converts Intercom's texts, names, e-mail addresses and times to Klaviyo's formats. */
import { decodeHTML } from 'entities/decode'
import { toIsoUtc } from '../../runtime/lib/iso-time.ts'
import { normalizeEmailAddress } from '../../runtime/lib/text/email-address.ts'
import { memoizeLast } from './memoize.ts'

/** Klaviyo's limit, in characters. */
const MAX_EMAIL_LENGTH = 100

const UNIX = /^\d+(\.\d+)?$/
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/i

/** The end of the year 9999 in milliseconds: ISO 8601 needs another notation for later years. */
const MAX_TIME = 253_402_300_799_999

/** Decodes HTML entities and trims; undefined if nothing remains. */
export function plainText(text: string): string | undefined {
  return decodeEntities(text).trim() || undefined
}

const decodeEntities = (text: string): string => (text.includes('&') ? decodeHTML(text) : text)

/** The address in its normal form; undefined if Klaviyo would reject it, and the whole request with it. */
export const emailAddress = memoizeLast((text): string | undefined => {
  const address = normalizeEmailAddress(text)
  return address !== undefined && address.length <= MAX_EMAIL_LENGTH ? address : undefined
})

/** Single-spaced words without entities, as nearly all names are. */
const NORMALIZED = /^[^\s\u200b&]+(?: [^\s\u200b&]+)*$/

const normalizeSpaces = (name: string): string =>
  decodeEntities(name)
    .replace(/[\s\u200b]+/g, ' ')
    .trim()

export interface PersonName {
  readonly first?: string
  readonly last?: string
}

/** Splits a name after its first word. An e-mail address in place of a name gives none. */
export const splitName = memoizeLast((text): PersonName => {
  const name = NORMALIZED.test(text) ? text : normalizeSpaces(text)
  if (name === '' || (name.includes('@') && /^\S+@\S+\.\S+$/.test(name))) return {}

  const space = name.indexOf(' ')
  return space < 0 ? { first: name } : { first: name.slice(0, space), last: name.slice(space + 1) }
})

/**
 * Unix seconds, or ISO 8601 with any offset (none means UTC), as ISO 8601 in UTC with milliseconds.
 * Undefined for 0, Intercom's "never", and for anything but a time.
 */
export function isoTime(value: unknown): string | undefined {
  const ms = toMillis(value)
  return ms === undefined ? undefined : toIsoUtc(ms)
}

/** The same in milliseconds. */
export function toMillis(value: unknown): number | undefined {
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? fromText(value.trim()) : 0
  return ms > 0 && ms <= MAX_TIME ? ms : undefined
}

function fromText(text: string): number {
  if (UNIX.test(text)) return Number(text) * 1000
  const [, day, time = '00:00', offset = 'Z'] = ISO.exec(text) ?? []
  // Explicit, since `Date.parse` reads a time without an offset in the machine's zone.
  const zone = offset.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2').toUpperCase()
  return day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone}`)
}
