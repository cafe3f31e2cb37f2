/** Formats the status text at `/`, for clients that do not accept HTML. */
import type { Connector } from '../../connector.ts'
import type { ConnectionStats } from '../../http/connection-stats.ts'
import { describePause } from '../../http/pauses.ts'
import { alignColumns, formatCount, formatDuration } from '../../lib/format.ts'
import type { Clock } from '../../ports/effects.ts'
import type { Backlog } from '../../ports/store.ts'
import type { CliApp } from '../app.ts'

export interface StatusOptions {
  readonly app: Pick<CliApp, 'name' | 'version' | 'summary'>
  readonly connector: Pick<Connector, 'spec' | 'store' | 'gate' | 'connectionStats'>
  readonly clock: Clock
  /** The process that delivers in place of this one. */
  readonly owner?: string | undefined
  /** May name accounts and hosts. Absent: left out. */
  readonly details: { readonly proxy: string | undefined } | undefined
}

export async function formatStatus({ app, connector, clock, owner, details }: StatusOptions): Promise<string> {
  const { spec, store, gate } = connector
  const proxy = details?.proxy
  const [live, backfill, dead, tallies] = await Promise.all([
    store.backlog('live'),
    store.backlog('backfill'),
    store.countDeadLetters(),
    store.tallies(),
  ])
  await gate.check?.()
  const paused = gate.pausedReason()
  const rows = tallies.map(({ metric, status, reason, scope, count }) => [
    metric,
    status,
    reason,
    scope,
    formatCount(count),
  ])
  return [
    `${app.name} ${app.version}`,
    app.summary,
    '',
    ...alignColumns([
      ['webhooks', `POST ${spec.webhook.path}`],
      ...(proxy === undefined ? [] : [['requests', `through ${proxy}`]]),
      ...(owner === undefined ? [] : [['delivery', details ? `in process ${owner}` : 'in another process']]),
      ...(paused === undefined ? [] : [['delivery', details ? `paused: ${paused}` : 'paused; the console says why']]),
      ...pauseTexts(connector).map((text) => ['pause', text]),
      ['waiting', `live ${waitingText(live, clock)}; history ${waitingText(backfill, clock)}`],
      ['dead', dead === 0 ? 'none' : `${formatCount(dead)}; connector dead-letters list`],
    ]),
    '',
    ...(rows.length === 0 ? ['No events yet.'] : ['Events so far:', '', ...alignColumns(rows, '  ')]),
    '',
  ].join('\n')
}

function pauseTexts({ spec, connectionStats }: StatusOptions['connector']): readonly string[] {
  const { source, destination } = connectionStats()
  const ofSide = (side: string, { pauses = [] }: ConnectionStats) => pauses.map((pause) => describePause(side, pause))
  return [...ofSide(spec.source.name, source), ...ofSide(spec.destination.name, destination)]
}

function waitingText({ records, oldest }: Backlog, clock: Clock): string {
  return oldest === undefined
    ? formatCount(records)
    : `${formatCount(records)} (oldest ${formatDuration(clock.now() - oldest)})`
}
