/** Formats counters and gauges of the store in the Prometheus text format. */
import type { Clock } from '../../ports/effects.ts'
import type { Tally } from '../../ports/ledger.ts'
import type { Store } from '../../ports/store.ts'
import { LANES } from '../../ports/types.ts'
import { countFinds } from '../../reconcile/finds.ts'
import { readReconcileState } from '../../reconcile/state.ts'
import type { ReconcilePass } from '../../reconcile/types.ts'
import type { CliApp } from '../app.ts'

/** prometheus.io/docs/instrumenting/exposition_formats */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]
type MetricsStore = Pick<Store, 'tallies' | 'backlog' | 'countDeadLetters' | 'readCheckpoint'>

export interface MetricsOptions {
  readonly app: Pick<CliApp, 'name' | 'version'>
  readonly store: MetricsStore
  readonly clock: Clock
  /** Lines of output that could not be written. */
  readonly droppedLines?: (() => number) | undefined
}

export async function formatMetrics({ app, store, clock, droppedLines = () => 0 }: MetricsOptions): Promise<string> {
  const [tallies, dead, { last }, ...lanes] = await Promise.all([
    store.tallies(),
    store.countDeadLetters(),
    readReconcileState(store),
    ...LANES.map(async (lane) => ({ lane, backlog: await store.backlog(lane) })),
  ])
  const now = clock.now()
  const waiting = lanes.map(({ lane, backlog }) => [{ lane }, backlog.records] as const)
  const oldest = lanes.map(
    ({ lane, backlog: { oldest: at = now } }) => [{ lane }, Math.max(0, now - at) / 1000] as const,
  )
  return [
    family('connector_info', 'gauge', 'Version of the connector.', [[{ name: app.name, version: app.version }, 1]]),
    family('connector_events_total', 'counter', 'Events by outcome.', eventSamples(tallies.filter(hasEnded))),
    family('connector_waiting_events', 'gauge', 'Events that wait for their contact.', waitingSamples(tallies)),
    family(
      'connector_missed_events_total',
      'counter',
      'Events that no webhook reported.',
      [...countFinds(tallies)].map(([metric, count]) => [{ metric }, count]),
    ),
    ...(last === undefined ? [] : [reconcileFamilies(last)]),
    family('connector_backlog_records', 'gauge', 'Records waiting, by lane.', waiting),
    family('connector_oldest_waiting_seconds', 'gauge', 'Age of the oldest waiting record.', oldest),
    family('connector_dead_letters', 'gauge', 'Dead letters.', [[{}, dead]]),
    family('connector_dropped_log_lines_total', 'counter', 'Lines of the log not written.', [[{}, droppedLines()]]),
  ].join('')
}

function reconcileFamilies({ endedAt, streams }: ReconcilePass): string {
  const changed = streams.map(({ stream, read }): Sample => [{ stream }, read])
  return [
    family('connector_reconcile_timestamp_seconds', 'gauge', 'End of the last check.', [[{}, endedAt / 1000]]),
    family('connector_reconcile_changed_records', 'gauge', 'Changed records in the last check.', changed),
  ].join('')
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

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
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
