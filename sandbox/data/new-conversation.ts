/** The shape of a new conversation and of its parts. */

import type { Contact } from './contacts.ts'
import {
  type Author,
  anyAdmin,
  assignees,
  contactAuthor,
  contactReference,
  FIRST_CONVERSATION,
  messageBody,
} from './history.ts'
import type { SeededRandom } from './seed.ts'
import { FIN, TAGS } from './teammates-and-tags.ts'

export type Conversation = ReturnType<typeof begin>
export type ConversationPart = ReturnType<typeof newConversationPart>

interface Rating {
  readonly rating: number | null
  readonly remark: string | null
  /** When the rating was requested. */
  readonly created_at: number
  readonly updated_at: number
  readonly contact: ReturnType<typeof contactReference> | null
  readonly teammate: { readonly type: string; readonly id: string }
}

/** Fin, and the rating it got. */
interface AiAgent {
  readonly source_type: string
  readonly source_title: string | null
  readonly last_answer_type: string
  readonly resolution_state: string
  readonly rating: number | null
  readonly rating_remark: string | null
  readonly created_at: number | null
  readonly updated_at: number | null
}

/** The contact's first message, if there is one. */
interface FirstReply {
  readonly created_at: number
  readonly type: string
  readonly url: string | null
}

/** A conversation as it begins. Needs at least one contact, who has not written yet if its source is outbound. */
export function newConversation(id: number, at: number, people: readonly Contact[], rng: SeededRandom): Conversation {
  const it = begin(id, at, people, rng)
  return it.source?.delivered_as === 'customer_initiated' ? it : { ...it, ...withoutReply(it.statistics) }
}

/** Fields of a conversation in which no contact has written. */
export function withoutReply<T extends object>(statistics: T | null) {
  const none = { first_contact_reply_at: null, last_contact_reply_at: null }
  return { first_contact_reply: null, statistics: statistics && { ...statistics, ...none } }
}

function begin(id: number, at: number, people: readonly Contact[], rng: SeededRandom) {
  const starter = people[0] as Contact
  return {
    type: 'conversation',
    id: String(id),
    created_at: at,
    updated_at: at,
    title: rng.chance(0.6) ? null : rng.chance(0.2) ? '' : rng.pick(['Size question', 'Où est ma commande ?', '返品']),
    state: 'open',
    open: true,
    read: false,
    waiting_since: at as number | null,
    snoozed_until: rng.chance(0.05) ? at + 86_400 : null,
    priority: rng.pick(['none', 'none', 'none', 'low', 'medium', 'high', 'urgent']),
    ...assignees(rng),
    company: null,
    source: sourceOf(id, starter, rng) as ReturnType<typeof sourceOf> | null,
    channel: null,
    contacts: { type: 'contact.list', contacts: people.map(contactReference) },
    first_contact_reply: { created_at: at, type: 'conversation', url: null } as FirstReply | null,
    tags: { type: 'tag.list', tags: tagsOf(rng, at) },
    sla_applied: rng.chance(0.3) ? slaOf(rng) : null,
    conversation_rating: null as Rating | null,
    statistics: statisticsOf(at, rng) as ReturnType<typeof statisticsOf> | null,
    teammates: { type: 'admin.list', admins: [] as const },
    custom_attributes: customAttributesOf(rng, id),
    topics: {},
    ticket: null as { readonly type: string; readonly id: string; readonly ticket_id: string } | null,
    linked_objects: { type: 'list', data: [] as const, total_count: 0, has_more: false },
    ai_agent: null as AiAgent | null,
    ai_agent_participated: false,
    conversation_parts: {
      type: 'conversation_part.list',
      conversation_parts: [] as readonly ConversationPart[],
      total_count: 0,
    },
  }
}

interface NewPart {
  readonly author: Author
  readonly at: number
  readonly type: string
  readonly body: string | null
}

/** A part to append to the conversation. */
export function newConversationPart(
  it: { id: string; conversation_parts: { total_count: number } },
  { author, at, type, body }: NewPart,
) {
  return {
    type: 'conversation_part',
    id: `37${String(Number(it.id.slice(-9)) * 1000 + it.conversation_parts.total_count).padStart(9, '0')}`,
    part_type: type,
    body,
    created_at: at,
    updated_at: at,
    notified_at: at,
    assigned_to: null,
    author,
    attachments: [] as const,
    external_id: null,
    redacted: false,
    email_message_metadata: null,
    state: type === 'close' ? 'closed' : 'open',
    tags: [] as const,
  }
}

function sourceOf(id: number, starter: Contact, rng: SeededRandom) {
  const byContact = rng.chance(0.8)
  const source = {
    type: rng.pick(['conversation', 'conversation', 'conversation', 'email', 'whatsapp', 'instagram', 'sms']),
    id: `338${id - FIRST_CONVERSATION}`,
    delivered_as: byContact
      ? 'customer_initiated'
      : rng.pick(['automated', 'admin_initiated', 'campaigns_initiated', 'operator_initiated']),
    subject: '',
    body: messageBody(rng),
    author: byContact ? contactAuthor(starter) : anyAdmin(rng),
    attachments: [] as const,
    url: rng.chance(0.5) ? 'https://sandbox-shop.com/cart' : null,
    redacted: false,
  }
  return source.delivered_as === 'operator_initiated' ? { ...source, author: FIN as Author } : source
}

function statisticsOf(at: number, rng: SeededRandom) {
  return {
    type: 'conversation_statistics',
    first_contact_reply_at: at as number | null,
    last_contact_reply_at: at as number | null,
    last_admin_reply_at: null as number | null,
    last_close_at: null as number | null,
    last_closed_by_id: null as string | null,
    count_reopens: rng.chance(0.2) ? 1 + rng.int(3) : 0,
    count_assignments: rng.int(4),
    count_conversation_parts: 1,
  }
}

function slaOf(rng: SeededRandom) {
  return {
    type: 'conversation_sla_summary',
    sla_name: rng.pick(['Gold', 'Silber']),
    sla_status: rng.pick(['hit', 'missed', 'active', 'cancelled']),
  }
}

function tagsOf(rng: SeededRandom, at: number) {
  const first = rng.int(TAGS.length - 3)
  return TAGS.slice(first, first + (rng.chance(0.4) ? 1 + rng.int(3) : 0)).map((tag) => ({
    type: 'tag',
    ...tag,
    applied_at: at,
    applied_by: { type: 'admin', id: anyAdmin(rng).id },
  }))
}

function customAttributesOf(rng: SeededRandom, id: number): Readonly<Record<string, unknown>> {
  const order = {
    id: String(id),
    custom_attributes: { total: rng.int(30_000) / 100, artikel: ['Größe M', '青いシャツ'] },
  }
  return {
    'Has attachments': rng.chance(0.1),
    'Copilot used': false,
    ...(rng.chance(0.5) ? { 'Order number': String(1000 + rng.int(9000)), Grund: 'Rückgabe – zu groß 👕' } : {}),
    ...(rng.chance(0.1) ? { Orders: { type: 'order.list', instances: [order] } } : {}),
    ...(rng.chance(0.2) ? { Language: rng.pick(['English', '日本語']), 'CX Score rating': 1 + rng.int(5) } : {}),
  }
}
