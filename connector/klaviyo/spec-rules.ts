/** What a spec may say of Klaviyo: the names that the code reads, and the forms of values. */
import type { DestinationRules } from '../../runtime/spec/check/vendor-rules.ts'

const endpoints = ['event', 'bulk', 'profile', 'profileUpdate'] as const
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

export type EndpointName = (typeof endpoints)[number]
export type LimitName = (typeof limits)[number]

export const klaviyoRules = {
  endpoints,
  limits,
  // Klaviyo also knows external_id, and its pages disagree on whether that takes part in merging: see BEHAVIOR.md.
  identifiers: ['email', 'phone_number'],
} satisfies DestinationRules
