/** Payloads to map: the test fixtures (Intercom 2.16), varied in ids, times, names and phone numbers. */
import { readFileSync } from 'node:fs'

type Maybe<T> = T | null | undefined
type Text = Maybe<string>

interface Item {
  readonly id: string
  readonly created_at?: Maybe<number>
  readonly snoozed_until?: Maybe<number>
  readonly contacts?: Maybe<{ readonly contacts?: readonly { readonly id?: string }[] }>
}

export interface Conversation extends Item {
  readonly title?: Text
  readonly priority?: Text
  readonly waiting_since?: Maybe<number>
  readonly user?: Maybe<{ readonly id?: string }>
  readonly source?: Maybe<{
    readonly type?: Text
    readonly delivered_as?: Text
    readonly author?: Maybe<{ readonly type: string; readonly id: string }>
  }>
  readonly tags?: Maybe<{ readonly tags?: readonly { readonly name?: Text }[] }>
  readonly conversation_rating?: Maybe<{ readonly rating?: Maybe<number> }>
  readonly sla_applied?: Maybe<{ readonly sla_status?: Text }>
  readonly statistics?: Maybe<Readonly<Record<`count_${string}`, Maybe<number>>>>
  readonly custom_attributes?: unknown
}

export interface TicketPart {
  readonly id: string
  readonly created_at: number
  readonly ticket_state?: Text
  readonly previous_ticket_state?: Text
}

export interface Ticket extends Item {
  readonly ticket_id?: string | number
  readonly category?: Text
  readonly is_shared?: Maybe<boolean>
  readonly ticket_attributes?: Maybe<{ readonly _default_title_?: Text; readonly _default_description_?: Text }>
  readonly ticket_parts?: Maybe<{ readonly ticket_parts: readonly TicketPart[] }>
}

export interface Contact {
  readonly id: string
  readonly email?: Text
  readonly phone?: Text
  readonly name?: Text
  readonly role?: Text
  readonly avatar?: Maybe<string | { readonly image_url?: Text }>
  readonly location?: Maybe<Readonly<Record<'city' | 'country' | 'country_code' | 'region', Text>>>
  readonly has_hard_bounced?: Maybe<boolean>
  readonly marked_email_as_spam?: Maybe<boolean>
  readonly unsubscribed_from_emails?: Maybe<boolean>
  readonly opted_in_subscription_types?: Maybe<{ readonly total_count?: Maybe<number> }>
  readonly custom_attributes?: unknown
  readonly tags?: Maybe<{ readonly data?: readonly unknown[] }>
}

interface NamedResource {
  readonly id: string
  readonly name?: Text
  readonly email?: Text
}

/** An item with its lookups, typed as far as a handwritten mapping needs. */
export interface Sample<T extends Item = Conversation & Ticket> {
  readonly item: T
  readonly contact: Contact
  readonly admin?: NamedResource
  readonly team?: NamedResource
  /** The contact's tags, as the lookup of tags returns them. */
  readonly tag: readonly NamedResource[]
}

export const WORKSPACE = 'abc123de'

/** `npm run` starts in the root. */
const readFixture = (name: string) => JSON.parse(readFileSync(`conformance/fixtures/${name}.json`, 'utf8'))

const FIRST = ['Ada', 'Mary Ann', 'Se&#225;n', 'Zoë', 'Liam', 'Cher', 'Nora', 'Tom']
const LAST = ["O'Brien", 'Byrne', 'van der Berg', 'Müller', 'Walsh', 'Kelly', 'Doyle', 'Ryan']

/** The same samples on every call. */
export function samples(name: 'conversation' | 'ticket', count: number): readonly Sample[] {
  const { admin, team, tag } = readFixture('lookups')
  const [item, contact] = [JSON.stringify(readFixture(name)), readFixture('contact')]
  return Array.from({ length: count }, (_, i) => ({
    item: itemOf(item, i),
    contact: contactOf(contact, i),
    admin: admin[0],
    team: team[0],
    tag: tag.slice(1),
  }))
}

/** Parsed from text, as in production, so that samples share no object. */
function itemOf(text: string, i: number): Sample['item'] {
  const later = (_: string, name: string, seconds: string) => `"${name}":${Number(seconds) + 977 * i}`
  const own = text.replaceAll('6960000000000000000000a1', idOf(i)).replaceAll('215400000000', `2154${10000000 + i}`)
  return JSON.parse(own.replace(/"(\w+_at|\w+_since|\w+_until)":(\d+)/g, later))
}

const idOf = (i: number) => `69600000000000000000${String(1000 + i)}`

function contactOf(contact: Contact, i: number): Contact {
  const [first, last] = [FIRST[i % FIRST.length], LAST[Math.floor(i / 8) % LAST.length]]
  const copy = {
    ...contact,
    id: idOf(i),
    email: `Ada.${i}@Harbourlight.shop`,
    // One in four has no phone number, between a shop (more) and a help desk (fewer).
    phone: i % 4 === 3 ? null : `087 123 ${4000 + i}`,
    name: `${first} ${last}`,
  }
  return JSON.parse(JSON.stringify(copy))
}

/** The mapped event; equal for every candidate. */
export type Result = Readonly<Record<string, unknown>>
