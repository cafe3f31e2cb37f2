/** Steps of contacts: people become known, change, merge and leave. */
import type { Contact } from '../../data/contacts.ts'
import { TAGS } from '../../data/teammates-and-tags.ts'
import type { Removal } from '../../data/workspace.ts'
import { contactItem } from '../../intercom/webhook-items.ts'
import { type Step, step } from '../course.ts'
import { emailOf, type Person, PHONES } from '../people.ts'
import { addContact, edit, find, indexOf, type Stage } from '../stage.ts'

type Identifier = 'email' | 'phone' | 'nothing'

/** A user, known for a month. */
export const customer = (who: Person, identifier: Identifier = 'email'): Step =>
  step(`${who} is a customer with ${identifier === 'nothing' ? 'neither e-mail nor phone' : identifier}`, (stage) =>
    addContact(stage, who, {
      role: 'user',
      external_id: `shop-${who}`,
      email: identifier === 'email' ? emailOf(who) : null,
      phone: identifier === 'phone' ? PHONES[who] : null,
    }),
  )

/** The Messenger makes an anonymous lead of a visitor. */
export const visitor = (who: Person): Step =>
  step(`${who} visits the shop, unknown`, async (stage) => {
    const at = stage.now()
    addContact(stage, who, { role: 'lead', name: null, created_at: at, updated_at: at })
    await tell(stage, who, 'contact.lead.created')
  })

/** In answer to the Messenger, after the first message. */
export const givesEmail = (who: Person): Step =>
  step(`${who} gives an e-mail address`, (stage) =>
    change(stage, who, { email: emailOf(who), name: `${who} Miller` }, 'contact.lead.added_email'),
  )

export const givesPhone = (who: Person, phone = PHONES[who]): Step =>
  step(`${who} gives a phone number`, (stage) => change(stage, who, { phone }, 'contact.lead.updated'))

/** The lead becomes a user and keeps the contact's id. */
export const signsUp = (who: Person): Step =>
  step(`${who} signs up`, (stage) => {
    const signed = { role: 'user', email: emailOf(who), external_id: `shop-${who}`, signed_up_at: stage.now() }
    return change(stage, who, signed, 'contact.lead.signed_up')
  })

export const changesEmail = (who: Person, to = emailOf(who).replace('@', '.new@')): Step =>
  step(`${who} changes the e-mail address`, async (stage) => {
    await change(stage, who, { email: to }, 'contact.email.updated')
    await tell(stage, who, 'contact.user.updated')
  })

export const changes = (who: Person, edited: Partial<Contact>): Step =>
  step(`${who} changes`, (stage) => change(stage, who, edited, 'contact.user.updated'))

export const unsubscribes = (who: Person): Step =>
  step(`${who} unsubscribes from Intercom's mail`, (stage) => {
    const created_at = new Date(stage.now() * 1000).toISOString()
    const subscription_types = { type: 'list', data: [] as const, total_count: 0 }
    const wrap = (contact: object) => ({ type: 'contact_unsubscribe', contact, subscription_types, created_at })
    return change(stage, who, { unsubscribed_from_emails: true }, 'contact.unsubscribed', wrap)
  })

/** By positions in the list of tags. */
export const isTagged = (who: Person, ...tags: readonly number[]): Step =>
  step(`${who} gets ${tags.length} tags`, async (stage) => {
    for (const tag of tags) await retag(stage, who, tag, true)
  })

export const isUntagged = (who: Person, ...tags: readonly number[]): Step =>
  step(`${who} loses ${tags.length} tags`, async (stage) => {
    for (const tag of tags) await retag(stage, who, tag, false)
  })

/**
 * Its conversations now belong to the other contact; their first message keeps its author. Its own id answers 410 with
 * a link, or 404 if it is `deleted`.
 */
export const mergesInto = (who: Person, into: Person, removal?: 'deleted'): Step =>
  step(`${who} is recognized as ${into}`, async (stage) => {
    const [from, to] = [find(stage, 'contacts', who), find(stage, 'contacts', into)]
    remove(stage, who, removal ?? { mergedInto: to.id })
    const moved = <T extends { contacts: Contacts }>(it: T): T => ({
      ...it,
      contacts: withContact(it.contacts, from, to),
    })
    for (const name of stage.cast.conversations.keys()) edit(stage, 'conversations', name, moved)
    for (const name of stage.cast.tickets.keys()) edit(stage, 'tickets', name, moved)
    await change(stage, into, {}, 'contact.merged')
  })

export const isDeleted = (who: Person): Step =>
  step(`${who} is deleted`, async (stage) => {
    remove(stage, who, 'deleted')
    await tell(stage, who, 'contact.deleted', ({ id }) => ({ type: 'contact', id, deleted: true }))
  })

export const isArchived = (who: Person): Step =>
  step(`${who} is archived`, async (stage) => {
    remove(stage, who, 'archived')
    const item = ({ id, external_id }: Contact) => ({ type: 'contact', id, external_id, archived: true })
    await tell(stage, who, 'contact.archived', item)
  })

export const isUnarchived = (who: Person): Step =>
  step(`${who} is unarchived`, async (stage) => {
    remove(stage, who, undefined)
    await change(stage, who, {}, 'contact.unarchived')
  })

/** Without a notice: Intercom answers 404 for the contact, as it does for one that is seconds old. */
export const isNotFound = (who: Person): Step =>
  step(`Intercom does not find ${who} yet`, (stage) => remove(stage, who, 'unreachable'))

export const isFound = (who: Person): Step => step(`Intercom finds ${who}`, (stage) => remove(stage, who, undefined))

type Contacts = { readonly type: string; readonly contacts: readonly Reference[] }
type Reference = { readonly type: string; readonly id: string; readonly external_id: string }

function withContact(list: Contacts, from: Contact, to: Contact): Contacts {
  const moved = list.contacts.map((it) => (it.id === from.id ? { ...it, id: to.id, external_id: to.external_id } : it))
  return { ...list, contacts: moved.filter(({ id }, at) => moved.findIndex((other) => other.id === id) === at) }
}

function remove(stage: Stage, who: Person, removal: Removal | undefined): void {
  stage.workspace.setRemoval(indexOf(stage, 'contacts', who), removal)
}

async function retag(stage: Stage, who: Person, position: number, add: boolean): Promise<void> {
  const tag = TAGS[position] ?? { id: '', name: '' }
  const { role, tag_ids } = find(stage, 'contacts', who)
  const next = add ? [...tag_ids, tag.id] : tag_ids.filter((id) => id !== tag.id)
  const wrap = (contact: object) => ({ type: 'contact_tag', tag: { type: 'tag', ...tag }, contact })
  await change(stage, who, { tag_ids: next }, `contact.${role}.tag.${add ? 'created' : 'deleted'}`, wrap)
}

// biome-ignore lint/complexity/useMaxParams: the last is rare
async function change(
  stage: Stage,
  who: Person,
  edited: Partial<Contact>,
  topic: string,
  wrap = (body: object): object => body,
): Promise<void> {
  edit(stage, 'contacts', who, (it) => ({ ...it, ...edited, updated_at: stage.now() }))
  await tell(stage, who, topic, (it) => wrap(contactItem(it)))
}

function tell(stage: Stage, who: Person, topic: string, item: (it: Contact) => object = contactItem): Promise<void> {
  return stage.send({ topic, at: stage.now(), item: () => item(find(stage, 'contacts', who)) })
}
