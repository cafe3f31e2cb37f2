/** A contact to a profile: identifiers always, attributes only where they are today's. */
import { hash } from 'node:crypto'
import type { Bindings } from '../expression/expression.ts'
import { asId } from '../lib/json.ts'
import type { Json, Profile, ProfileUpdate } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'
import { CONTACT, hydrate } from './hydrate.ts'
import { isMissing } from './property-values.ts'
import { firstSkip } from './skip-rules.ts'
import type { EventIdentity, MapParts, MapResult } from './types.ts'

/** Names the profile's own results in the ledger. */
export const PROFILE = 'Profile'

/** Maps a record of a contact to its person's profile. */
export async function mapProfile(item: Json, bindings: Bindings, parts: MapParts): Promise<MapResult<ProfileUpdate>> {
  const { spec, plan, lookups } = parts
  const contact = asId(await spec.resources.get(spec.profile.resource)?.id.evaluate(item))
  const named: EventIdentity = { metric: PROFILE, lane: 'live', ...(contact && { contact }) }
  const reason = await firstSkip(spec.profile.skip, item, bindings)
  if (reason !== undefined) return { named, skipped: reason }
  const { wanted } = plan.profile
  const bound = await hydrate({
    wanted,
    item,
    bindings: { ...bindings, [CONTACT]: item },
    lane: 'live',
    find: lookups.find,
  })
  const profile = await plan.profile.evaluate.live(item, bound)
  if (!hasIdentifier(profile, spec)) return { named, skipped: 'no-identity' }
  return { named: { ...named, ...emailHashOf(profile) }, message: { kind: 'profile', profile } }
}

/** Whether anything in it says who it is. */
export function hasIdentifier(profile: Profile, spec: Spec): boolean {
  return spec.profile.identifiers.some((name) => !isMissing(profile[name]))
}

/** The ledger finds a person by address without keeping it. */
export function emailHashOf({ email }: Profile): { readonly emailHash?: string } {
  return email === undefined ? {} : { emailHash: hash('sha256', email.toLowerCase()) }
}
