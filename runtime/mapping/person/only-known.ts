/** Skips messages of people whom the destination does not have, if the spec wants none of them. */
import { Fault } from '../../ports/fault.ts'
import type { OutgoingMessage, Profile } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import type { MapParts, MapResult, PersonState } from '../types.ts'
import type { KnownPeople, KnownPeopleParts } from './known-people.ts'
import { fingerprint, pickIdentifiers, strongestIdentifier } from './person-state.ts'

/** The question that mapping asks, if the spec sends known people only. Throws a config `Fault` if it cannot be asked. */
export function knownPeopleOf({ people, destination }: Spec, parts: KnownPeopleParts): Pick<MapParts, 'isKnown'> {
  if (!people.onlyKnown) return {}
  if (parts.destination.findKnown === undefined)
    throw new Fault(
      'config',
      'people/cannot-ask',
      `${destination.name} cannot tell whom it has: remove people.onlyKnown`,
    )
  let known: Promise<KnownPeople> | undefined
  const load = async () => new (await import('./known-people.ts')).KnownPeople(parts)
  return {
    isKnown: async (person, lane) => {
      known ??= load()
      return (await known).isKnown(person, lane)
    },
  }
}

/**
 * The last question about a message: it costs a request. Someone with a new address is known by their former profile, as
 * long as that one moves with them.
 */
export async function skipUnknown<M extends OutgoingMessage>(
  result: MapResult<M>,
  state: PersonState | undefined,
  { spec, isKnown, forDisplay }: MapParts,
): Promise<MapResult<M>> {
  if (isKnown === undefined || forDisplay || !('message' in result)) return result
  const { identity, message, identified } = result
  const profileId = findMovingProfile(message.profile, state, spec)
  const identifiers = pickIdentifiers(message.profile, spec)
  const person = { identifiers, ...(profileId !== undefined && { profileId }) }
  if (await isKnown(person, identity.lane)) return result
  return { identity, skipped: `not-in-${spec.destination.name}`, ...(identified && { identified }) }
}

function findMovingProfile(profile: Profile, state: PersonState | undefined, spec: Spec): string | undefined {
  const { address, profileId } = state?.previous ?? {}
  const identifier = strongestIdentifier(profile, spec)
  const isMoving = spec.destination.moveProfiles && identifier !== undefined && address !== fingerprint(identifier)
  return isMoving ? profileId : undefined
}
