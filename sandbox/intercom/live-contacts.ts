/** Live changes of contacts. */

import { COUNTRIES } from '../data/contact-names.ts'
import { type Contact, contact } from '../data/contacts.ts'
import { TAGS } from '../data/teammates-and-tags.ts'
import { type LiveAction, type LiveContext, recentContact } from './live-context.ts'
import { contactItem, visitorItem } from './webhook-items.ts'

export const contactActions: readonly LiveAction[] = [
  { name: 'contact created', weight: 3, run: create },
  { name: 'contact updated', weight: 4, run: update },
  { name: 'contact tagged', weight: 2, run: tag },
  { name: 'contact unsubscribed', weight: 2, run: unsubscribe },
  { name: 'contact unarchived', weight: 2, run: unarchive },
  { name: 'visitor signed up', weight: 2, run: signUp },
]

async function create({ workspace, now, notify }: LiveContext): Promise<boolean> {
  const person = contact(workspace.seed, workspace.contacts.size)
  const at = now()
  const it = { ...person, created_at: at, updated_at: at, signed_up_at: person.signed_up_at && at, last_seen_at: at }
  workspace.contacts.add(it)
  await notify(`contact.${it.role}.created`, contactItem(it))
  return true
}

async function update(context: LiveContext): Promise<boolean> {
  const { rng, now } = context
  const country = rng.pick(COUNTRIES)
  const phone = rng.pick(country.phones).replaceAll('#', () => String(rng.int(10)))
  const place = { country: country.name, country_code: country.codes[0], continent_code: country.continent }
  const [city, region] = rng.pick(country.places)
  return change(context, ({ location, ...it }) => {
    const next = { ...it, phone, location: { ...location, ...place, city, region }, last_seen_at: now() }
    return { next, topic: `contact.${it.role}.updated` }
  })
}

async function tag(context: LiveContext): Promise<boolean> {
  return change(context, (it) => {
    const free = TAGS.filter(({ id }) => !it.tag_ids.includes(id))
    if (free.length === 0) return undefined
    const added = context.rng.pick(free)
    const wrap = (body: object) => ({ type: 'contact_tag', tag: { type: 'tag', ...added }, contact: body })
    return { next: { ...it, tag_ids: [...it.tag_ids, added.id] }, topic: `contact.${it.role}.tag.created`, wrap }
  })
}

async function unsubscribe(context: LiveContext): Promise<boolean> {
  const created_at = new Date(context.now() * 1000).toISOString()
  const subscription_types = { type: 'list', data: [] as const, total_count: 0 }
  const wrap = (body: object) => ({ type: 'contact_unsubscribe', contact: body, subscription_types, created_at })
  return change(context, (it) => ({
    next: { ...it, unsubscribed_from_emails: true },
    topic: 'contact.unsubscribed',
    wrap,
  }))
}

/** By the name that real workspaces send; the documentation's lacks the final "d". */
async function unarchive(context: LiveContext): Promise<boolean> {
  return change(context, (it) => ({ next: it, topic: 'contact.unarchived' }))
}

/** A visitor becomes a user. */
async function signUp({ workspace, now, notify }: LiveContext): Promise<boolean> {
  const person = contact(workspace.seed, workspace.contacts.size)
  const at = now()
  const it = { ...person, role: 'user', tag_ids: [], created_at: at, updated_at: at, signed_up_at: at }
  workspace.contacts.add(it)
  await notify('visitor.signed_up', visitorItem(it))
  return true
}

interface ContactChange {
  readonly next: Contact
  readonly topic: string
  /** Some topics wrap the contact. */
  readonly wrap?: (body: object) => object
}

/** Changes a recent contact that is neither deleted nor merged. */
async function change(context: LiveContext, edit: (it: Contact) => ContactChange | undefined): Promise<boolean> {
  const { workspace, now, notify } = context
  const index = recentContact(context)
  const changed = edit(workspace.contacts.at(index))
  if (changed === undefined) return false
  const next = { ...changed.next, updated_at: now() }
  workspace.contacts.put(index, next)
  await notify(changed.topic, (changed.wrap ?? ((body) => body))(contactItem(next)))
  return true
}
