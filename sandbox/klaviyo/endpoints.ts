/** The endpoints of the local Klaviyo: rate limit, scope, body rules and handler. */

import { getPath } from '../../runtime/lib/json.ts'
import type { Random } from '../../runtime/ports/effects.ts'
import type { Json } from '../../runtime/ports/types.ts'
import { ApiError, apiError, invalidInput, MEDIA_TYPE } from './errors.ts'
import type { EventStore } from './event-store.ts'
import { queryMetricAggregates } from './metric-aggregates.ts'
import { type IncomingEvent, parseBulkEvents, parseEvent, parseProfile } from './parse-events.ts'
import type { StoredProfile } from './profiles.ts'
import type { RateLimit } from './rate-limits.ts'
import {
  type AccountProfile,
  listAccounts,
  listEvents,
  listMetrics,
  listProfiles,
  profileResource,
} from './resources.ts'
import type { SegmentsAndFlows } from './segments-and-flows.ts'
import { DELETE_PROFILE } from './validation/deletion-body.ts'
import { BULK_CREATE_EVENTS, CREATE_EVENT, IMPORT_PROFILE, UPDATE_PROFILE } from './validation/event-bodies.ts'
import { QUERY_METRIC_AGGREGATES } from './validation/metric-aggregate-body.ts'
import type { FieldRule } from './validation/rules.ts'
import { CREATE_FLOW, CREATE_SEGMENT } from './validation/segment-and-flow-bodies.ts'

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  readonly scope: string
  readonly rate: RateLimit
  /** The rules of its body. Absent: it has none. */
  readonly rule?: FieldRule
  /** Called with a valid body. May throw an `ApiError`. */
  readonly answer: (body: Json, url: URL) => Response
}

// As Klaviyo's OpenAPI description states them.
const LARGE: RateLimit = { burst: 350, steady: 3_500 }
const MEDIUM: RateLimit = { burst: 75, steady: 750 }
const FEW: RateLimit = { burst: 3, steady: 60 }
const SMALL: RateLimit = { burst: 10, steady: 150 }
const TINY: RateLimit = { burst: 1, steady: 15 }

export function createEndpoints(
  store: EventStore,
  segmentsAndFlows: SegmentsAndFlows,
  { account, random }: { readonly account: AccountProfile; readonly random: Random },
): readonly Endpoint[] {
  return [
    {
      method: 'POST',
      path: '/api/events',
      scope: 'events:write',
      rate: LARGE,
      rule: CREATE_EVENT,
      answer: (body) => accept(store, [parseEvent(body)]),
    },
    {
      method: 'POST',
      path: '/api/event-bulk-create-jobs',
      scope: 'events:write',
      rate: SMALL,
      rule: BULK_CREATE_EVENTS,
      answer: (body) => accept(store, parseBulkEvents(body)),
    },
    {
      method: 'POST',
      path: '/api/profile-import',
      scope: 'profiles:write',
      rate: MEDIUM,
      rule: IMPORT_PROFILE,
      answer: (body, url) => importProfile(store, body, url),
    },
    {
      method: 'PATCH',
      path: '/api/profiles/:id',
      scope: 'profiles:write',
      rate: MEDIUM,
      rule: UPDATE_PROFILE,
      answer: (body, url) => updateProfile(store, body, url),
    },
    {
      method: 'POST',
      path: '/api/data-privacy-deletion-jobs',
      scope: 'data-privacy:write',
      rate: FEW,
      rule: DELETE_PROFILE,
      answer: (body) => deleteProfile(store, body),
    },
    listEndpoint('/api/accounts', TINY, (url) => listAccounts(account, url)),
    listEndpoint('/api/metrics', SMALL, (url) => listMetrics(store, url)),
    {
      method: 'POST',
      path: '/api/metric-aggregates',
      scope: 'metrics:read',
      rate: FEW,
      rule: QUERY_METRIC_AGGREGATES,
      answer: (body, url) => json(queryMetricAggregates(store.hourlyCounts, body, url, random)),
    },
    listEndpoint('/api/events', LARGE, (url) => listEvents(store, url)),
    listEndpoint('/api/profiles', MEDIUM, (url) => listProfiles(store, url)),
    listEndpoint('/api/segments', MEDIUM, (url) => segmentsAndFlows.listSegments(url)),
    listEndpoint('/api/flows', FEW, (url) => segmentsAndFlows.listFlows(url)),
    {
      ...listEndpoint('/api/metrics/:id/flow-triggers', SMALL, (url) => segmentsAndFlows.listFlowTriggers(url)),
      scope: 'flows:read',
    },
    createEndpoint('/api/segments', CREATE_SEGMENT, (body, url) => segmentsAndFlows.addSegment(body, url)),
    createEndpoint('/api/flows', CREATE_FLOW, (body, url) => segmentsAndFlows.addFlow(body, url)),
  ]
}

