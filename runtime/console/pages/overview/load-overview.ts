/** Loads the data of the overview in a handful of small queries. */

import { sum } from '../../../backfill/counts.ts'
import type { BackfillProgress } from '../../../backfill/types.ts'
import { readWebhookActivity } from '../../../health/webhook-activity.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import { DELETION } from '../../../mapping/person/deletions.ts'
import type { LedgerEvent, Tally } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import { countFinds } from '../../../reconcile/finds.ts'
import type { ReconcilePass } from '../../../reconcile/types.ts'
import { addBars, type Bar, type SeriesCounts, toBars } from '../../chart/bars.ts'
import { type ChartRange, type RangeName, rangeUntil } from '../../chart/ranges.ts'
import { type Zone, zoneOf } from '../../chart/zone.ts'
import { countByReason } from '../../count-by-reason.ts'
import { type Count, type QueuedEvents, readEventCounts } from '../../event-counts.ts'
import type { ConsoleOptions, PageContext } from '../../types.ts'

export interface MetricRow {
  readonly metric: string
  readonly enabled: boolean
  /** In the range shown. */
  readonly bars: readonly Bar[]
  readonly last?: LedgerEvent
}

export interface Overview {
  readonly now: number
  readonly range: ChartRange
  /** Of all metrics. */
  readonly bars: readonly Bar[]
  /** What has happened since midnight. */
  readonly today: { readonly since: number; readonly until: number; readonly counts: SeriesCounts; readonly zone: Zone }
  readonly metrics: readonly MetricRow[]
  readonly live: QueuedEvents
  readonly backfill: QueuedEvents
  /** Milliseconds from occurrence to delivery, of live events. */
  /** Over restarts. */
  readonly lastWebhookAt?: number
  readonly lag?: { readonly median: number; readonly longest: number; readonly events: number }
  readonly dead: number
  /** All that waits: in the queues, and outside them for something. */
  readonly waiting: Count
  readonly tallies: readonly Tally[]
  /** Largest first. */
  readonly skipped: readonly { readonly reason: string; readonly count: number }[]
  readonly lastImport?: BackfillProgress
  readonly lastReconcile?: ReconcilePass
  /** Events that no webhook reported, since setup, without updates of profiles. */
  readonly found: number
}

const DAY = 86_400_000
/** Number of latest deliveries whose live events give the delay. */
const LAG_SAMPLE = 100

export async function loadOverview({ options, timeZone }: PageContext, name: RangeName): Promise<Overview> {
  const { connector, clock } = options
  const { store } = connector
  const now = clock.now()
  const zone = zoneOf(timeZone, now)
  const range = rangeUntil(name, now, zone)
  const { starts, until, by } = range
  const day = dayOf(now, zone)
  const [activity, ofToday, dead, { tallies, waiting, queues }, delivered, lastImport, lastReconcile, webhooks] =
    await Promise.all([
      store.activity({ since: starts[0] ?? until, until, by }),
      store.activity(day),
      store.countDeadLetters(),
      readEventCounts(store),
      readNewestLive(store),
      connector.lastBackfill(),
      connector.lastReconcile(),
      readWebhookActivity(store),
    ])
  const metrics = metricsOf(connector).map(async ({ metric, enabled }): Promise<MetricRow> => {
    const [last] = await store.events({ metric, status: 'delivered', limit: 1 })
    const bars = toBars(
      activity.filter((it) => it.metric === metric),
      range,
    )
    return { metric, enabled, bars, ...(last && { last }) }
  })
  const today = { ...day, counts: addBars(toBars(ofToday, { starts: [day.since], until: day.until })), zone }
  const lag = lagOf(delivered)
  const lastWebhookAt = connector.webhookStats().lastVerified?.at ?? webhooks?.last
  const skipped = countByReason(tallies.filter(({ status }) => status === 'skipped'))
  const found = sum(
    [...countFinds(tallies)].map(([metric, count]) => (metric === PROFILE || metric === DELETION ? 0 : count)),
  )
  return {
    ...{ now, range, bars: toBars(activity, range), today, metrics: await Promise.all(metrics) },
    ...{ ...queues, waiting, dead, tallies, skipped, found },
    ...(lastWebhookAt !== undefined && { lastWebhookAt }),
    ...{ ...(lag && { lag }), ...(lastImport && { lastImport }), ...(lastReconcile && { lastReconcile }) },
  }
}

/** From midnight to midnight by the clock of the viewer. */
function dayOf(now: number, zone: Zone): { readonly since: number; readonly until: number } {
  const midnight = Math.floor(zone.toWall(now) / DAY) * DAY
  return { since: zone.toInstant(midnight), until: zone.toInstant(midnight + DAY) }
}

/** In the order of the spec, then what is sent besides events. */
function metricsOf({ spec, deletions }: ConsoleOptions['connector']): readonly Pick<MetricRow, 'metric' | 'enabled'>[] {
  return [
    ...spec.mappings.map(({ metric }) => ({ metric, enabled: true })),
    ...spec.disabledMappings.map(({ metric }) => ({ metric, enabled: false })),
    { metric: PROFILE, enabled: true },
    ...(deletions ? [{ metric: DELETION, enabled: true }] : []),
  ]
}

/** By webhooks and by the poll: the events of an import would fill the sample. */
async function readNewestLive(store: Pick<Store, 'events'>): Promise<readonly LedgerEvent[]> {
  const read = (origin: 'live' | 'reconcile') => store.events({ status: 'delivered', origin, limit: LAG_SAMPLE })
  const found = (await Promise.all([read('live'), read('reconcile')])).flat()
  return found.sort((a, b) => b.id - a.id).slice(0, LAG_SAMPLE)
}

/** Imports and retries say nothing about the current delay. */
function lagOf(events: readonly LedgerEvent[]): Overview['lag'] {
  const lags = events
    .filter(({ lane, ingress, time }) => lane === 'live' && ingress !== 'replay' && time !== undefined)
    .map(({ settledAt, time = '' }) => Math.max(0, settledAt - Date.parse(time)))
    .sort((a, b) => a - b)
  if (lags.length === 0) return undefined
  return { median: lags[Math.floor(lags.length / 2)] ?? 0, longest: lags.at(-1) ?? 0, events: lags.length }
}
