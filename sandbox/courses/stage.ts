/** The stage of a course: its clock, the records it names, and where its notices go. */

import type { Collection, DatedRecord } from '../data/collection.ts'
import { type Contact, contact } from '../data/contacts.ts'
import type { Conversation } from '../data/new-conversation.ts'
import { type SeededRandom, seededRandom } from '../data/seed.ts'
import type { Ticket } from '../data/tickets.ts'
import type { Workspace } from '../data/workspace.ts'
import type { Person } from './people.ts'

/** A webhook about to be sent. */
export interface Notice {
  readonly topic: string
  /** Unix seconds of the change. */
  readonly at: number
  /** Reads the records as they are now. */
  readonly item: () => object
}

export interface Stage {
  readonly workspace: Workspace
  /** Unix seconds of the course: only `wait` advances them, however long a receiver takes. */
  now(): number
  wait(ms: number): Promise<void>
  send(notice: Notice): Promise<void>
  /** Indexes in the workspace's collections, by the course's names. */
  readonly cast: Readonly<Record<Kind, Map<string, number>>>
}

type Kind = 'contacts' | 'conversations' | 'tickets'
type RecordOf = { readonly contacts: Contact; readonly conversations: Conversation; readonly tickets: Ticket }

/** Not random: always the last of a list, and never anything unlikely. A course is the same each time. */
export const NO_CHANCE: SeededRandom = seededRandom(() => 0.999)

const DAY = 86_400

/** Adds a contact of this name, without tags, attributes or any identifier but those of `change`. */
export function addContact(stage: Stage, who: Person, change: Partial<Contact>): Contact {
  const { workspace } = stage
  const index = workspace.contacts.size
  const plain = { email: null, phone: null, tag_ids: [], custom_attributes: {}, has_hard_bounced: false }
  const flags = { marked_email_as_spam: false, unsubscribed_from_emails: false, avatar: null, utm_source: null }
  const location = {
    type: 'location',
    country: null,
    region: null,
    city: null,
    country_code: null,
    continent_code: null,
  }
  const at = stage.now() - 30 * DAY
  const dates = { created_at: at, updated_at: at, signed_up_at: null, last_seen_at: null }
  const generated = contact(workspace.seed, index)
  const name = `${who[0]?.toUpperCase()}${who.slice(1)} Miller`
  const it: Contact = { ...generated, ...plain, ...flags, ...dates, owner_id: null, name, location, ...change }
  stage.cast.contacts.set(who, workspace.contacts.add(it))
  return it
}

/** The record of this name. Throws if no step has added it. */
export function find<K extends Kind>(stage: Stage, kind: K, name: string): RecordOf[K] {
  return collection(stage, kind).at(indexOf(stage, kind, name))
}

export function indexOf({ cast }: Stage, kind: Kind, name: string): number {
  const index = cast[kind].get(name)
  if (index === undefined) throw new Error(`no earlier step of the course adds "${name}" to ${kind}`)
  return index
}

export function add<K extends Kind>(stage: Stage, kind: K, name: string, it: RecordOf[K]): void {
  stage.cast[kind].set(name, collection(stage, kind).add(it))
}

/** Replaces the record and returns the new one. */
export function edit<K extends Kind>(
  stage: Stage,
  kind: K,
  name: string,
  change: (it: RecordOf[K]) => RecordOf[K],
): RecordOf[K] {
  const next = change(find(stage, kind, name))
  collection(stage, kind).put(indexOf(stage, kind, name), next)
  return next
}

function collection<K extends Kind>({ workspace }: Stage, kind: K): Collection<RecordOf[K] & DatedRecord> {
  return workspace[kind] as unknown as Collection<RecordOf[K] & DatedRecord>
}