function createEndpoint(path: `/api/${string}`, rule: FieldRule, make: (body: Json, url: URL) => Json): Endpoint {
  const scope = `${path.slice('/api/'.length)}:write`
  return { method: 'POST', path, scope, rate: TINY, rule, answer: (body, url) => json(make(body, url), 201) }
}

function listEndpoint(path: `/api/${string}`, rate: RateLimit, list: (url: URL) => Json): Endpoint {
  return { method: 'GET', path, scope: `${path.slice('/api/'.length)}:read`, rate, answer: (_, url) => json(list(url)) }
}

function accept(store: EventStore, events: readonly IncomingEvent[]): Response {
  for (const event of events) store.accept(event)
  return new Response(null, { status: 202 })
}

/** 201 for a new profile, 200 for an existing one, 409 when the identifiers belong to different profiles. */
function importProfile({ profiles }: EventStore, body: Json, url: URL): Response {
  const sent = parseProfile(body)
  const other = profiles.conflict(sent)
  if (other) throw duplicateProfile(other)
  const { profile, created } = profiles.upsert(sent)
  return json({ data: profileResource(profile, url), links: { self: url.href } }, created ? 201 : 200)
}

/** 404 for an unknown id, 409 when another profile holds an identifier; the address of a profile may change. */
function updateProfile({ profiles }: EventStore, body: Json, url: URL): Response {
  const sent = parseProfile(body)
  if (url.pathname.split('/')[3] !== sent.id)
    throw new ApiError(400, [invalidInput('The id does not match the one in the path.', { pointer: '/data/id' })])
  const known = profiles.all().find(({ id }) => id === sent.id)
  if (known === undefined)
    throw apiError(404, 'not_found', { title: 'Not found.', detail: `A profile with id ${sent.id} does not exist.` })
  const other = profiles.conflictOf(sent)
  if (other) throw duplicateProfile(other)
  const identifiers = ['email', 'phone_number', 'external_id']
  if (
    identifiers.every(
      (name) => (sent.attributes[name] === undefined ? known.attributes : sent.attributes)[name] == null,
    )
  )
    throw new ApiError(400, [invalidInput('One or more identifiers is required', { pointer: '/data/attributes' })])
  return json({ data: profileResource(profiles.update(sent) ?? known, url), links: { self: url.href } })
}

/** Klaviyo deletes within a while, and here at once. An unknown profile is accepted, too. */
function deleteProfile({ profiles }: EventStore, body: Json): Response {
  const profile = getPath(body, 'data', 'attributes', 'profile') ?? null
  profiles.delete(parseProfile(profile))
  return new Response(null, { status: 202 })
}

function duplicateProfile({ id }: StoredProfile): ApiError {
  const detail = 'A profile already exists with one of these identifiers.'
  const meta = { duplicate_profile_id: id }
  return new ApiError(409, [
    { code: 'duplicate_profile', title: 'Conflict.', detail, pointer: '/data/attributes', meta },
  ])
}

function json(body: Json, status = 200): Response {
  return Response.json(body, { status, headers: { 'content-type': MEDIA_TYPE } })
}
