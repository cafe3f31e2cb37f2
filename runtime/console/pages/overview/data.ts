/** What the overview shows, read from the store in a handful of small queries. */

import type { BackfillState } from '../../../backfill/state.ts'
import { BACKFILL_CHECKPOINT } from '../../../lib/checkpoint-names.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import type { ActivityBucket, LedgerEvent } from '../../../ports/ledger.ts'
import type { Backlog } from '../../../ports/store.ts'
import type { ConsoleOptions } from '../../types.ts'
import { DAY, HOUR } from './chart.ts'

export interface MetricRow {
  readonly metric: string
  readonly summary: string
  readonly on: boolean
  /** Sent, by hour, the last of them the hour that is. */
  readonly hours: readonly number[]
  /** Since midnight UTC. */
  readonly today: number
  readonly month: number
  readonly failedToday: number
  readonly last?: LedgerEvent
}

export interface Overview {
  readonly now: number
  /** When the first of each metric's hours begins. */
  readonly from: number
  readonly metrics: readonly MetricRow[]
  readonly live: Backlog
  readonly backfill: Backlog
  /** Milliseconds from occurrence to accepted, of live events. */
  readonly lag?: { readonly median: number; readonly longest: number; readonly events: number }
  readonly dead: number
  /** Largest first. */
  readonly skipped: readonly { readonly reason: string; readonly count: number }[]
  readonly lastImport?: BackfillState
}

/** How many bars a day has. */
const BARS = 24
/** So many of the newest events tell the delay, as far as they are live. */
const LAG_OF = 100

export async function overviewOf({ connector, clock }: ConsoleOptions): Promise<Overview> {
  const { store, spec } = connector
  const now = clock.now()
  const until = (Math.floor(now / HOUR) + 1) * HOUR
  const since = until - 30 * DAY
  const from = until - BARS * HOUR
  const [day, month, live, backfill, dead, tallies, delivered, lastImport] = await Promise.all([
    store.activity({ since: from, until }),
    store.activity({ since, until, by: 'day' }),
    store.backlog('live'),
    store.backlog('backfill'),
    store.countDeadLetters(),
    store.tallies(),
    store.events({ status: 'delivered', limit: LAG_OF }),
    store.readCheckpoint(BACKFILL_CHECKPOINT) as Promise<BackfillState | undefined>,
  ])
  const rows = [
    ...spec.mappings.map((it) => ({ ...it, on: true })),
    ...spec.disabledMappings.map((it) => ({ ...it, on: false })),
    { metric: PROFILE, summary: 'Attributes of a person changed.', on: true },
  ]
  const metrics = await Promise.all(
    rows.map(async ({ metric, summary, on }): Promise<MetricRow> => {
      const [last] = await store.events({ metric, status: 'delivered', limit: 1 })
      return { metric, summary, on, ...counts({ day, month }, metric, { from, now }), ...(last && { last }) }
    }),
  )
  const lag = lagOf(delivered)
  const skipped = sums(tallies.filter(({ status }) => status === 'skipped'))
  return { now, from, metrics, live, backfill, dead, skipped, ...(lag && { lag }), ...(lastImport && { lastImport }) }
}

interface Counted {
  readonly day: readonly ActivityBucket[]
  readonly month: readonly ActivityBucket[]
}

function counts({ day, month }: Counted, metric: string, { from, now }: { from: number; now: number }) {
  const own = day.filter((it) => it.metric === metric)
  const isSent = ({ status }: ActivityBucket) => status === 'delivered'
  const hours = new Array<number>(BARS).fill(0)
  for (const { hour, count } of own.filter(isSent)) hours[(hour - from) / HOUR] = count
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

/** Of history and of replays the lag says nothing about how we do now. */
function lagOf(events: readonly LedgerEvent[]): Overview['lag'] {
  const lags = events
    .filter(({ lane, ingress, time }) => lane === 'live' && ingress !== 'replay' && time !== undefined)
    .map(({ settledAt, time = '' }) => Math.max(0, settledAt - Date.parse(time)))
    .sort((a, b) => a - b)
  if (lags.length === 0) return undefined
  return { median: lags[Math.floor(lags.length / 2)] ?? 0, longest: lags.at(-1) ?? 0, events: lags.length }
}

function sums(tallies: readonly { readonly reason: string; readonly count: number }[]): Overview['skipped'] {
  const found = new Map<string, number>()
  for (const { reason, count } of tallies) found.set(reason, (found.get(reason) ?? 0) + count)
  return [...found].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
}
