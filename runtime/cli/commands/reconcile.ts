/** `reconcile`: one pass over what has changed at the source, and what it found that no webhook reported. */
import { alignColumns, formatCount, formatJson, plural } from '../../lib/format.ts'
import type { LedgerEvent } from '../../ports/ledger.ts'
import type { Store } from '../../ports/store.ts'
import { countChanged } from '../../reconcile/finds.ts'
import type { ReconcilePass, StreamPass } from '../../reconcile/types.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { CliError, EXIT_CODES } from '../errors.ts'
import { BOTH_SIDES, type OpenConnector, withConnector } from '../with-connector.ts'
import { windowOf } from './backfill.ts'

/** Milliseconds between two looks at the queue. */
const POLL_EVERY = 250

export const reconcileCommand: CommandDefinition = {
  name: 'reconcile',
  summary: 'Read what has changed at the source, and deliver what no webhook reported.',
  options: [
    { flags: '--since <date>', description: 'changes from this date on (default: since the last pass)' },
    { flags: '--until <date>', description: 'changes before this date (default: now)' },
  ],
  examples: [
    ['reconcile', 'after an outage: everything since the last pass'],
    ['reconcile --since 2026-03-01T09:00:00Z --until 2026-03-01T11:00:00Z', 'a window of your own'],
    ['reconcile --json', 'machine-readable report'],
  ],
  run: (context, input) =>
    withConnector(context, { needs: BOTH_SIDES }, async (opened) => {
      const { store, connector, spec } = opened
      const { signal } = context.io
      const [newest] = await store.events({ limit: 1 })
      const pass = await whileDelivering(opened, context, () => connector.reconcile({ ...windowOf(input), signal }))
      if (pass === undefined) throw new CliError(EXIT_CODES.failed, 'another process reconciles this store now')
      const finds = await listFinds(store, newest?.id ?? 0)
      const unrecoverable = spec.mappings.filter(({ stream }) => stream === undefined).map(({ metric }) => metric)
      if (context.json) context.print(formatJson(reportOf(pass, finds, unrecoverable)))
      else context.print(formatReport(pass, finds, { spec, unrecoverable }))
      const isComplete = pass.streams.every(({ missing }) => missing === undefined)
      return isComplete && !signal.aborted ? EXIT_CODES.ok : EXIT_CODES.failed
    }),
}

/** Runs the pass with a worker beside it, and waits until its records are delivered. */
async function whileDelivering(
  { connector, store }: OpenConnector,
  { io }: CommandContext,
  pass: () => Promise<ReconcilePass | undefined>,
): Promise<ReconcilePass | undefined> {
  const stop = new AbortController()
  const working = connector.work({ signal: AbortSignal.any([io.signal, stop.signal]) })
  try {
    const result = await pass()
    while (!io.signal.aborted && result !== undefined && (await store.backlog('backfill')).records > 0)
      await io.clock.sleep(POLL_EVERY, io.signal)
    return result
  } finally {
    stop.abort()
    await working
  }
}

const PAGE = 500

/** Events that a pass was the first to deliver, newest first. */
async function listFinds(store: Pick<Store, 'events'>, after: number): Promise<readonly LedgerEvent[]> {
  const found: LedgerEvent[] = []
  for (let before: number | undefined; ; ) {
    const page = await store.events({
      status: 'delivered',
      after,
      limit: PAGE,
      ...(before !== undefined && { before }),
    })
    found.push(...page.filter(({ ingress, key }) => ingress === 'reconcile' && key !== undefined))
    if (page.length < PAGE) return found
    before = page.at(-1)?.id
  }
}

function countByMetric(finds: readonly LedgerEvent[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { metric } of finds) counts[metric] = (counts[metric] ?? 0) + 1
  return counts
}

function reportOf(pass: ReconcilePass, finds: readonly LedgerEvent[], unrecoverable: readonly string[]) {
  return {
    since: iso(pass.since),
    until: iso(pass.until),
    streams: pass.streams,
    found: finds.length,
    foundByMetric: countByMetric(finds),
    finds: finds.map(({ metric, time, key, lane, record }) => ({ metric, time, key, lane, record })),
    unrecoverable,
  }
}

function formatReport(
  pass: ReconcilePass,
  finds: readonly LedgerEvent[],
  { spec, unrecoverable }: { readonly spec: Spec; readonly unrecoverable: readonly string[] },
): string {
  const changed = countChanged(pass)
  const isWhole = pass.streams.every(({ withoutId, unavailableParts }) => (withoutId ?? unavailableParts) === undefined)
  const head =
    finds.length === 0
      ? `${plural(changed, 'changed record')}, all ${isWhole ? 'known: webhooks missed nothing' : 'known as far as they could be read'}.`
      : `${plural(finds.length, 'event')} that no webhook reported, in ${plural(changed, 'changed record')}:`
  return [
    `Changes at ${spec.source.name} from ${iso(pass.since)} until ${iso(pass.until)}`,
    '',
    ...alignColumns(pass.streams.map((stream) => [stream.stream, readText(stream)])),
    ...pass.streams.flatMap(unavailablePartsLine),
    '',
    head,
    ...alignColumns(
      Object.entries(countByMetric(finds)).map(([metric, count]) => [metric, formatCount(count)]),
      '  ',
    ),
    ...(unrecoverable.length > 0
      ? [`Not checked, since the source keeps no history of it: ${unrecoverable.join(', ')}.`]
      : []),
    '',
  ].join('\n')
}

function readText({ read, missing, withoutId }: StreamPass): string {
  return [
    `${formatCount(read)} changed`,
    ...(withoutId === undefined ? [] : [`${formatCount(withoutId)} without an id set apart as dead letters`]),
    ...(missing === undefined ? [] : [`${formatCount(missing)} more counted but not given; run it again`]),
  ].join(', ')
}

function unavailablePartsLine({ stream, unavailableParts }: StreamPass): string[] {
  if (unavailableParts === undefined) return []
  const { parts, records, ids } = unavailableParts
  const rest = records > ids.length ? ' …' : ''
  return [
    `Of ${formatCount(records)} ${stream} only the newest parts could be read; ${plural(parts, 'part')} may be from this time: ${ids.join(', ')}${rest}`,
  ]
}

const iso = (ms: number) => new Date(ms).toISOString()
