/** A handwritten mapping in common style: optional chaining, small functions, absent values dropped at the end. */
import { toE164 } from '../../connector/functions/phone.ts'
import { emailAddress, isoTime, splitName } from '../../connector/functions/text.ts'
import type { Contact, Conversation, Result, Sample, Ticket } from './samples.ts'
import { WORKSPACE } from './samples.ts'

/** Drops undefined, null and "". */
export const compact = (object: Readonly<Record<string, unknown>>): Result =>
  Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  )

export const normalizedEmail = (address?: string | null) =>
  typeof address === 'string' ? emailAddress(address) : undefined

export const normalizedPhone = ({ phone: number, location }: Contact) =>
  typeof number === 'string' ? toE164(number, location?.country_code, location?.country) : undefined

export const plainObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined

export function avatarUrl({ avatar }: Contact): string | undefined {
  const url = typeof avatar === 'string' ? avatar : avatar?.image_url
  return typeof url === 'string' && !url.includes('/pseudonym_avatars_') ? url : undefined
}

function toProfile(contact: Contact, tags: Sample['tag']): Result {
  const { first, last } = typeof contact.name === 'string' ? splitName(contact.name) : {}
  const { city, country, region } = contact.location ?? {}
  return compact({
    email: normalizedEmail(contact.email),
    phone_number: normalizedPhone(contact),
    first_name: first,
    last_name: last,
    image: avatarUrl(contact),
    location: compact({ city, country, region }),
    properties: compact({
      'Intercom Contact ID': contact.id,
      'Contact Role': contact.role,
      Intercom_has_hard_bounced: contact.has_hard_bounced,
      Intercom_marked_email_as_spam: contact.marked_email_as_spam,
      Intercom_unsubscribed_from_emails: contact.unsubscribed_from_emails,
      'Opted In Subscription Types Count': contact.opted_in_subscription_types?.total_count,
      Intercom_custom_attributes: plainObject(contact.custom_attributes),
      Intercom_tags: contact.tags?.data ? tags.map(({ name }) => name) : undefined,
    }),
  })
}

const PERSON_TYPES = ['user', 'lead', 'contact', 'visitor']

export function createdConversation({ item, contact, admin, team, tag }: Sample<Conversation>): Result {
  const { source, tags, statistics } = item
  const author = source?.author
  if (author?.type === 'admin' || author?.type === 'team') return { skipped: 'started-by-teammate' }
  if (author?.type === 'bot') return { skipped: 'started-by-bot' }
  const starter = author && PERSON_TYPES.includes(author.type) ? author.id : undefined
  if (!(starter ?? item.contacts?.contacts?.[0]?.id ?? item.user?.id)) return { skipped: 'no-contact' }

  return {
    metric: 'Created Conversation',
    key: [WORKSPACE, 'created-conversation', item.id].join(':'),
    time: isoTime(item.created_at),
    profile: toProfile(contact, tag),
    properties: compact({
      email: normalizedEmail(contact.email),
      phone_number: normalizedPhone(contact),
      Title: item.title,
      'Snoozed Until': isoTime(item.snoozed_until),
      'Waiting Since': isoTime(item.waiting_since),
      Priority: item.priority,
      'Assigned Team': team?.name,
      'Assigned Admin Name': admin?.name,
      'Assigned Admin Email': admin?.email,
      Tags: tags?.tags?.map(({ name }) => name) ?? [],
      'Conversation Rating': item.conversation_rating?.rating,
      'Conversation Source': source?.type,
      'Conversation Delivered As': source?.delivered_as,
      'Conversation Parts Count': statistics?.count_conversation_parts,
      'SLA Status': item.sla_applied?.sla_status,
      'Reopens Count': statistics?.count_reopens,
      'Assignments Count': statistics?.count_assignments,
      'Custom Attributes': plainObject(item.custom_attributes),
    }),
  }
}

/** A notification is about the newest state part. */
export function resolvedTicket({ item, contact, admin, team, tag }: Sample<Ticket>): Result {
  const part = item.ticket_parts?.ticket_parts.filter(({ ticket_state }) => ticket_state).at(-1)
  if (part?.ticket_state !== 'resolved' || part.previous_ticket_state === 'resolved') return { skipped: 'not-resolved' }
  if (!item.contacts?.contacts?.[0]?.id) return { skipped: 'no-contact' }

  return {
    metric: 'Resolved Ticket',
    key: [WORKSPACE, 'resolved-ticket', part.id].join(':'),
    time: isoTime(part.created_at),
    profile: toProfile(contact, tag),
    properties: compact({
      'Contact Email': normalizedEmail(contact.email),
      'Contact Phone': normalizedPhone(contact),
      Category: item.category,
      'Team Name': team?.name,
      'Admin Name': admin?.name,
      'Admin Email': admin?.email,
      'Ticket ID': item.ticket_id === undefined ? undefined : String(item.ticket_id),
      'Ticket Name': item.ticket_attributes?._default_title_,
      'Ticket Description': item.ticket_attributes?._default_description_,
      'Is Shared': item.is_shared,
    }),
  }
}
