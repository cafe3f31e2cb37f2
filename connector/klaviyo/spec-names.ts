/** The names of Klaviyo's endpoints and limits in connector.yaml. */
import type { DestinationNames } from '../../runtime/spec/check/destination.ts'

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

export const destinationNames = { endpoints, limits } satisfies DestinationNames
