/** Text, names, e-mail addresses and times as Intercom has them, as Klaviyo takes them. */
import { decodeHTML } from 'entities/decode'
import { toIsoUtc } from '../../runtime/lib/iso-time.ts'
import { memoizeLast } from './memoize.ts'

/** RFC 5321 without quoted local parts, comments and address literals, which Klaviyo refuses. */
const EMAIL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

/** Klaviyo's limit on an address, in characters. */
const EMAIL_LENGTH = 100

const UNIX = /^\d+(\.\d+)?$/
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/i

/** The end of the year 9999 in milliseconds; ISO 8601 writes later ones otherwise, and nobody means them. */
const LAST = 253_402_300_799_999

/** HTML entities decoded, ends trimmed; nothing if nothing is left. */
export function plainText(text: string): string | undefined {
  return decoded(text).trim() || undefined
}

const decoded = (text: string): string => (text.includes('&') ? decodeHTML(text) : text)

/** Trimmed and lower-cased, or nothing if Klaviyo would refuse the address, and with it the request it is in. */
export const emailAddress = memoizeLast((text): string | undefined => {
  const address = text.trim().toLowerCase()
  return address.length <= EMAIL_LENGTH && address.indexOf('@') <= 64 && EMAIL.test(address) ? address : undefined
})

/** Words with one space between them and nothing to decode, as nearly all names are. */
const TIDY = /^[^\s\u200b&]+(?: [^\s\u200b&]+)*$/

const tidied = (name: string): string =>
  decoded(name)
    .replace(/[\s\u200b]+/g, ' ')
    .trim()

export interface PersonName {
  readonly first?: string
  readonly last?: string
}

/** One field as two: the first word, and the others. An address in place of a name is no name. */
export const splitName = memoizeLast((text): PersonName => {
  const name = TIDY.test(text) ? text : tidied(text)
  if (name === '' || (name.includes('@') && /^\S+@\S+\.\S+$/.test(name))) return {}

  const space = name.indexOf(' ')
  return space < 0 ? { first: name } : { first: name.slice(0, space), last: name.slice(space + 1) }
})

/**
 * Unix seconds, or ISO 8601 with any offset (none means UTC), as ISO 8601 in UTC with milliseconds.
 * Nothing for 0, which Intercom uses for "never", and for what is not a time.
 */
export function isoTime(value: unknown): string | undefined {
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? fromText(value.trim()) : 0
  return ms > 0 && ms <= LAST ? toIsoUtc(ms) : undefined
}

function fromText(text: string): number {
  if (UNIX.test(text)) return Number(text) * 1000
  const [, day, time = '00:00', offset = 'Z'] = ISO.exec(text) ?? []
  // Said outright, since a time without an offset would be read in the zone of the machine.
  const zone = offset.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2').toUpperCase()
  return day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone}`)
}
