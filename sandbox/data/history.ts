/** Shared by conversations and tickets: participants, message bodies, and tickets converted from conversations. */

import { type Contact, contact } from './contacts.ts'
import { fraction, randomFor, type Seed, type SeededRandom, STREAMS, timeOf } from './seed.ts'
import { ADMINS, adminReference, FORMER_ADMIN, TEAMS } from './teammates-and-tags.ts'

export interface Author {
  readonly type: string
  readonly id: string
  readonly name: string | null
  readonly email: string
}

/** Conversations and tickets have their own id ranges; a ticket converted from a conversation keeps its id. */
export const FIRST_CONVERSATION = 215_400_000_000_000
export const FIRST_TICKET = 215_500_000_000_000

const LINES: readonly string[] = [
  'Where is my order?',
  'Thanks &amp; best wishes 🙂',
  'Können Sie mir helfen?',
  'The size does not fit me.',
  'サイズを交換したいです。',
  'It arrived broken, see the picture.',
  'We have looked into it for you.',
  'Is there any news?',
]

/** A message body as the API returns it: HTML. */
export function messageBody(rng: SeededRandom): string {
  return `<p>${rng.pick(LINES)}</p>`
}

/** Webhooks carry plain text since 2.15. */
export function plainText(html: string | null): string | null {
  return html === null ? null : html.replace(/<[^>]*>/g, '').replaceAll('&amp;', '&')
}

export function contactAuthor(person: Contact): Author {
  // An anonymous lead has "" here, where the contact itself has null.
  return { type: person.role, id: person.id, name: person.name, email: person.email ?? '' }
}

export function contactReference(person: Contact) {
  return { type: 'contact', id: person.id, external_id: person.external_id }
}

export function anyAdmin(rng: SeededRandom): Author {
  return adminReference(rng.pick(ADMINS))
}

/** 0 means unassigned; a few are still assigned to a former teammate. */
export function assignees(rng: SeededRandom) {
  const admin = rng.chance(0.35) ? 0 : rng.chance(0.03) ? FORMER_ADMIN : rng.pick(ADMINS).id
  return { admin_assignee_id: admin, team_assignee_id: rng.chance(0.4) ? 0 : rng.pick(TEAMS).id }
}

/**
 * The contacts of a record at `position` (0..1) of the history: mostly recent ones, sometimes an old one, never a later
 * one.
 */
export function participants(seed: Seed, rng: SeededRandom, position: number, count: number): readonly Contact[] {
  const newest = Math.min(seed.contacts - 1, Math.floor(position * seed.contacts))
  const chosen = new Set<number>()
  for (let i = 0; i < count; i++) chosen.add(newest - rng.int(rng.chance(0.6) ? Math.min(newest + 1, 40) : newest + 1))
  return [...chosen].map((index) => contact(seed, index))
}

/** One contact, or the two to four of a group conversation. */
export function conversationPeople(seed: Seed, index: number): readonly Contact[] {
  const rng = randomFor(seed, STREAMS.people, index)
  return participants(seed, rng, index / seed.conversations, rng.chance(0.03) ? 2 + rng.int(3) : 1)
}

/** The `ticket_id` shown to people. */
export function ticketNumber(index: number): string {
  return String(66_040_000 + index)
}

export function conversationCreated(seed: Seed, index: number): number {
  return timeOf(seed, STREAMS.conversationTime, index, seed.conversations)
}

/** The conversation that ticket `index` was converted from, for about one ticket in six. */
export function convertedFrom(seed: Seed, index: number): number | undefined {
  if (fraction(seed, STREAMS.converted, index) >= 0.16) return undefined
  const origin = (ticket: number) => Math.floor(((ticket + 0.5) / seed.tickets) * seed.conversations)
  // With more tickets than conversations two may share an origin; the first keeps it.
  const isDuplicate = index > 0 && origin(index - 1) === origin(index)
  return isDuplicate || seed.conversations === 0 ? undefined : origin(index)
}

/** The ticket converted from conversation `index`. */
export function convertedTo(seed: Seed, index: number): number | undefined {
  const near = Math.floor((index / seed.conversations) * seed.tickets)
  return [near - 1, near, near + 1].find(
    (ticket) => ticket >= 0 && ticket < seed.tickets && convertedFrom(seed, ticket) === index,
  )
}
