/** What connector.yaml says of Klaviyo by name, and we read by it: its endpoints and its limits. */
import type { DestinationNames } from '../../runtime/spec/check/destination.ts'

const endpoints = ['event', 'bulk', 'profile'] as const
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

export const names = { endpoints, limits } satisfies DestinationNames
