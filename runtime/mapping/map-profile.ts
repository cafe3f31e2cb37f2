/** Maps a contact's record to a profile update. Events evaluate the same profile in `map-event.ts`. */
import type { Bindings } from '../expression/expression.ts'
import { asArray, asId } from '../lib/json.ts'
import { maskIdentifier } from '../lib/text/mask-identifier.ts'
import { CONTACT_DELETED } from '../ports/ledger.ts'
import type { FieldChange, Json, Profile, ProfileUpdate } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'
import { CONTACT, hydrate } from './hydrate.ts'
import { findProfileExclusion } from './person/exclusion.ts'
import { skipUnknown } from './person/only-known.ts'
import { readState } from './person/person-state.ts'
import { isMissing } from './property-values.ts'
import { findSkipReason } from './skip-rules.ts'
import type { EventIdentity, MapParts, MapResult } from './types.ts'

/** The metric of profile updates in the ledger. */
export const PROFILE = 'Profile'

/** Maps a record of a contact to a profile update. */
export async function mapProfile(item: Json, bindings: Bindings, parts: MapParts): Promise<MapResult<ProfileUpdate>> {
  const { spec, plan, lookups } = parts
  const resource = spec.resources.get(spec.profile.resource)
  const contact = asId(await resource?.id.evaluate(item))
  const identity: EventIdentity = { metric: PROFILE, lane: 'live', ...(contact && { contact }) }
  const ownBindings = { ...bindings, [CONTACT]: item }
  const reason = await findSkipReason(spec.profile.skip, item, ownBindings)
  if (reason !== undefined) return { identity, skipped: reason }
  if (contact !== undefined && (await parts.isDeleted?.(contact))) return { identity, skipped: CONTACT_DELETED }
  const bound = await hydrate({
    plan: plan.profile.lookups,
    item,
    bindings: ownBindings,
    lane: 'live',
    lookups,
  })
  const omissions: FieldChange[] = []
  const profile = await plan.profile.evaluate.live(item, bound, omissions)
  if (!hasIdentifier(profile, spec)) return { identity, skipped: 'no-identity' }
  const aliases = asArray(await resource?.aliases?.evaluate(item)).flatMap((id) => asId(id) ?? [])
  const identified = contact === undefined ? aliases : [contact, ...aliases]
  const excluded =
    spec.people.exclude &&
    (await findProfileExclusion({ profile, person: item, bound, contact }, spec.people.exclude, parts))
  // Its waiting events are excluded, too: they need not wait any longer.
  if (excluded !== undefined)
    return { identity: { ...identity, ...describePerson(profile, parts) }, skipped: excluded, identified }
  const person = parts.forDisplay ? undefined : await readState(item, 'live', parts)
  const message = { kind: 'profile', profile, ...(omissions.length > 0 && { omissions }) } as const
  const withPerson = { ...identity, ...describePerson(profile, parts) }
  return skipUnknown({ identity: withPerson, message, identified, ...(person && { person }) }, person, parts)
}

/** Whether a profile has any of the spec's identifiers. */
export function hasIdentifier(profile: Profile, spec: Spec): boolean {
  return spec.profile.identifiers.some((name) => !isMissing(profile[name]))
}

/** The ledger finds people by it and tells them apart, without storing the address. */
export function describePerson(
  { email, phone_number: phone }: Profile,
  { hashPerson }: Pick<MapParts, 'hashPerson'>,
): Pick<EventIdentity, 'emailHash' | 'phoneHash' | 'person'> {
  const identifier = email ?? phone
  if (identifier === undefined) return {}
  const emailHash = email === undefined ? undefined : hashPerson?.(email)
  const phoneHash = phone === undefined ? undefined : hashPerson?.(phone)
  return {
    person: maskIdentifier(identifier),
    ...(emailHash !== undefined && { emailHash }),
    ...(phoneHash !== undefined && { phoneHash }),
  }
}
