/** What a spec may say of Klaviyo: the names that the code reads, and the forms of values. */
import type { DestinationRules, HeaderProblem } from '../../runtime/spec/check/vendor/vendor-rules.ts'

const endpoints = ['event', 'bulk', 'profile', 'profileUpdate'] as const
/** Called by these settings of `people` only. */
const peopleEndpoints = { onlyKnown: ['profiles'], onDelete: ['profiles', 'profileDeletion'] } as const
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

export type EndpointName = (typeof endpoints)[number] | (typeof peopleEndpoints)['onDelete'][number]
export type LimitName = (typeof limits)[number]

/** The first with the backfill flag, without which an import would start flows. */
const OLDEST_REVISION = '2026-07-15'

function checkRevision(value: string): HeaderProblem | undefined {
  const problem = { severity: 'error', help: `write revision: "${OLDEST_REVISION}"` } as const
  const [date] = /^\d{4}-\d\d-\d\d(?=\.pre$|$)/.exec(value) ?? []
  if (date === undefined || new Date(date).toJSON()?.slice(0, 10) !== date)
    return { message: `"${value}" is no revision of Klaviyo's API, which is a date`, ...problem }
  if (date >= OLDEST_REVISION) return undefined
  return { message: `the revision ${value} is older than the backfill flag: an import would start flows`, ...problem }
}

export const klaviyoRules = {
  endpoints,
  peopleEndpoints,
  limits,
  // Klaviyo also knows external_id, and its pages disagree on whether that takes part in merging: see BEHAVIOR.md.
  identifiers: ['email', 'phone_number'],
  numbers: ['location.latitude', 'location.longitude'],
  headers: [{ name: 'revision', required: OLDEST_REVISION, check: checkRevision }],
  secrets: [
    {
      pattern: /\bpk_\w{30,}/g,
      noun: 'a private API key of Klaviyo',
      help: 'set KLAVIYO_API_KEY in the environment instead, and replace this key in Klaviyo: a file is copied and committed',
    },
  ],
} satisfies DestinationRules
