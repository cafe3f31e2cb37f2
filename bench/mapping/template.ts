/** RudderStack's json-template-engine in its usual style: compiled once, simple paths, a bound function for omission. */
import { JsonTemplateEngine, PathType } from '@rudderstack/json-template-engine'
import { functions } from '../../connector/functions/index.ts'
import { compact, plainObject } from './idiomatic.ts'
import { type Result, type Sample, WORKSPACE } from './samples.ts'

// The functions of the spec, and the one its users bind to drop absent values.
const bindings = {
  ...Object.fromEntries(functions.map(({ name, run }) => [name, run])),
  ...{ compact, object: plainObject, workspace: WORKSPACE },
}

const PROFILE = `
  const contact = .contact;
  const avatar = typeof contact.avatar === "string" ? contact.avatar : contact.avatar.image_url;
  const profile = $.compact({
    email: $.email(contact.email),
    phone_number: $.phone(contact.phone, contact.location.country_code, contact.location.country),
    first_name: $.firstName(contact.name),
    last_name: $.lastName(contact.name),
    image: avatar && !avatar.includes("/pseudonym_avatars_") ? avatar : undefined,
    location: $.compact({
      city: contact.location.city, country: contact.location.country, region: contact.location.region
    }),
    properties: $.compact({
      "Intercom Contact ID": contact.id,
      "Contact Role": contact.role,
      "Intercom_has_hard_bounced": contact.has_hard_bounced,
      "Intercom_marked_email_as_spam": contact.marked_email_as_spam,
      "Intercom_unsubscribed_from_emails": contact.unsubscribed_from_emails,
      "Opted In Subscription Types Count": contact.opted_in_subscription_types.total_count,
      "Intercom_custom_attributes": $.object(contact.custom_attributes),
      "Intercom_tags": contact.tags.data ? ^.tag.map(lambda ?0.name) : undefined
    })
  });`

const templates: Readonly<Record<string, string>> = {
  'Created Conversation': `
  const item = .item;
  const author = item.source.author;
  const starter = author.type in ["user", "lead", "contact", "visitor"] ? author.id : undefined;
  const who = starter ?? item.contacts.contacts[0].id ?? item.user.id;
  const skipped = author.type in ["admin", "team"] ? "started-by-teammate"
    : author.type === "bot" ? "started-by-bot" : who ? undefined : "no-contact";
  ${PROFILE}
  skipped ? { skipped: skipped } : {
    metric: "Created Conversation",
    key: $.workspace + ":created-conversation:" + item.id,
    time: $.datetime(item.created_at),
    profile: profile,
    properties: $.compact({
      email: $.email(contact.email),
      phone_number: $.phone(contact.phone, contact.location.country_code, contact.location.country),
      Title: item.title,
      "Snoozed Until": $.datetime(item.snoozed_until),
      "Waiting Since": $.datetime(item.waiting_since),
      Priority: item.priority,
      "Assigned Team": ^.team.name,
      "Assigned Admin Name": ^.admin.name,
      "Assigned Admin Email": ^.admin.email,
      Tags: item.tags.tags ? item.tags.tags.map(lambda ?0.name) : [],
      "Conversation Rating": item.conversation_rating.rating,
      "Conversation Source": item.source.type,
      "Conversation Delivered As": item.source.delivered_as,
      "Conversation Parts Count": item.statistics.count_conversation_parts,
      "SLA Status": item.sla_applied.sla_status,
      "Reopens Count": item.statistics.count_reopens,
      "Assignments Count": item.statistics.count_assignments,
      "Custom Attributes": $.object(item.custom_attributes)
    })
  }`,
  'Resolved Ticket': `
  const item = .item;
  const part = item.ticket_parts.ticket_parts.filter(lambda ?0.ticket_state).at(-1);
  const who = item.contacts.contacts[0].id;
  const resolved = part.ticket_state === "resolved" && part.previous_ticket_state !== "resolved";
  const skipped = resolved ? (who ? undefined : "no-contact") : "not-resolved";
  ${PROFILE}
  skipped ? { skipped: skipped } : {
    metric: "Resolved Ticket",
    key: $.workspace + ":resolved-ticket:" + part.id,
    time: $.datetime(part.created_at),
    profile: profile,
    properties: $.compact({
      "Contact Email": $.email(contact.email),
      "Contact Phone": $.phone(contact.phone, contact.location.country_code, contact.location.country),
      Category: item.category,
      "Team Name": ^.team.name,
      "Admin Name": ^.admin.name,
      "Admin Email": ^.admin.email,
      "Ticket ID": item.ticket_id ? String(item.ticket_id) : undefined,
      "Ticket Name": item.ticket_attributes._default_title_,
      "Ticket Description": item.ticket_attributes._default_description_,
      "Is Shared": item.is_shared
    })
  }`,
}

export function templateMapper(metric: string): (sample: Sample) => Result {
  const engine = JsonTemplateEngine.createAsSync(templates[metric] ?? '', { defaultPathType: PathType.SIMPLE })
  return (sample) => engine.evaluate(sample, bindings) as Result
}
