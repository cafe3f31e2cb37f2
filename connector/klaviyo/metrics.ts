/** Klaviyo's metrics: finds ours by name, and counts their events by day. */

import { getPath } from '../../runtime/lib/json.ts'
import type { EventCounter, EventCountQuery, RecordedEvents } from '../../runtime/ports/event-counter.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'
import { endpointClient, type KlaviyoOptions, METRICS_ENDPOINT, rateWindows, type SendRequest } from './client.ts'
import { listAll } from './json-api.ts'

/** A metric's identity is its name and its sender: the same name from two senders is two metrics. */
export interface FoundMetric {
  readonly id: string
  /** The name of the integration that sends it. */
  readonly sender: string
  readonly isOurs: boolean
}

/** The sender of every event that a private key sends. */
const PRIVATE_KEYS = 'API'
/** Klaviyo's own integration, which uses the names of our metrics. */
const NATIVE_INTEGRATION = 'Intercom'

/**
 * Finds the metrics of each name, ours first. Events sent by OAuth belong to the app, whose name Klaviyo's API does not
 * tell; those sent before by a private key are ours, too.
 */
export async function findMetrics(
  send: SendRequest,
  { spec, auth }: Pick<KlaviyoOptions, 'spec' | 'auth'>,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly FoundMetric[]>> {
  const isOauth = auth?.method() === 'oauth'
  const nameInSpec = new Map(names.map((name) => [spec.metricPrefix + name, name]))
  const found = new Map<string, FoundMetric[]>(names.map((name) => [name, []]))
  for await (const { id, attributes } of listAll(send, METRICS_ENDPOINT.path, signal)) {
    const sender = String(getPath(attributes, 'integration', 'name') ?? '')
    const isOurs = sender === PRIVATE_KEYS || (isOauth && sender !== NATIVE_INTEGRATION)
    found.get(nameInSpec.get(String(attributes.name)) ?? '')?.push({ id, sender, isOurs })
  }
  // The one that receives the next event comes first.
  const rank = ({ isOurs, sender }: FoundMetric) => (isOurs ? Number(isOauth && sender === PRIVATE_KEYS) : 2)
  for (const metrics of found.values()) metrics.sort((a, b) => rank(a) - rank(b))
  return found
}

/** Live delivery uses neither this endpoint nor its rate limit. */
const AGGREGATES = { path: '/api/metric-aggregates', windows: rateWindows(3, 60) }

const DAY = 86_400_000
/** Klaviyo answers for at most a year at once. */
const LONGEST_RANGE = 365 * DAY

export function createKlaviyoEventCounter(options: KlaviyoOptions): EventCounter {
  const metrics = endpointClient(options, METRICS_ENDPOINT, 'metrics:read')
  const aggregates = endpointClient(options, AGGREGATES, 'metrics:read')
  return {
    lossReasons: [
      'Klaviyo accepts events of test addresses (@example.com, @test.com and similar) and drops them.',
      'Deleting a profile in Klaviyo deletes its events; merging profiles can change their number.',
      'Klaviyo processes imported events slowly: after a large import, run it again some hours later.',
    ],
    async *countEvents(query, signal) {
      const found = await findMetrics(metrics, options, query.metrics, signal)
      for (const metric of query.metrics)
        yield await countMetric(aggregates, metric, found.get(metric) ?? [], { query, signal })
    },
  }
}

async function countMetric(
  send: SendRequest,
  metric: string,
  found: readonly FoundMetric[],
  { query, signal }: { readonly query: EventCountQuery; readonly signal: AbortSignal },
): Promise<RecordedEvents> {
  const days = new Map<string, number>()
  const [ours, others] = [found.filter(({ isOurs }) => isOurs), found.filter(({ isOurs }) => !isOurs)]
  for (const { id } of ours) {
    for (let since = query.since; since < query.until; since += LONGEST_RANGE) {
      const until = Math.min(query.until, since + LONGEST_RANGE)
      const { body } = await send('live', signal, aggregateQuery(id, since, until))
      for (const [day, count] of parseCounts(body)) days.set(day, (days.get(day) ?? 0) + count)
    }
  }
  const senders = (list: readonly FoundMetric[]) => list.map(({ sender }) => sender)
  return { metric, days, counted: senders(ours), others: senders(others) }
}

function aggregateQuery(id: string, since: number, until: number): string {
  const filter = [`greater-or-equal(datetime,${toDateTime(since)})`, `less-than(datetime,${toDateTime(until)})`]
  const attributes = { metric_id: id, measurements: ['count'], interval: 'day', timezone: 'UTC', filter }
  return JSON.stringify({ data: { type: 'metric-aggregate', attributes } })
}

/** Without a zone: the query's `timezone` applies. */
const toDateTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19)

/** The counts by day. A response that does not have the documented form would read as days without events. */
function parseCounts(body: Json | undefined): readonly (readonly [day: string, count: number])[] {
  const dates = getPath(body, 'data', 'attributes', 'dates')
  const rows = getPath(body, 'data', 'attributes', 'data')
  const counts = getPath(rows, 0, 'measurements', 'count')
  if (!Array.isArray(dates) || !Array.isArray(rows)) throw unexpectedForm()
  if (rows.length === 0) return []
  if (!Array.isArray(counts) || counts.length !== dates.length || rows.length > 1) throw unexpectedForm()
  return dates.map((date: Json, at) => {
    const count: Json = counts[at] ?? null
    if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}T00:00:00/.test(date) || typeof count !== 'number')
      throw unexpectedForm()
    return [date.slice(0, 10), count] as const
  })
}

function unexpectedForm(): Fault {
  return new Fault(
    'bug',
    'klaviyo/aggregates',
    'Klaviyo answered a query of counts in an unexpected form: please report it',
  )
}
