/** What a spec may say of Klaviyo: the names that the code reads, and the forms of values. */
import type { DestinationRules } from '../../runtime/spec/check/vendor-rules.ts'

const endpoints = ['event', 'bulk', 'profile', 'profileUpdate'] as const
/** Called by these settings of `people` only. */
const peopleEndpoints = { onlyKnown: 'profiles' } as const
const limits = [
  'events',
  'request',
  'profile',
  'string',
  'properties',
  'list',
  'depth',
  'key',
  'metric',
  'email',
] as const

export type EndpointName = (typeof endpoints)[number] | (typeof peopleEndpoints)['onlyKnown']
export type LimitName = (typeof limits)[number]

export const klaviyoRules = {
  endpoints,
  peopleEndpoints,
  limits,
  // Klaviyo also knows external_id, and its pages disagree on whether that takes part in merging: see BEHAVIOR.md.
  identifiers: ['email', 'phone_number'],
} satisfies DestinationRules
