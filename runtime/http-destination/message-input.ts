/** What the expressions of `destination.http` see of a message. */
import type { JsonObject, Lane, OutgoingMessage, Profile } from '../ports/types.ts'

interface InputRules {
  /** Attributes that identify a person. */
  readonly identifiers: readonly string[]
}

/** The profile of an event of history has identifiers only: its attributes are those of today. */
export function toInput(message: OutgoingMessage, lane: Lane, rules: InputRules): JsonObject {
  if (message.kind === 'profile') return { profile: message.profile }
  const { key, metric, time, contact, properties, profile, value, currency } = message
  return {
    key,
    metric,
    time,
    properties,
    profile: lane === 'live' ? profile : pick(profile, rules.identifiers),
    historical: lane === 'backfill',
    ...(contact !== undefined && { contact }),
    ...(value !== undefined && { value }),
    ...(currency !== undefined && { currency }),
  }
}

const pick = (profile: Profile, names: readonly string[]): Profile =>
  Object.fromEntries(Object.entries(profile).filter(([name]) => names.includes(name)))
