/** Compares the state of an event's person with the newest one that was sent. */
import { hash } from 'node:crypto'
import { isEarlier } from '../../lib/contact-state.ts'
import { parseTime } from '../../lib/iso-time.ts'
import { asId } from '../../lib/json.ts'
import { type MaybePromise, mapMaybe } from '../../lib/maybe-promise.ts'
import type { ContactState, Json, Lane, Profile } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import { CONTACT, type HydrateRequest, hydrate } from '../hydrate.ts'
import { isMissing } from '../property-values.ts'
import type { MapParts, PersonState } from '../types.ts'
import type { FoundPerson } from './find-person.ts'

/**
 * The person's state beside the newest one sent. Fetches a contact again if its cached state is older: an address that
 * the person gave up would make a second profile.
 */
export async function withNewestState(
  found: FoundPerson,
  request: Omit<HydrateRequest, 'contact'>,
  parts: MapParts,
): Promise<FoundPerson & { readonly state?: PersonState }> {
  const { contact, person } = found
  if (person === undefined || parts.forDisplay) return found
  const read = readState(person, request.lane, parts)
  const state = read instanceof Promise ? await read : read
  if (!state?.isOutdated) return state === undefined ? found : { ...found, state }
  await parts.lookups.invalidate(CONTACT, contact)
  const bound = await hydrate({ ...request, contact })
  const fetched = bound[CONTACT]
  const now = fetched === undefined ? undefined : await readState(fetched, request.lane, parts)
  return { contact, bound, person: fetched, ...(now && { state: now }) }
}

/** The contact's own state, compared with the newest one sent. History asks this process only: it sends no attributes. */
export function readState(
  value: Json,
  lane: Lane,
  { spec, contacts }: MapParts,
): MaybePromise<PersonState | undefined> {
  const { resource, updatedAt } = spec.profile
  return mapMaybe(spec.resources.get(resource)?.id.evaluate(value), (id) => {
    const contact = asId(id)
    if (contact === undefined) return undefined
    return mapMaybe(updatedAt?.evaluate(value), (time) => {
      const compare = (previous: ContactState | undefined) => compareStates(contact, parseTime(time), previous)
      return lane === 'live' ? contacts.newest(contact).then(compare) : compare(contacts.sent(contact))
    })
  })
}

function compareStates(contact: string, ms: number | undefined, previous: ContactState | undefined): PersonState {
  const time = ms === undefined ? undefined : { updatedAt: ms }
  return { contact, ...time, ...(previous && { previous }), isOutdated: isEarlier(ms, previous?.updatedAt) }
}

/** The identifying attribute by which the destination finds the profile: the strongest that the person has. */
export function strongestIdentifier(
  profile: Profile,
  { profile: { identifiers } }: Spec,
): [name: string, value: string] | undefined {
  const name = identifiers.find((one) => !isMissing(profile[one]))
  return name === undefined ? undefined : [name, String(profile[name])]
}

/** Whether the destination finds the same profile by both. */
export function hasSameIdentifiers(
  a: Profile,
  b: Profile,
  { profile: { identifiers } }: Pick<Spec, 'profile'>,
): boolean {
  return identifiers.every((name) => (isMissing(a[name]) ? isMissing(b[name]) : a[name] === b[name]))
}

export const pickIdentifiers = (profile: Profile, { profile: { identifiers } }: Pick<Spec, 'profile'>): Profile =>
  Object.fromEntries(identifiers.flatMap((name) => (isMissing(profile[name]) ? [] : [[name, profile[name]]])))

/** 40 bits: enough to notice a change of the address, too few to be worth stealing. */
export function fingerprint([name, value]: readonly [name: string, value: string]): string {
  return hash('sha256', `${name}:${value.toLowerCase()}`).slice(0, 10)
}
