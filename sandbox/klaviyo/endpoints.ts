/** The endpoints of the local Klaviyo: rate, scope, rules of the body, and what each does. */
import type { Json } from '../../runtime/ports/types.ts'
import { CREATE_FLOW, CREATE_SEGMENT } from './audience-bodies.ts'
import { BULK_CREATE_EVENTS, CREATE_EVENT, IMPORT_PROFILE } from './body-schemas.ts'
import { MEDIA_TYPE, Refusal } from './errors.ts'
import type { EventMemory } from './event-store.ts'
import { type Arrival, arrivalOfOne, arrivalsOfMany, profileOf } from './parse-events.ts'
import type { Rate } from './rate-limits.ts'
import { type Account, listAccounts, listEvents, listMetrics, listProfiles, profileResource } from './resources.ts'
import type { Rule } from './rules.ts'
import type { Audience } from './segments-and-flows.ts'

export interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly scope: string
  readonly rate: Rate
  /** The rules of its body, if it takes one. */
  readonly rule?: Rule
  /** Called with a body that holds to the rules. May throw a `Refusal`. */
  readonly answer: (body: Json, url: URL) => Response
}

// As Klaviyo's OpenAPI description states them.
const LARGE: Rate = { burst: 350, steady: 3_500 }
const MEDIUM: Rate = { burst: 75, steady: 750 }
const FEW: Rate = { burst: 3, steady: 60 }
const SMALL: Rate = { burst: 10, steady: 150 }
const TINY: Rate = { burst: 1, steady: 15 }

export function endpointsOf(memory: EventMemory, audience: Audience, account: Account): readonly Endpoint[] {
  return [
    {
      method: 'POST',
      path: '/api/events',
      scope: 'events:write',
      rate: LARGE,
      rule: CREATE_EVENT,
      answer: (body) => accept(memory, [arrivalOfOne(body)]),
    },
    {
      method: 'POST',
      path: '/api/event-bulk-create-jobs',
      scope: 'events:write',
      rate: SMALL,
      rule: BULK_CREATE_EVENTS,
      answer: (body) => accept(memory, arrivalsOfMany(body)),
    },
    {
      method: 'POST',
      path: '/api/profile-import',
      scope: 'profiles:write',
      rate: MEDIUM,
      rule: IMPORT_PROFILE,
      answer: (body, url) => importProfile(memory, body, url),
    },
    reading('/api/accounts', TINY, (url) => listAccounts(account, url)),
    reading('/api/metrics', SMALL, (url) => listMetrics(memory, url)),
    reading('/api/events', LARGE, (url) => listEvents(memory, url)),
    reading('/api/profiles', MEDIUM, (url) => listProfiles(memory, url)),
    reading('/api/segments', MEDIUM, (url) => audience.listSegments(url)),
    reading('/api/flows', FEW, (url) => audience.listFlows(url)),
    {
      ...reading('/api/metrics/:id/flow-triggers', SMALL, (url) => audience.listTriggered(url)),
      scope: 'flows:read',
    },
    making('/api/segments', CREATE_SEGMENT, (body, url) => audience.addSegment(body, url)),
    making('/api/flows', CREATE_FLOW, (body, url) => audience.addFlow(body, url)),
  ]
}

function making(path: `/api/${string}`, rule: Rule, make: (body: Json, url: URL) => Json): Endpoint {
  const scope = `${path.slice('/api/'.length)}:write`
  return { method: 'POST', path, scope, rate: TINY, rule, answer: (body, url) => json(make(body, url), 201) }
}

function reading(path: `/api/${string}`, rate: Rate, list: (url: URL) => Json): Endpoint {
  return { method: 'GET', path, scope: `${path.slice('/api/'.length)}:read`, rate, answer: (_, url) => json(list(url)) }
}

function accept(memory: EventMemory, arrivals: readonly Arrival[]): Response {
  for (const arrival of arrivals) memory.take(arrival)
  return new Response(null, { status: 202 })
}

/** 201 for a new profile, 200 for a known one, 409 when the identifiers belong to different people. */
function importProfile({ profiles }: EventMemory, body: Json, url: URL): Response {
  const sent = profileOf(body)
  const other = profiles.conflict(sent)
  if (other) {
    const detail = 'A profile already exists with one of these identifiers.'
    const meta = { duplicate_profile_id: other.id }
    throw new Refusal(409, [
      { code: 'duplicate_profile', title: 'Conflict.', detail, pointer: '/data/attributes', meta },
    ])
  }
  const { profile, created } = profiles.upsert(sent)
  return json({ data: profileResource(profile, url), links: { self: url.href } }, created ? 201 : 200)
}

function json(body: Json, status = 200): Response {
  return Response.json(body, { status, headers: { 'content-type': MEDIA_TYPE } })
}
