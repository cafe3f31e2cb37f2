/** Leaves out of an item what tells a reader of a course nothing. */
import type { Json, JsonObject } from '../../runtime/ports/types.ts'

/** Names of members that stay; an object says which of theirs. Of a list it holds for each element. */
type Kept = true | { readonly [name: string]: Kept }

const AUTHOR = { type: true, id: true } as const
const CONTACTS = { contacts: { type: true, id: true } } as const

const CONVERSATION: Kept = {
  type: true,
  id: true,
  created_at: true,
  updated_at: true,
  source: { type: true, delivered_as: true, author: AUTHOR },
  contacts: CONTACTS,
  first_contact_reply: { created_at: true },
  conversation_rating: {
    rating: true,
    remark: true,
    created_at: true,
    updated_at: true,
    contact: AUTHOR,
    teammate: AUTHOR,
  },
  ai_agent: { rating: true, created_at: true, updated_at: true },
  statistics: { first_contact_reply_at: true, last_contact_reply_at: true, count_conversation_parts: true },
  ticket: { type: true, id: true },
  conversation_parts: {
    conversation_parts: { id: true, part_type: true, created_at: true, author: AUTHOR, redacted: true },
  },
}

const TICKET: Kept = {
  type: true,
  id: true,
  ticket_id: true,
  category: true,
  created_at: true,
  updated_at: true,
  contacts: CONTACTS,
  ticket_parts: {
    ticket_parts: {
      id: true,
      part_type: true,
      ticket_state: true,
      previous_ticket_state: true,
      created_at: true,
      author: AUTHOR,
    },
  },
}

const CONTACT: Kept = {
  type: true,
  id: true,
  role: true,
  email: true,
  phone: true,
  updated_at: true,
  unsubscribed_from_emails: true,
  archived: true,
  deleted: true,
  tags: { data: { id: true }, total_count: true, has_more: true },
}

export const trimConversation = (item: JsonObject): JsonObject => keep(item, CONVERSATION) as JsonObject
export const trimTicket = (item: JsonObject): JsonObject => keep(item, TICKET) as JsonObject
export const trimContact = (item: JsonObject): JsonObject => keep(item, CONTACT) as JsonObject

/** Null, "", false and empty lists tell nothing. */
function keep(value: Json, kept: Kept): Json {
  if (kept === true || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => keep(one, kept))
  return Object.fromEntries(
    Object.entries(value as JsonObject).flatMap(([name, inner]) => {
      const of = kept[name]
      if (of === undefined || inner === undefined || isNothing(inner)) return []
      return [[name, keep(inner, of)]]
    }),
  )
}

const isNothing = (value: Json): boolean =>
  value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0)
