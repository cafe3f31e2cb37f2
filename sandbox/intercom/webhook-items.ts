/** The items of webhooks, where they differ from the API's records. */
import { type Contact, contactBody } from '../data/contacts.ts'
import { plainText } from '../data/history.ts'
import type { Conversation } from '../data/new-conversation.ts'

/** A conversation with all of its parts, or those given. Bodies are plain text. */
export function conversationItem(it: Conversation, parts = it.conversation_parts.conversation_parts): object {
  const list = parts.map((part) => ({ ...part, body: plainText(part.body) }))
  return {
    ...it,
    source: it.source && { ...it.source, body: plainText(it.source.body) },
    conversation_parts: { type: 'conversation_part.list', conversation_parts: list, total_count: list.length },
  }
}

/** A contact. Unix seconds under `*_at` become ISO 8601 with milliseconds. */
export function contactItem(it: Contact): object {
  const entries = Object.entries(contactBody(it)).map(([name, value]) =>
    name.endsWith('_at') && typeof value === 'number' ? [name, new Date(value * 1000).toISOString()] : [name, value],
  )
  return Object.fromEntries(entries)
}

/** A visitor who signed up, in the form of before 2.0. */
export function visitorItem(it: Contact): object {
  const { role, external_id, location, tags: _, ...rest } = contactItem(it) as ReturnType<typeof contactBody>
  const location_data = {
    type: 'location_data',
    city_name: location.city,
    region_name: location.region,
    country_name: location.country,
    country_code: location.country_code,
  }
  const tags = { type: 'tag.list', tags: [] as const }
  return { ...rest, type: role, user_id: external_id, anonymous: false, location_data, tags }
}
