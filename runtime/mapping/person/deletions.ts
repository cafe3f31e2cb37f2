/** Finds out whether the profile of a contact that was deleted at the source may be deleted: never by a guess. */
import type { Bindings } from '../../expression/expression.ts'
import { toIsoUtc } from '../../lib/iso-time.ts'
import { asArray, asId } from '../../lib/json.ts'
import { ALREADY_DELIVERED } from '../../ports/ledger.ts'
import type { Json, Profile } from '../../ports/types.ts'
import type { PeopleSpec } from '../../spec/people/people-spec.ts'
import { CONTACT } from '../hydrate.ts'
import { isMissing } from '../property-values.ts'
import { isTruthy } from '../skip-rules.ts'
import type { DeliveryContext, EventIdentity, EventWait, MapParts } from '../types.ts'
import type { DeletionState } from './deletion-state.ts'
import { ownId } from './find-person.ts'
import { fingerprint } from './person-state.ts'

/** The metric of deletions in the ledger. */
export const DELETION = 'Profile deletion'

/** The deletion of a profile, the reason why there is none, or why it waits. */
export type DeletionResult = { readonly identity: EventIdentity } & (
  | { readonly deletion: { readonly profileId: string } }
  | { readonly skipped: string }
  | { readonly wait: EventWait }
)

export interface DeletionParts extends MapParts {
  readonly deletions: DeletionState
}

/**
 * How long the source may still have a deleted contact, and events that were mapped before may still be under way: requests
 * are retried for less, and the caches of other processes are younger. Milliseconds.
 */
const SETTLING = 5 * 60_000
/** Contacts that share a profile or an address; more are taken to need it. */
const MAX_SHARING = 20

export async function isDeletion(item: Json, bindings: Bindings, { deletion }: PeopleSpec): Promise<boolean> {
  return isTruthy(await deletion?.deleted.evaluate(item, bindings))
}

/** Decides about the deletion that a notification reports. Throws a `Fault` when a side does not answer. */
export async function mapDeletion(item: Json, context: DeliveryContext, parts: DeletionParts): Promise<DeletionResult> {
  const contact = (await ownId(item, parts.spec)) ?? ''
  const key = [context.workspace, 'profile-deletion', contact].filter((part) => part !== '').join(':')
  const time = toIsoUtc(context.noticedAt ?? context.now)
  const identity = { metric: DELETION, lane: 'live', key, time, contact } as const
  if (contact === '') return { identity, skipped: 'no-contact' }
  if ((await parts.filterDelivered([key])).has(key)) return { identity, skipped: ALREADY_DELIVERED }
  if (!(await parts.deletions.isConfirmed()))
    return { identity, wait: { reason: 'awaiting-confirmation', expires: Number.POSITIVE_INFINITY } }
  const found = (await checkSource(contact, context, parts)) ?? (await checkProfile(contact, parts))
  return { identity, ...found }
}

type Finding =
  | { readonly skipped: string }
  | { readonly wait: EventWait }
  | { readonly deletion: { readonly profileId: string } }

const waitUntil = (expires: number): Finding => ({ wait: { reason: 'awaiting-deletion', expires } })

/** Undefined once the source no longer has the contact: from then on nothing of it is sent. */
async function checkSource(
  contact: string,
  { now, noticedAt = now }: DeliveryContext,
  parts: DeletionParts,
): Promise<Finding | undefined> {
  const current = await askForContact(contact, parts)
  if (current !== undefined) {
    const remains = (await ownId(current, parts.spec)) === contact
    if (remains && now < noticedAt + SETTLING) return waitUntil(noticedAt + SETTLING)
    return remains ? { skipped: 'contact-exists' } : { skipped: 'contact-merged' }
  }
  const settled = (await parts.deletions.mark(contact, now)) + SETTLING
  return now < settled ? waitUntil(settled) : undefined
}

/** The profile that our own deliveries say is this contact's, and no other contact's. */
async function checkProfile(contact: string, parts: DeletionParts): Promise<Finding> {
  const { deletions, contacts } = parts
  const { profileId, address } = (await contacts.newest(contact)) ?? {}
  if (profileId === undefined || address === undefined) return { skipped: 'profile-unknown' }
  for (const other of await deletions.contactsSharing(contact, MAX_SHARING))
    if (await stillExists(other, contact, parts)) return { skipped: 'profile-shared' }
  const identifiers = await deletions.readIdentifiers(profileId)
  if (identifiers === undefined) return { skipped: 'profile-gone' }
  const present = Object.entries(identifiers).filter(([, value]) => !isMissing(value))
  const isTheirs = present.some(([name, value]) => fingerprint([name, String(value)]) === address)
  if (!isTheirs) return { skipped: 'profile-unknown' }
  return (await findSameAddress(contact, identifiers, parts)) ?? { deletion: { profileId } }
}

async function stillExists(other: string, contact: string, parts: DeletionParts): Promise<boolean> {
  const value = await askForContact(other, parts)
  return value !== undefined && (await ownId(value, parts.spec)) !== contact
}

/** Whether the source has another contact with an identifier of the profile, also one of whom nothing was sent yet. */
async function findSameAddress(
  contact: string,
  identifiers: Profile,
  { spec, lookups }: DeletionParts,
): Promise<Finding | undefined> {
  for (const [name, value] of Object.entries(identifiers)) {
    if (isMissing(value)) continue
    const lookup = spec.lookups.get(spec.people.deletion?.sameAddress.get(name) ?? '')
    if (lookup === undefined) return { skipped: 'profile-unknown' }
    const found = asArray(await lookups.find(lookup, String(value), 'live'))
    if (found.some((id) => asId(id) !== contact)) return { skipped: 'profile-shared' }
  }
  return undefined
}

/** Never from a cache. */
async function askForContact(contact: string, { spec, lookups }: MapParts): Promise<Json | undefined> {
  const lookup = spec.lookups.get(CONTACT)
  if (lookup === undefined) return undefined
  await lookups.invalidate(CONTACT, contact)
  return lookups.find(lookup, contact, 'live')
}
