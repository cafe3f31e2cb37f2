/** The payloads that are mapped: the fixtures of the tests (Intercom 2.16), made into many that differ as people do. */
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

export interface Part {
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
  readonly ticket_parts?: Maybe<{ readonly ticket_parts: readonly Part[] }>
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

interface Named {
  readonly id: string
  readonly name?: Text
  readonly email?: Text
}

/** One occurrence and all that was looked up for it, typed as far as a mapping by hand needs. */
export interface Sample<T extends Item = Conversation & Ticket> {
  readonly item: T
  readonly contact: Contact
  readonly admin?: Named
  readonly team?: Named
  /** The contact's tags, as the table of tags has them. */
  readonly tag: readonly Named[]
}

export const WORKSPACE = 'abc123de'

/** `npm run` starts everything at the root. */
const read = (name: string) => JSON.parse(readFileSync(`test/fixtures/intercom/${name}.json`, 'utf8'))

const FIRST = ['Ada', 'Mary Ann', 'Se&#225;n', 'Zoë', 'Liam', 'Cher', 'Nora', 'Tom']
const LAST = ["O'Brien", 'Byrne', 'van der Berg', 'Müller', 'Walsh', 'Kelly', 'Doyle', 'Ryan']

/** As many samples as asked for; the same ones each time. */
export function samples(name: 'conversation' | 'ticket', count: number): readonly Sample[] {
  const { admin, team, tag } = read('lookups')
  const [item, contact] = [JSON.stringify(read(name)), read('contact')]
  return Array.from({ length: count }, (_, i) => ({
    item: itemOf(item, i),
    contact: person(contact, i),
    admin: admin[0],
    team: team[0],
    tag: tag.slice(1),
  }))
}

/** Through text, as it comes: no sample shares an object with another. */
function itemOf(text: string, i: number): Sample['item'] {
  const later = (_: string, name: string, seconds: string) => `"${name}":${Number(seconds) + 977 * i}`
  const own = text.replaceAll('6960000000000000000000a1', idOf(i)).replaceAll('215400000000', `2154${10000000 + i}`)
  return JSON.parse(own.replace(/"(\w+_at|\w+_since|\w+_until)":(\d+)/g, later))
}

const idOf = (i: number) => `69600000000000000000${String(1000 + i)}`

function person(contact: Contact, i: number): Contact {
  const [first, last] = [FIRST[i % FIRST.length], LAST[Math.floor(i / 8) % LAST.length]]
  const copy = {
    ...contact,
    id: idOf(i),
    email: `Ada.${i}@Harbourlight.shop`,
    // One in four has none, which is few for a shop and many for a help desk.
    phone: i % 4 === 3 ? null : `087 123 ${4000 + i}`,
    name: `${first} ${last}`,
  }
  return JSON.parse(JSON.stringify(copy))
}

/** What the mapping gives for a sample: the same from every contestant. */
export type Result = Readonly<Record<string, unknown>>
