/** The fields that each search endpoint can filter and sort by, from Intercom's reference, 2.16. */

export type FieldType = 'string' | 'integer' | 'boolean' | 'date'

export interface SearchField {
  readonly type: FieldType
  /** Path in the record; descends into lists. */
  readonly path: readonly string[]
  /** The allowed operators, if fewer than those of the type. */
  readonly operators?: readonly string[]
  /** The word for a value in queries, where it differs. */
  readonly words?: Readonly<Record<string, string>>
}

export interface SearchFields {
  readonly named: ReadonlyMap<string, SearchField>
  /** Prefixes of custom names, e.g. `custom_attributes.`. */
  readonly prefixes: readonly string[]
}

/** Exceptions to the behaviour of a field's type. */
const EXCEPTIONS: Readonly<Record<string, Pick<SearchField, 'operators' | 'words'>>> = {
  tag_id: { operators: ['=', '!='] },
  category: { words: { Customer: 'request', 'Back-office': 'task', Tracker: 'tracker' } },
}

export const CONVERSATION_FIELDS = parseFields(['custom_attributes.', 'custom_attribute.'], {
  string: `
    id source.type source.id source.delivered_as source.subject source.body source.author.id
    source.author.type source.author.name source.author.email source.url contact_ids=contacts.contacts.id
    teammate_ids=teammates.admins.id channel_initiated=source.type state tag_ids=tags.tags.id priority
    statistics.last_closed_by_id conversation_rating.remark
    conversation_rating.contact_id=conversation_rating.contact.id
    conversation_rating.admin_id=conversation_rating.teammate.id ai_agent.source_title ai_agent.source_type
    ai_agent.resolution_state ai_agent.rating_remark`,
  integer: `
    admin_assignee_id team_assignee_id statistics.time_to_assignment statistics.time_to_admin_reply
    statistics.time_to_first_close statistics.time_to_last_close statistics.median_time_to_reply
    statistics.count_reopens statistics.count_assignments statistics.count_conversation_parts
    conversation_rating.score=conversation_rating.rating ai_agent.rating`,
  boolean: 'open read ai_agent_participated',
  date: `
    created_at updated_at waiting_since snoozed_until statistics.first_contact_reply_at
    statistics.first_assignment_at statistics.first_admin_reply_at statistics.first_close_at
    statistics.last_assignment_at statistics.last_assignment_admin_reply_at statistics.last_contact_reply_at
    statistics.last_admin_reply_at statistics.last_close_at
    conversation_rating.requested_at=conversation_rating.created_at
    conversation_rating.replied_at=conversation_rating.updated_at`,
})

export const TICKET_FIELDS = parseFields(['ticket_attribute.'], {
  string: `
    id title=ticket_attributes._default_title_ description=ticket_attributes._default_description_ category
    ticket_type_id=ticket_type.id contact_ids=contacts.contacts.id
    teammate_ids=ticket_parts.ticket_parts.author.id admin_assignee_id team_assignee_id
    state=ticket_state.category`,
  boolean: 'open',
  date: 'created_at updated_at snoozed_until',
})

export const CONTACT_FIELDS = parseFields(['custom_attributes.'], {
  string: `
    id role name avatar owner_id email email_domain phone formatted_phone=phone external_id language_override
    browser browser_language os location.country location.region location.city segment_id tag_id=tag_ids
    ios_app_version ios_device ios_os_version ios_app_name ios_sdk_version android_app_version android_device
    android_app_name android_sdk_version`,
  boolean: 'unsubscribed_from_emails marked_email_as_spam has_hard_bounced',
  date: `
    created_at signed_up_at updated_at last_seen_at last_contacted_at last_replied_at last_email_opened_at
    last_email_clicked_at ios_last_seen_at android_last_seen_at`,
})

export function findField(fields: SearchFields, name: string): SearchField | undefined {
  const known = fields.named.get(name)
  if (known !== undefined) return known
  const prefix = fields.prefixes.find((start) => name.startsWith(start) && name.length > start.length)
  if (prefix === undefined) return undefined
  // Some endpoints query attributes in the singular; all store them in the plural.
  const place = prefix.slice(0, -1).replace(/s?$/, 's')
  return { type: 'string', path: [place, name.slice(prefix.length)] }
}

/** The value or values of a field in a record. */
export function readValues(record: unknown, { path, words }: SearchField): readonly unknown[] {
  let found: unknown[] = [record]
  for (const step of path) found = found.flatMap((value) => (isObject(value) ? value[step] : undefined))
  return words === undefined ? found : found.map((value) => words[String(value)] ?? value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Parses words of the form `name` or `name=path`, by type. */
function parseFields(prefixes: readonly string[], names: Partial<Record<FieldType, string>>): SearchFields {
  const types: readonly FieldType[] = ['string', 'integer', 'boolean', 'date']
  const rows = types.flatMap((type) =>
    (names[type] ?? '').split(/\s+/).flatMap((entry): [string, SearchField][] => {
      const [name, place = name] = entry.split('=')
      return name && place ? [[name, { type, path: place.split('.'), ...exception(name) }]] : []
    }),
  )
  return { prefixes, named: new Map(rows) }
}

function exception(name: string): Pick<SearchField, 'operators' | 'words'> {
  return EXCEPTIONS[name] ?? {}
}
