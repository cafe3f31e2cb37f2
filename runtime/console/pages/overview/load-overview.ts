/** Loads the data of the overview in a handful of small queries. */
import { sum } from '../../../backfill/counts.ts'
import type { BackfillState } from '../../../backfill/state.ts'
import { BACKFILL_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import { DELETION } from '../../../mapping/person/deletions.ts'
import type { ActivityBucket, LedgerEvent } from '../../../ports/ledger.ts'
import type { Backlog } from '../../../ports/store.ts'
import { countFinds } from '../../../reconcile/finds.ts'
import type { ReconcilePass } from '../../../reconcile/types.ts'
import type { ConsoleOptions } from '../../types.ts'
import { countWaiting } from '../../waiting-events.ts'
import { DAY, HOUR } from './chart.ts'

export interface MetricRow {
  readonly metric: string
  readonly summary: string
  readonly enabled: boolean
  /** Delivered events by the hour in which they happened, the current hour last. */
  readonly hours: readonly number[]
  /** Delivered, and happened since midnight UTC. */
  readonly today: number
  /** Delivered, and happened in 30 days. */
  readonly month: number
  readonly failedToday: number
  readonly last?: LedgerEvent
}

export interface Overview {
  readonly now: number
  /** Start of the first hour of each metric. */
  readonly from: number
  readonly metrics: readonly MetricRow[]
  readonly live: Backlog
  readonly backfill: Backlog
  /** Milliseconds from occurrence to delivery, of live events. */
  readonly lag?: { readonly median: number; readonly longest: number; readonly events: number }
  readonly dead: number
  /** Events that wait for their contact. */
  readonly awaitingContact: number
  /** Largest first. */
  readonly skipped: readonly { readonly reason: string; readonly count: number }[]
  readonly lastImport?: BackfillState
  readonly lastReconcile?: ReconcilePass
  /** Events that no webhook reported, since setup. */
  readonly found: number
}

const HOURS_SHOWN = 24
/** Number of latest deliveries whose live events give the delay. */
const LAG_SAMPLE = 100

export async function loadOverview({ connector, clock }: ConsoleOptions): Promise<Overview> {
  const { store, spec } = connector
  const now = clock.now()
  const until = (Math.floor(now / HOUR) + 1) * HOUR
  const since = until - 30 * DAY
  const from = until - HOURS_SHOWN * HOUR
  const [day, month, live, backfill, dead, tallies, delivered, lastImport, lastReconcile] = await Promise.all([
    store.activity({ since: from, until }),
    store.activity({ since, until, by: 'day' }),
    store.backlog('live'),
    store.backlog('backfill'),
    store.countDeadLetters(),
    store.tallies(),
    store.events({ status: 'delivered', limit: LAG_SAMPLE }),
    store.readCheckpoint(BACKFILL_CHECKPOINT) as Promise<BackfillState | undefined>,
    connector.lastReconcile(),
  ])
  const rows = [
    ...spec.mappings.map((it) => ({ ...it, enabled: true })),
    ...spec.disabledMappings.map((it) => ({ ...it, enabled: false })),
    { metric: PROFILE, summary: 'Profile properties changed.', enabled: true },
    ...(connector.deletions
      ? [{ metric: DELETION, summary: 'Profiles of deleted contacts were deleted.', enabled: true }]
      : []),
  ]
  const metrics = await Promise.all(
    rows.map(async ({ metric, summary, enabled }): Promise<MetricRow> => {
      const [last] = await store.events({ metric, status: 'delivered', limit: 1 })
      return { metric, summary, enabled, ...countEvents({ day, month }, metric, { from, now }), ...(last && { last }) }
    }),
  )
  const lag = lagOf(delivered)
  const skipped = countByReason(tallies.filter(({ status }) => status === 'skipped'))
  const found = sum([...countFinds(tallies)].map(([metric, count]) => (metric === PROFILE ? 0 : count)))
  const counts = { live, backfill, dead, awaitingContact: countWaiting(tallies), skipped, found }
  const last = { ...(lag && { lag }), ...(lastImport && { lastImport }), ...(lastReconcile && { lastReconcile }) }
  return { now, from, metrics, ...counts, ...last }
}

interface Activity {
  readonly day: readonly ActivityBucket[]
  readonly month: readonly ActivityBucket[]
}

function countEvents({ day, month }: Activity, metric: string, { from, now }: { from: number; now: number }) {
  const own = day.filter((it) => it.metric === metric)
  const isSent = ({ status }: ActivityBucket) => status === 'delivered'
  const hours = new Array<number>(HOURS_SHOWN).fill(0)
  for (const { hour, count } of own.filter(isSent)) {
    const index = (hour - from) / HOUR
    hours[index] = (hours[index] ?? 0) + count
  }
  const midnight = Math.floor(now / DAY) * DAY
  const sum = (rows: readonly ActivityBucket[]) => rows.reduce((total, { count }) => total + count, 0)
  const today = own.filter(({ hour }) => hour >= midnight)
  return {
    hours,
    today: sum(today.filter(isSent)),
    month: sum(month.filter((it) => it.metric === metric && isSent(it))),
    failedToday: sum(today.filter(({ status }) => status === 'dead')),
  }
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

function countByReason(tallies: readonly { readonly reason: string; readonly count: number }[]): Overview['skipped'] {
  const counts = new Map<string, number>()
  for (const { reason, count } of tallies) counts.set(reason, (counts.get(reason) ?? 0) + count)
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
}
