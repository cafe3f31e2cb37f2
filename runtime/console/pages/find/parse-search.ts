/** Reads what people have in hand: an address in any wrapping, a phone number, the address of a page of a vendor, a number, an id. */
import { normalizeEmailAddress } from '../../../lib/text/email-address.ts'
import { toVisibleText } from '../../../lib/text/visible-text.ts'
import type { VendorLinks } from '../../types.ts'

export type SearchKind = 'email' | 'emails' | 'phone' | 'national-phone' | 'number' | 'id' | 'page' | 'unknown-page'

export interface ParsedSearch {
  readonly kind: SearchKind
  /** What the ledger is searched for: an address, a number in E.164, an id. Undefined: nothing can be found by it. */
  readonly text: string | undefined
  /** In E.164, where the digits of an id may also be a number without its +. */
  readonly phone?: string | undefined
}

type Readers = Pick<VendorLinks, 'readAddress' | 'readPhone'>

/** Words that people and pages write before an id: `Ticket #12`, `conversation: 77`. */
const LABEL =
  /^(?:ticket|conversation|contact|user|lead|event|record|key|id|no|nr|number)s?\b[\s.:#№-]*(?:id\b[\s.:#-]*)?(?=\S)/i
const QUOTES = /^["'“”„‘’«»`<([]+|["'“”„‘’«»`>)\],;.?!]+$/g
/** Words before a phone number. */
const PHONE_LABEL = /^(?:tel(?:ephone)?|phone|mobile|cell|whatsapp|fax)\b[\s.:]*/i
/** What may be an address, without what stands around it. */
const ADDRESSES = /[^\s<>()[\],;:"'“”„«»|]+@[^\s<>()[\],;:"'“”„«»|?]+/g
/** A number without its country code. */
const NATIONAL = /^\(?0(?:\D*\d){8,11}$/
/** A number in E.164 without its +, or an id. */
const BARE_NUMBER = /^[1-9]\d{9,14}$/
/** Digits with the marks that people put between them. */
const PHONE = /^\+?[\d\s().\-/]{7,24}$/

export const SEARCH_EXPIRED = 'This search has expired. Enter the address or the id again.'

export async function parseSearch(typed: string, { readAddress, readPhone }: Readers = {}): Promise<ParsedSearch> {
  const text = toVisibleText(typed).trim().replace(/\s+/g, ' ').replace(/%40/g, '@')
  const email = normalizeEmailAddress(text)
  if (email !== undefined) return { kind: 'email', text: email }
  const page = toPage(text)
  if (page !== undefined) {
    const id = readAddress?.(page)
    return { kind: id === undefined ? 'unknown-page' : 'page', text: id }
  }
  const [one, ...others] = addressesIn(text)
  if (one !== undefined) return others.length > 0 ? { kind: 'emails', text: undefined } : { kind: 'email', text: one }
  // An address that is no valid one, as a source may have it.
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return { kind: 'email', text: text.toLowerCase() }
  const bare = text.replace(QUOTES, '').replace(PHONE_LABEL, '').trim()
  // Digits alone are rather the number of a ticket, or an id.
  if (PHONE.test(bare) && (/[^\d]/.test(bare) || bare.startsWith('00'))) {
    const phone = (await readPhone?.(bare.replace(/^00/, '+'))) ?? (await readPhone?.(`+${bare}`))
    if (phone !== undefined) return { kind: 'phone', text: phone }
  }
  if (readPhone !== undefined && PHONE.test(bare) && NATIONAL.test(bare)) return { kind: 'national-phone', text: bare }
  const id = bare
    .replace(/^#+\s*/, '')
    .replace(LABEL, '')
    .replace(/^#+\s*/, '')
  const phone = BARE_NUMBER.test(bare) ? await readPhone?.(`+${bare}`) : undefined
  return { kind: /^\d{1,12}$/.test(id) ? 'number' : 'id', text: id, ...(phone !== undefined && { phone }) }
}

/** Those that differ: `José jose@shop.example`, `[jose@shop.example](mailto:jose@shop.example)`. */
const addressesIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(ADDRESSES)].flatMap(([part]) => normalizeEmailAddress(part) ?? [])),
]

/** `app.example.com/…` without its scheme, too. */
function toPage(text: string): URL | undefined {
  const isAddress = /^https?:\/\/\S+$/i.test(text)
  if (!isAddress && !/^(?:[a-z0-9-]+\.)+(?:com|io)\/\S+$/i.test(text)) return undefined
  try {
    return new URL(isAddress ? text : `https://${text}`)
  } catch {
    return undefined
  }
}
