/** The normal form of an e-mail address: destinations receive it, and the ledger finds a person by its hash. */
import { hash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { decodeHTML } from 'entities/decode'
import { toVisibleText } from './visible-text.ts'

/** RFC 5321 without quoted local parts, comments and address literals. */
const ADDRESS =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

/** RFC 5321, in characters. */
const MAX_LENGTH = 254
const MAX_LOCAL_LENGTH = 64

/** With a display name. Bounds the work on a text of a stranger. */
const MAX_TEXT_LENGTH = 1_000

const LABEL = /^\s*(mailto|e-?mail|smtp)\s*:\s*/
const WITH_DISPLAY_NAME = /^([^<>]*)<([^<>]*)>[^<>@]*$/
const COMMENT = /\s*\([^()@]*\)$/

/** No local part begins with these unless quoted, and no domain ends with those of `TRAILING`. */
const LEADING = /^[\s"“”„‘’«»()[\]<>,;:\\]+/
const TRAILING = /[\s"'`“”„‘’«»()[\]{}<>,;:.!?|\\*_]+$/

/** Marks that a local part may begin with: quotation only if the text ends with the same. */
const QUOTED = /^(['`*_])(.*)\1$/

/**
 * The address in lower case, or undefined unless the text is one address.
 *
 * Removes what is provably no part of it: `mailto:`, a display name, quotation marks, a final dot, blanks beside the @,
 * invisible characters. An internationalised domain becomes punycode. A valid address is only trimmed and lower-cased.
 * Never guesses: two addresses, a blank within one or a comma for a dot give undefined.
 */
export function normalizeEmailAddress(text: string): string | undefined {
  if (text === last) return last
  const lower = text.trim().toLowerCase()
  const address = isAddress(lower) ? lower : repair(lower)
  if (address !== undefined) last = address
  return address
}

/** The last result: an event's address is normalized once for the destination and once for the ledger. */
let last: string | undefined

/** What the ledger holds in place of an address: the SHA-256 of its normal form. */
export function hashEmailAddress(text: string): string {
  return hash('sha256', normalizeEmailAddress(text) ?? text.trim().toLowerCase())
}

function isAddress(text: string): boolean {
  return text.length <= MAX_LENGTH && text.indexOf('@') <= MAX_LOCAL_LENGTH && ADDRESS.test(text)
}

function repair(text: string): string | undefined {
  if (text.length > MAX_TEXT_LENGTH || !/[@\uff20]/.test(text)) return undefined
  const visible = toVisibleText(text.includes('&') ? decodeHTML(text) : text)
  const [, name = '', inner] = WITH_DISPLAY_NAME.exec(visible) ?? []
  if (inner === undefined) return toAddress(visible)
  const address = toAddress(inner)
  // "ann@shop.ie <bob@shop.ie>" names two people.
  return name.includes('@') && toAddress(name) !== address ? undefined : address
}

function toAddress(text: string): string | undefined {
  const [label, scheme] = LABEL.exec(text) ?? ['']
  const target = text.slice(label.length)
  const bare = unwrap(scheme === 'mailto' ? decodePercent(target.replace(/\?.*/, '')) : target)
  const at = bare.lastIndexOf('@')
  const address = `${bare.slice(0, at).trimEnd()}@${asciiDomain(bare.slice(at + 1).trimStart())}`.replace(JOINERS, '')
  return isAddress(address) ? address : undefined
}

/** Zero-width joiners, which only the domains of some scripts need. */
const JOINERS = /[\u200c\u200d]/g

function unwrap(text: string): string {
  const unquoted = QUOTED.exec(text.trim().replace(/[\s,;:.!?]+$/, ''))?.[2] ?? text
  return unquoted.trim().replace(COMMENT, '').replace(LEADING, '').replace(TRAILING, '')
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Punycode. Unchanged unless it consists of letters, digits and hyphens: `domainToASCII` cuts a path off silently. */
function asciiDomain(domain: string): string {
  const bare = domain.replace(JOINERS, '')
  if (/^[ -~]*$/.test(bare)) return bare
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(bare) ? domainToASCII(domain) : domain
}
