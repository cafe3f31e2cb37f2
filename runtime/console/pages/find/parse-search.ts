/** Reads what people have in hand: an address in any wrapping, a phone number, the address of a page of a vendor, a number, an id. */
import { normalizeEmailAddress } from '../../../lib/text/email-address.ts'
import type { VendorLinks } from '../../types.ts'

export type SearchKind = 'email' | 'phone' | 'national-phone' | 'number' | 'id' | 'page' | 'unknown-page'

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
const QUOTES = /^["'“”„‘’«»`<([]+|["'“”„‘’«»`>)\],;]+$/g
/** A number without its country code. */
const NATIONAL = /^\(?0(?:\D*\d){8,11}$/
/** A number in E.164 without its +, or an id. */
const BARE_NUMBER = /^[1-9]\d{9,14}$/
/** Digits with the marks that people put between them. */
const PHONE = /^\+?[\d\s().\-/]{7,24}$/

export const SEARCH_EXPIRED = 'This search has expired. Enter the address or the id again.'

export async function parseSearch(typed: string, { readAddress, readPhone }: Readers = {}): Promise<ParsedSearch> {
  const text = typed.trim().replace(/\s+/g, ' ')
  const email = normalizeEmailAddress(text) ?? onlyAddress(text)
  if (email !== undefined) return { kind: 'email', text: email }
  const page = toPage(text)
  if (page !== undefined) {
    const id = readAddress?.(page)
    return { kind: id === undefined ? 'unknown-page' : 'page', text: id }
  }
  // An address that is no valid one, as a source may have it.
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return { kind: 'email', text: text.toLowerCase() }
  const bare = text.replace(QUOTES, '').replace(/^tel:/i, '').trim()
  // Digits alone are rather the number of a ticket, or an id.
  if (PHONE.test(bare) && (/[^\d]/.test(bare) || bare.startsWith('00'))) {
    const phone = await readPhone?.(bare.startsWith('00') ? `+${bare.slice(2)}` : bare)
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

/** `José jose@shop.example`: a name and an address without brackets. */
function onlyAddress(text: string): string | undefined {
  const [word, ...others] = text.split(' ').filter((part) => part.includes('@'))
  return word === undefined || others.length > 0 ? undefined : normalizeEmailAddress(word)
}

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
