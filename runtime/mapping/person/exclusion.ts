/** Decides by the spec's `people.exclude` whether a person is left out: then nothing of them is sent. */
import type { Bindings } from '../../expression/expression.ts'
import { isEarlier } from '../../lib/contact-state.ts'
import { parseTime } from '../../lib/iso-time.ts'
import { asArray } from '../../lib/json.ts'
import { normalizeEmailAddress } from '../../lib/text/email-address.ts'
import { EXCLUDED_DOMAIN } from '../../ports/ledger.ts'
import type { Json, Profile } from '../../ports/types.ts'
import type { ExcludeSpec, ExclusionRule } from '../../spec/people/people-spec.ts'
import { CONTACT, hydrate } from '../hydrate.ts'
import { isTruthy } from '../skip-rules.ts'
import type { MapParts } from '../types.ts'

/** A person as they would be sent. */
export interface PersonToSend {
  readonly profile: Profile
  /** The contact, and the bindings of its expressions. Undefined if the source no longer has it. */
  readonly person: Json | undefined
  readonly bound: Bindings
}

/** The skip reason of an excluded person. */
export async function findExclusion(
  { profile, person, bound }: PersonToSend,
  { domains, rules }: ExcludeSpec,
): Promise<string | undefined> {
  if (domains.size > 0 && isOfDomain(profile.email, domains)) return EXCLUDED_DOMAIN
  if (person === undefined) return undefined
  for (const rule of rules) if (await applies(rule, person, bound)) return rule.reason
  return undefined
}

function isOfDomain(email: string | undefined, domains: ReadonlySet<string>): boolean {
  if (email === undefined) return false
  const address = normalizeEmailAddress(email) ?? email.trim().toLowerCase()
  let domain = address.slice(address.lastIndexOf('@') + 1)
  while (domain !== '') {
    if (domains.has(domain)) return true
    const dot = domain.indexOf('.')
    domain = dot < 0 ? '' : domain.slice(dot + 1)
  }
  return false
}

async function applies({ expr, values }: ExclusionRule, person: Json, bound: Bindings): Promise<boolean> {
  const value = await expr.evaluate(person, bound)
  if (values === undefined) return isTruthy(value)
  return asArray(value).some((one) => typeof one === 'string' && values.has(one.trim().toLowerCase()))
}

/**
 * The same for the update of a profile. A notification may be late, or lack a part of the contact: the contact is fetched,
 * and the newer of the two decides. Of two from the same second either excludes.
 */
export async function findProfileExclusion(
  { contact, ...own }: PersonToSend & { readonly contact: string | undefined },
  exclude: ExcludeSpec,
  parts: MapParts,
): Promise<string | undefined> {
  const reason = await findExclusion(own, exclude)
  const current = contact === undefined || parts.forDisplay ? undefined : await fetchPerson(contact, own, parts)
  if (current?.person === undefined) return reason
  const [ownTime, currentTime] = [await updatedAt(own, parts), await updatedAt(current, parts)]
  if (isEarlier(currentTime, ownTime)) return reason
  const currentReason = await findExclusion(current, exclude)
  return isEarlier(ownTime, currentTime) ? currentReason : (reason ?? currentReason)
}

async function fetchPerson(contact: string, { bound }: PersonToSend, parts: MapParts): Promise<PersonToSend> {
  const { spec, plan, lookups } = parts
  const lookup = spec.lookups.get(CONTACT)
  const person = lookup && (await lookups.find(lookup, contact, 'live'))
  if (person === undefined) return { profile: {}, person, bound }
  const { workspace, notification } = bound
  const bindings = { workspace, notification, [CONTACT]: person }
  const current = await hydrate({ plan: plan.profile.lookups, item: person, bindings, lane: 'live', lookups })
  return { profile: await plan.profile.evaluate.backfill(person, current), person, bound: current }
}

async function updatedAt({ person }: PersonToSend, { spec }: MapParts): Promise<number | undefined> {
  return person === undefined ? undefined : parseTime(await spec.profile.updatedAt?.evaluate(person))
}
