/** The counters and gauges of one connector, or of many, in the Prometheus text format. */
import pLimit from 'p-limit'
import type { Connector } from './connector.ts'
import type { Clock } from './ports/effects.ts'
import type { Tally } from './ports/ledger.ts'
import type { Store } from './ports/store.ts'
import { LANES } from './ports/types.ts'
import { countFinds } from './reconcile/finds.ts'
import { readReconcileState } from './reconcile/state.ts'
import type { ReconcilePass } from './reconcile/types.ts'
import { systemClock } from './system.ts'

/** The content type of the text: prometheus.io/docs/instrumenting/exposition_formats */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type MetricsStore = Pick<Store, 'tallies' | 'backlog' | 'countDeadLetters' | 'readCheckpoint'>

/** A connector, or anything with its store. */
export interface MetricsSource {
  readonly store: MetricsStore
}

/** One connector of many. */
export interface TenantMetricsSource {
  /** The value of the label `tenant`. */
  readonly tenant: string
  readonly connector: Pick<Connector, 'store'> | MetricsSource
}

export interface MetricsOptions {
  /** For the ages of waiting records. Default: that of the system. */
  readonly clock?: Pick<Clock, 'now'>
  /** The program, for `connector_info`. Absent: no such metric. */
  readonly info?: { readonly name: string; readonly version: string }
  /** Lines of output that could not be written. Absent: no such metric. */
  readonly droppedLines?: (() => number) | undefined
}

/** Stores read at once. */
const CONCURRENCY = 20

/**
 * Reads the totals of a connector, or of many, and formats them: each sample of many has a label `tenant`. Reads the stores
 * and asks no one else; throws the error of a store.
 */
export async function metricsText(
  source: MetricsSource | Iterable<TenantMetricsSource>,
  { clock = systemClock, info, droppedLines }: MetricsOptions = {},
): Promise<string> {
  const limit = pLimit(CONCURRENCY)
  const now = clock.now()
  const all = Symbol.iterator in source ? [...source] : [{ tenant: undefined, connector: source }]
  const read = all.map(({ tenant, connector }) =>
    limit(async () => {
      const samples = await readSamples(connector.store, now)
      return tenant === undefined ? samples : withTenant(samples, tenant)
    }),
  )
  const tenants = await Promise.all(read)
  const families = FAMILIES.map(([name, type, help]) => {
    const samples = tenants.flatMap((one) => one[name] ?? [])
    return samples.length === 0 && !ALWAYS.has(name) ? '' : metricFamily(name, type, help, samples)
  })
  return [
    ...(info ? [metricFamily('connector_info', 'gauge', 'Version of the connector.', [[{ ...info }, 1]])] : []),
    ...families,
    ...(droppedLines
      ? [
          metricFamily('connector_dropped_log_lines_total', 'counter', 'Lines of the log not written.', [
            [{}, droppedLines()],
          ]),
        ]
      : []),
  ].join('')
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

const FAMILIES = [
  ['connector_events_total', 'counter', 'Events by outcome.'],
  ['connector_waiting_events', 'gauge', 'Events that wait for their contact.'],
  ['connector_missed_events_total', 'counter', 'Events that no webhook reported.'],
  ['connector_reconcile_timestamp_seconds', 'gauge', 'End of the last check.'],
  ['connector_reconcile_changed_records', 'gauge', 'Changed records in the last check.'],
  ['connector_backlog_records', 'gauge', 'Records waiting, by lane.'],
  ['connector_oldest_waiting_seconds', 'gauge', 'Age of the oldest waiting record.'],
  ['connector_dead_letters', 'gauge', 'Dead letters.'],
] as const

type Samples = { readonly [name in (typeof FAMILIES)[number][0]]?: readonly Sample[] }

/** In the text without a sample, too, so that an alert finds them. */
const ALWAYS: ReadonlySet<string> = new Set([
  'connector_events_total',
  'connector_waiting_events',
  'connector_missed_events_total',
])

async function readSamples(store: MetricsStore, now: number): Promise<Samples> {
  const [tallies, dead, { last }, ...lanes] = await Promise.all([
    store.tallies(),
    store.countDeadLetters(),
    readReconcileState(store),
    ...LANES.map(async (lane) => ({ lane, backlog: await store.backlog(lane) })),
  ])
  return {
    connector_events_total: eventSamples(tallies.filter(hasEnded)),
    connector_waiting_events: waitingSamples(tallies),
    connector_missed_events_total: [...countFinds(tallies)].map(([metric, count]) => [{ metric }, count]),
    ...(last && reconcileSamples(last)),
    connector_backlog_records: lanes.map(({ lane, backlog }) => [{ lane }, backlog.records]),
    connector_oldest_waiting_seconds: lanes.map(({ lane, backlog: { oldest = now } }) => [
      { lane },
      Math.max(0, now - oldest) / 1000,
    ]),
    connector_dead_letters: [[{}, dead]],
  }
}

const reconcileSamples = ({ endedAt, streams }: ReconcilePass): Samples => ({
  connector_reconcile_timestamp_seconds: [[{}, endedAt / 1000]],
  connector_reconcile_changed_records: streams.map(({ stream, read }) => [{ stream }, read]),
})

function withTenant(samples: Samples, tenant: string): Samples {
  const entries = Object.entries(samples).map(([name, all]): [string, readonly Sample[]] => [
    name,
    all.map(([labels, value]) => [{ tenant, ...labels }, value]),
  ])
  return Object.fromEntries(entries)
}

/** Summed over import runs: one label per run would grow without bound. */
function eventSamples(tallies: readonly Tally[]): Sample[] {
  const sums = new Map<string, { labels: Record<string, string>; value: number }>()
  for (const { metric, status, reason, count } of tallies) {
    const name = JSON.stringify([metric, status, reason])
    const sum = sums.get(name) ?? { labels: { metric, status, reason }, value: 0 }
    sum.value += count
    sums.set(name, sum)
  }
  return [...sums.values()].map(({ labels, value }) => [labels, value])
}

/** A counter never falls, and events that wait leave their total. */
const hasEnded = ({ status }: Tally): boolean => status !== 'deferred'

function waitingSamples(tallies: readonly Tally[]): Sample[] {
  const waiting = eventSamples(tallies.filter((tally) => !hasEnded(tally)))
  return waiting.map(([{ metric = '', reason = '' }, value]) => [{ metric, reason }, value])
}

/** A metric with its samples, as Prometheus reads them. */
export function metricFamily(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`)
  return `${[`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n')}\n`
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
}
