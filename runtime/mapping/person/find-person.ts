/** Finds the person of an event: the first candidate that the source has. Says whether an event has to wait for one. */
import type { Bindings } from '../../expression/expression.ts'
import { asId } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import { CONTACT, type HydrateRequest, hydrate } from '../hydrate.ts'
import type { DeliveryContext, EventWait } from '../types.ts'

/** How long the source may not know the contact of a new event or notification: its replicas lag. Milliseconds. */
const FRESH_FOR = 5 * 60_000

/** The bindings of the first candidate that exists. */
export interface FoundPerson {
  /** The candidate, or the first one if none exists. */
  readonly contact: string
  readonly bound: Bindings
  /** The contact; undefined if no candidate exists. */
  readonly person: Json | undefined
  readonly wait?: EventWait
}

/**
 * Tries the candidates in their order. Waits for one that a new event names and the source does not know: a later
 * candidate may be another person.
 */
export async function findPerson(
  contacts: readonly string[],
  request: Omit<HydrateRequest, 'contact'>,
  eventTime: number,
  { now, noticedAt = 0, refreshContacts }: DeliveryContext,
): Promise<FoundPerson> {
  if (refreshContacts !== undefined) await refreshContacts(contacts)
  const [first = '', ...others] = contacts
  const hydrated = hydrate({ ...request, contact: first })
  let bound = hydrated instanceof Promise ? await hydrated : hydrated
  if (bound[CONTACT] !== undefined) return { contact: first, bound, person: bound[CONTACT] }
  const expires = Math.max(noticedAt, Math.min(eventTime, now)) + FRESH_FOR
  if (now < expires) return { contact: first, bound, person: undefined, wait: { reason: 'awaiting-contact', expires } }
  for (const contact of others) {
    bound = await hydrate({ ...request, contact })
    if (bound[CONTACT] !== undefined) return { contact, bound, person: bound[CONTACT] }
  }
  return { contact: first, bound, person: undefined }
}

/** Whether an event of a person without an identifier waits for one. */
export function awaitIdentity(eventTime: number, { delivery }: Spec, { now }: DeliveryContext): EventWait | undefined {
  const expires = eventTime + delivery.identityWindow
  return now < expires ? { reason: 'awaiting-identity', expires } : undefined
}

/** The person's own id: that of a merged contact is another one than the event names, and notifications use it. */
export async function ownId(person: Json, { resources, profile }: Spec): Promise<string | undefined> {
  return asId(await resources.get(profile.resource)?.id.evaluate(person))
}
