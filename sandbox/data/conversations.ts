/** Conversations of the sandbox, made on demand from their index, and what can happen to one. */

import type { Contact } from './contacts.ts'
import {
  type Author,
  anyAdmin,
  contactAuthor,
  conversationCreated,
  conversationPeople,
  convertedTo,
  FIRST_CONVERSATION,
  line,
  ticketNumber,
} from './history.ts'
import { type Conversation, type ConversationPart, opened, part } from './new-conversation.ts'
import { diceFor, lifetime, SALT, type Seed, type SeededRandom } from './seed.ts'

/** Conversation `index` of the past, whole. Search results leave `conversation_parts` out. */
export function conversation(plan: Seed, index: number): Conversation {
  const d = diceFor(plan, SALT.conversation, index)
  const people = conversationPeople(plan, index)
  const at = conversationCreated(plan, index)
  const end = conversationUpdated(plan, index)
  let it = opened(FIRST_CONVERSATION + index, at, people, d)
  const steps = 1 + d.int(5)
  for (let step = 1; step <= steps; step++)
    it = happened(it, people, d, at + Math.floor(((end - at) * step) / (steps + 1)))
  if (d.chance(0.25)) it = rated(it, d, end)
  return { ...it, ...oddities(plan, index, it, d), updated_at: end }
}

export function conversationUpdated(plan: Seed, index: number): number {
  const created = conversationCreated(plan, index)
  return created + lifetime(plan, SALT.conversationLife, index, created)
}

/** A comment by `author`. */
export function replied(it: Conversation, author: Author, at: number, body: string): Conversation {
  const byContact = author.type !== 'admin'
  const parts = [...it.conversation_parts.conversation_parts, part(it, author, at, 'comment', body)]
  const open = { state: 'open', open: true, waiting_since: byContact ? at : null, read: byContact ? it.read : false }
  const last = byContact ? { last_contact_reply_at: at } : { last_admin_reply_at: at }
  return withParts({ ...it, ...(byContact ? open : { waiting_since: null }) }, parts, at, last)
}

export function closed(it: Conversation, author: Author, at: number): Conversation {
  const parts = [...it.conversation_parts.conversation_parts, part(it, author, at, 'close', null)]
  const done = { state: 'closed', open: false, waiting_since: null, snoozed_until: null }
  return withParts({ ...it, ...done }, parts, at, { last_close_at: at, last_closed_by_id: author.id })
}

/** A rating by the first contact: asked for at the last update, answered at `at`. Some are never answered. */
export function rated(it: Conversation, d: SeededRandom, at: number, answered = d.chance(0.9)): Conversation {
  const rating = answered ? 1 + d.int(5) : null
  const remark = answered && d.chance(0.5) ? d.pick(['Great', 'Très bien !', '対応が早い', '']) : null
  const contact = it.contacts.contacts[0] ?? null
  const asked = Math.min(it.updated_at, at)
  const teammate = { type: 'admin', id: anyAdmin(d).id }
  return {
    ...it,
    updated_at: at,
    conversation_rating: { rating, remark, created_at: asked, updated_at: at, contact, teammate },
  }
}

export function read(it: Conversation, at: number): Conversation {
  return { ...it, read: true, updated_at: at }
}

function happened(it: Conversation, people: readonly Contact[], d: SeededRandom, at: number): Conversation {
  if (d.chance(0.5)) return replied(it, anyAdmin(d), at, line(d))
  if (d.chance(0.3)) return closed(it, anyAdmin(d), at)
  return replied(it, contactAuthor(d.pick(people)), at, line(d))
}

/** What some have and programs trip over: no source, no statistics, a ticket grown from it. */
function oddities(plan: Seed, index: number, it: Conversation, d: SeededRandom): Partial<Conversation> {
  const ticket = convertedTo(plan, index)
  return {
    read: d.chance(0.7),
    ...(d.chance(0.03) ? { source: null } : {}),
    ...(d.chance(0.02) ? { statistics: null } : {}),
    ...(ticket === undefined ? {} : { ticket: { type: 'ticket', id: it.id, ticket_id: ticketNumber(ticket) } }),
  }
}

function withParts(it: Conversation, parts: readonly ConversationPart[], at: number, statistics: object): Conversation {
  const list = { type: 'conversation_part.list', conversation_parts: parts, total_count: parts.length }
  // The count includes the opening message: always one more than there are parts.
  const counts = it.statistics && { ...it.statistics, ...statistics, count_conversation_parts: parts.length + 1 }
  return { ...it, updated_at: at, statistics: counts, conversation_parts: list }
}
