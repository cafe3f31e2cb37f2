/** By hand, tuned: no object is made twice, no entry is listed, nothing is asked twice. */
import { toE164 } from '../../connector/functions/phone.ts'
import { emailAddress, isoTime, splitName } from '../../connector/functions/text.ts'
import { image, object } from './idiomatic.ts'
import type { Contact, Conversation, Part, Result, Sample, Ticket } from './samples.ts'
import { WORKSPACE } from './samples.ts'

type Out = Record<string, unknown>

const names = (tags: readonly { readonly name?: unknown }[]): unknown[] => {
  const found = new Array(tags.length)
  for (let i = 0; i < tags.length; i++) found[i] = tags[i]?.name
  return found
}

interface Who {
  readonly email: string | undefined
  readonly phone: string | undefined
}

function whoOf({ email, phone, location }: Contact): Who {
  return {
    email: typeof email === 'string' ? emailAddress(email) : undefined,
    phone: typeof phone === 'string' ? toE164(phone, location?.country_code, location?.country) : undefined,
  }
}

function locationOf(location: Contact['location']): Out {
  const out: Out = {}
  const { city, country, region } = location ?? {}
  if (city != null && city !== '') out.city = city
  if (country != null && country !== '') out.country = country
  if (region != null && region !== '') out.region = region
  return out
}

function profile(contact: Contact, tags: Sample['tag'], { email, phone }: Who): Out {
  const out: Out = {}
  if (email !== undefined) out.email = email
  if (phone !== undefined) out.phone_number = phone
  if (typeof contact.name === 'string') {
    const { first, last } = splitName(contact.name)
    if (first !== undefined) out.first_name = first
    if (last !== undefined) out.last_name = last
  }
  const picture = image(contact)
  if (picture !== undefined) out.image = picture
  out.location = locationOf(contact.location)
  out.properties = facts(contact, tags)
  return out
}

function facts(contact: Contact, tags: Sample['tag']): Out {
  const out: Out = {}
  out['Intercom Contact ID'] = contact.id
  if (contact.role != null && contact.role !== '') out['Contact Role'] = contact.role
  if (contact.has_hard_bounced != null) out.Intercom_has_hard_bounced = contact.has_hard_bounced
  if (contact.marked_email_as_spam != null) out.Intercom_marked_email_as_spam = contact.marked_email_as_spam
  if (contact.unsubscribed_from_emails != null) out.Intercom_unsubscribed_from_emails = contact.unsubscribed_from_emails
  const count = contact.opted_in_subscription_types?.total_count
  if (count != null) out['Opted In Subscription Types Count'] = count
  const attributes = object(contact.custom_attributes)
  if (attributes !== undefined) out.Intercom_custom_attributes = attributes
  if (contact.tags?.data !== undefined) out.Intercom_tags = names(tags)
  return out
}

export function tunedConversation({ item, contact, admin, team, tag }: Sample<Conversation>): Result {
  const { source, statistics } = item
  const type = source?.author?.type
  if (type === 'admin' || type === 'team') return { skipped: 'started-by-teammate' }
  if (type === 'bot') return { skipped: 'started-by-bot' }
  const isPerson = type === 'user' || type === 'lead' || type === 'contact' || type === 'visitor'
  const id = (isPerson ? source?.author?.id : undefined) ?? item.contacts?.contacts?.[0]?.id ?? item.user?.id
  if (id == null) return { skipped: 'no-contact' }

  const who = whoOf(contact)
  const out: Out = {}
  if (who.email !== undefined) out.email = who.email
  if (who.phone !== undefined) out.phone_number = who.phone
  if (item.title != null && item.title !== '') out.Title = item.title
  const snoozed = isoTime(item.snoozed_until)
  if (snoozed !== undefined) out['Snoozed Until'] = snoozed
  const waiting = isoTime(item.waiting_since)
  if (waiting !== undefined) out['Waiting Since'] = waiting
  if (item.priority != null && item.priority !== '') out.Priority = item.priority
  if (team?.name != null && team.name !== '') out['Assigned Team'] = team.name
  if (admin?.name != null && admin.name !== '') out['Assigned Admin Name'] = admin.name
  if (admin?.email != null && admin.email !== '') out['Assigned Admin Email'] = admin.email
  out.Tags = item.tags?.tags === undefined ? [] : names(item.tags.tags)
  const rating = item.conversation_rating?.rating
  if (rating != null) out['Conversation Rating'] = rating
  if (source?.type != null && source.type !== '') out['Conversation Source'] = source.type
  if (source?.delivered_as != null && source.delivered_as !== '') out['Conversation Delivered As'] = source.delivered_as
  if (statistics?.count_conversation_parts != null)
    out['Conversation Parts Count'] = statistics.count_conversation_parts
  const sla = item.sla_applied?.sla_status
  if (sla != null && sla !== '') out['SLA Status'] = sla
  if (statistics?.count_reopens != null) out['Reopens Count'] = statistics.count_reopens
  if (statistics?.count_assignments != null) out['Assignments Count'] = statistics.count_assignments
  const attributes = object(item.custom_attributes)
  if (attributes !== undefined) out['Custom Attributes'] = attributes

  return {
    metric: 'Created Conversation',
    key: `${WORKSPACE}:created-conversation:${item.id}`,
    time: isoTime(item.created_at),
    profile: profile(contact, tag, who),
    properties: out,
  }
}

function newestState(parts: readonly Part[] | undefined): Part | undefined {
  if (parts === undefined) return undefined
  for (let i = parts.length - 1; i >= 0; i--) if (parts[i]?.ticket_state) return parts[i]
  return undefined
}

export function tunedTicket({ item, contact, admin, team, tag }: Sample<Ticket>): Result {
  const part = newestState(item.ticket_parts?.ticket_parts)
  if (part?.ticket_state !== 'resolved' || part.previous_ticket_state === 'resolved') return { skipped: 'not-resolved' }
  if (item.contacts?.contacts?.[0]?.id == null) return { skipped: 'no-contact' }

  const who = whoOf(contact)
  const out: Out = {}
  if (who.email !== undefined) out['Contact Email'] = who.email
  if (who.phone !== undefined) out['Contact Phone'] = who.phone
  if (item.category != null && item.category !== '') out.Category = item.category
  if (team?.name != null && team.name !== '') out['Team Name'] = team.name
  if (admin?.name != null && admin.name !== '') out['Admin Name'] = admin.name
  if (admin?.email != null && admin.email !== '') out['Admin Email'] = admin.email
  if (item.ticket_id != null) out['Ticket ID'] = String(item.ticket_id)
  const title = item.ticket_attributes?._default_title_
  if (title != null && title !== '') out['Ticket Name'] = title
  const description = item.ticket_attributes?._default_description_
  if (description != null && description !== '') out['Ticket Description'] = description
  if (item.is_shared != null) out['Is Shared'] = item.is_shared

  return {
    metric: 'Resolved Ticket',
    key: `${WORKSPACE}:resolved-ticket:${part.id}`,
    time: isoTime(part.created_at),
    profile: profile(contact, tag, who),
    properties: out,
  }
}
