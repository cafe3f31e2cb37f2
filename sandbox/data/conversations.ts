/** Generates the sandbox's conversations from their index, and changes them. */

import type { Contact } from './contacts.ts'
import {
  type Author,
  anyAdmin,
  contactAuthor,
  conversationCreated,
  conversationPeople,
  convertedTo,
  FIRST_CONVERSATION,
  messageBody,
  ticketNumber,
} from './history.ts'
import {
  type Conversation,
  type ConversationPart,
  newConversation,
  newConversationPart,
  withoutReply,
} from './new-conversation.ts'
import { lifetime, randomFor, type Seed, type SeededRandom, STREAMS } from './seed.ts'

/** Conversation `index` of the history, complete. Search results omit `conversation_parts`. */
export function conversation(seed: Seed, index: number): Conversation {
  const rng = randomFor(seed, STREAMS.conversation, index)
  const people = conversationPeople(seed, index)
  const at = conversationCreated(seed, index)
  const end = conversationUpdated(seed, index)
  let it = newConversation(FIRST_CONVERSATION + index, at, people, rng)
  const steps = 1 + rng.int(5)
  for (let step = 1; step <= steps; step++)
    it = addRandomPart(it, people, rng, at + Math.floor(((end - at) * step) / (steps + 1)))
  if (rng.chance(0.25)) it = rateConversation(it, rng, end)
  it = { ...it, ...addOddities(seed, index, it, rng) }
  if (rng.chance(0.08)) it = rateFin(it, rng, end)
  return { ...it, updated_at: end }
}

export function conversationUpdated(seed: Seed, index: number): number {
  const created = conversationCreated(seed, index)
  return created + lifetime(seed, STREAMS.conversationLife, index, created)
}

/** Adds a comment by `author`. */
export function replyToConversation(it: Conversation, author: Author, at: number, body: string): Conversation {
  const byContact = author.type !== 'admin'
  const parts = [
    ...it.conversation_parts.conversation_parts,
    newConversationPart(it, { author, at, type: 'comment', body }),
  ]
  const open = { state: 'open', open: true, waiting_since: byContact ? at : null, read: byContact ? it.read : false }
  const first = it.first_contact_reply ?? { created_at: at, type: 'conversation', url: null }
  const last = byContact
    ? { first_contact_reply_at: first.created_at, last_contact_reply_at: at }
    : { last_admin_reply_at: at }
  const next = byContact ? { ...open, first_contact_reply: first } : { waiting_since: null }
  return withParts({ ...it, ...next }, parts, at, last)
}

export function closeConversation(it: Conversation, author: Author, at: number): Conversation {
  const parts = [
    ...it.conversation_parts.conversation_parts,
    newConversationPart(it, { author, at, type: 'close', body: null }),
  ]
  const done = { state: 'closed', open: false, waiting_since: null, snoozed_until: null }
  return withParts({ ...it, ...done }, parts, at, { last_close_at: at, last_closed_by_id: author.id })
}

/** Adds a rating by the first contact, requested at the last update and answered at `at`, or never. */
export function rateConversation(
  it: Conversation,
  rng: SeededRandom,
  at: number,
  answered = rng.chance(0.9),
): Conversation {
  const rating = answered ? 1 + rng.int(5) : null
  const remark = answered && rng.chance(0.5) ? rng.pick(['Great', 'Très bien !', '対応が早い', '']) : null
  const contact = it.contacts.contacts[0] ?? null
  const requestedAt = Math.min(it.updated_at, at)
  const teammate = { type: 'admin', id: anyAdmin(rng).id }
  return {
    ...it,
    updated_at: at,
    conversation_rating: { rating, remark, created_at: requestedAt, updated_at: at, contact, teammate },
  }
}

/** Adds a rating of Fin, requested at the last update and answered at `at`, or never. */
export function rateFin(it: Conversation, rng: SeededRandom, at: number, answered = rng.chance(0.8)): Conversation {
  const rating = answered ? 1 + rng.int(5) : null
  const rating_remark = answered && rng.chance(0.3) ? rng.pick(['Quick', 'Aucune aide', '']) : null
  const times = { created_at: Math.min(it.updated_at, at), updated_at: at }
  const answer = { source_title: null, last_answer_type: 'ai_answer', resolution_state: 'assumed_resolution' }
  const ai_agent = { source_type: 'workflow', ...answer, rating, rating_remark, ...times }
  return { ...it, updated_at: at, ai_agent, ai_agent_participated: true }
}

export function markRead(it: Conversation, at: number): Conversation {
  return { ...it, read: true, updated_at: at }
}

function addRandomPart(it: Conversation, people: readonly Contact[], rng: SeededRandom, at: number): Conversation {
  if (rng.chance(0.5)) return replyToConversation(it, anyAdmin(rng), at, messageBody(rng))
  if (rng.chance(0.3)) return closeConversation(it, anyAdmin(rng), at)
  return replyToConversation(it, contactAuthor(rng.pick(people)), at, messageBody(rng))
}

/** Rare shapes that break programs: no source (as a rule of a conversation without a reply), no statistics, a ticket. */
function addOddities(seed: Seed, index: number, it: Conversation, rng: SeededRandom): Partial<Conversation> {
  const ticket = convertedTo(seed, index)
  const isSilent = it.conversation_parts.conversation_parts.every(({ author }) => author.type === 'admin')
  return {
    read: rng.chance(0.7),
    ...(rng.chance(0.03) ? { source: null, ...(isSilent && withoutReply(it.statistics)) } : {}),
    ...(rng.chance(0.02) ? { statistics: null } : {}),
    ...(ticket === undefined ? {} : { ticket: { type: 'ticket', id: it.id, ticket_id: ticketNumber(ticket) } }),
  }
}

function withParts(it: Conversation, parts: readonly ConversationPart[], at: number, statistics: object): Conversation {
  const list = { type: 'conversation_part.list', conversation_parts: parts, total_count: parts.length }
  // The count includes the opening message: always one more than there are parts.
  const counts = it.statistics && { ...it.statistics, ...statistics, count_conversation_parts: parts.length + 1 }
  return { ...it, updated_at: at, statistics: counts, conversation_parts: list }
}
