/** What conversations and tickets share: who takes part, what is said, and which ticket grew from which conversation. */

import { type Contact, contact } from './contacts.ts'
import { diceFor, fraction, moment, SALT, type Seed, type SeededRandom } from './seed.ts'
import { ADMINS, adminReference, FORMER_ADMIN, TEAMS } from './teammates-and-tags.ts'

export interface Author {
  readonly type: string
  readonly id: string
  readonly name: string | null
  readonly email: string
}

/** Conversations and tickets have id ranges of their own; a ticket made from a conversation keeps its id. */
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

/** A line of talk, as HTML, as the API gives bodies. */
export function line(d: SeededRandom): string {
  return `<p>${d.pick(LINES)}</p>`
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

export function anyAdmin(d: SeededRandom): Author {
  return adminReference(d.pick(ADMINS))
}

/** Who has it: 0 is nobody, and a few are still with somebody who has left. */
export function assignees(d: SeededRandom) {
  const admin = d.chance(0.35) ? 0 : d.chance(0.03) ? FORMER_ADMIN : d.pick(ADMINS).id
  return { admin_assignee_id: admin, team_assignee_id: d.chance(0.4) ? 0 : d.pick(TEAMS).id }
}

/**
 * The contacts of something at `position` (0..1) of the past: mostly recent ones, sometimes an old one, never one who
 * came later.
 */
export function participants(plan: Seed, d: SeededRandom, position: number, count: number): readonly Contact[] {
  const newest = Math.min(plan.contacts - 1, Math.floor(position * plan.contacts))
  const chosen = new Set<number>()
  for (let i = 0; i < count; i++) chosen.add(newest - d.int(d.chance(0.6) ? Math.min(newest + 1, 40) : newest + 1))
  return [...chosen].map((index) => contact(plan, index))
}

/** One contact, or the two to four of a group conversation. */
export function conversationPeople(plan: Seed, index: number): readonly Contact[] {
  const d = diceFor(plan, SALT.people, index)
  return participants(plan, d, index / plan.conversations, d.chance(0.03) ? 2 + d.int(3) : 1)
}

/** The `ticket_id` that people see. */
export function ticketNumber(index: number): string {
  return String(66_040_000 + index)
}

export function conversationCreated(plan: Seed, index: number): number {
  return moment(plan, SALT.conversationTime, index, plan.conversations)
}

/** The conversation that ticket `index` was made from, for about one ticket in six. */
export function convertedFrom(plan: Seed, index: number): number | undefined {
  if (fraction(plan, SALT.converted, index) >= 0.16) return undefined
  const origin = (ticket: number) => Math.floor(((ticket + 0.5) / plan.tickets) * plan.conversations)
  // With more tickets than conversations two could claim the same one; the first has it.
  const taken = index > 0 && origin(index - 1) === origin(index)
  return taken || plan.conversations === 0 ? undefined : origin(index)
}

/** The ticket that was made from conversation `index`. */
export function convertedTo(plan: Seed, index: number): number | undefined {
  const near = Math.floor((index / plan.conversations) * plan.tickets)
  return [near - 1, near, near + 1].find(
    (ticket) => ticket >= 0 && ticket < plan.tickets && convertedFrom(plan, ticket) === index,
  )
}
