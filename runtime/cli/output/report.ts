/** Reports imports: records read, events sent, left out by reason, dead. */
import { describeShortfalls, describeUnavailableParts, groupLiveEnds } from '../../backfill/completeness.ts'
import { countFound, countRead, sum, sumCounts } from '../../backfill/counts.ts'
import type { BackfillProgress, MetricCounts, StreamProgress } from '../../backfill/types.ts'
import { alignColumns, formatCount, formatDuration, formatTime, plural } from '../../lib/format.ts'
import { PARTS_UNAVAILABLE } from '../../ports/ledger.ts'
import { describeSkipReason } from '../../skip-reasons.ts'
import type { Painter } from '../io.ts'

/** The report of `--json`. */
export function reportToJson(progress: BackfillProgress) {
  const { run, phase, resumed, window, streams, startedAt, endedAt } = progress
  return {
    run,
    phase,
    finished: phase === 'done',
    startedBy: progress.startedBy ?? null,
    startedAt: iso(startedAt),
    endedAt: endedAt === undefined ? null : iso(endedAt),
    resumed,
    since: window.since === undefined ? null : iso(window.since),
    until: iso(window.until),
    untilByMetric: Object.fromEntries(
      Object.entries(window.untilByMetric ?? {}).map(([metric, until]) => [metric, iso(until)]),
    ),
    only: progress.only ?? null,
    seen: Object.fromEntries(streams.map(({ stream, recordsRead }) => [stream, recordsRead])),
    counted: Object.fromEntries(streams.map(({ stream, total = null }) => [stream, total])),
    missing: Object.fromEntries(streams.flatMap(({ stream, missing }) => (missing ? [[stream, missing]] : []))),
    unavailableParts: Object.fromEntries(
      streams.flatMap(({ stream, unavailableParts: parts }) => (parts ? [[stream, parts]] : [])),
    ),
    sent: progress.eventsSent,
    sentByMetric: progress.sentByMetric,
    alreadySent: progress.alreadySent,
    skipped: progress.skipped,
    byMetric: progress.byMetric.map((counts) => ({ ...counts, found: countFound(counts) })),
    dead: progress.dead,
    deadByReason: progress.deadByReason,
    waiting: progress.waiting,
    elapsed: progress.elapsed,
  }
}

export function formatReport(progress: BackfillProgress, paint: Painter): string {
  const { phase, streams, dead, deadByReason, waiting, elapsed } = progress
  const isOpen = phase !== 'done' && phase !== 'incomplete'
  const deadHelp = dead === 0 ? '' : `  ${paint('red', 'list them: connector dead-letters list')}`
  return [
    `${headline(phase, paint)} after ${formatDuration(elapsed)} (run ${progress.run})`,
    ...windowLines(progress),
    ...describeShortfalls(progress).map(({ text, isIncomplete }) => paint(isIncomplete ? 'red' : 'yellow', text)),
    ...(phase === 'incomplete' ? [INCOMPLETE_HINT] : []),
    ...unavailablePartsLines(progress, paint),
    '',
    `read     ${formatCount(countRead(progress))}`,
    ...alignColumns(
      streams.map((stream) => [stream.stream, seenText(stream)]),
      INDENT,
    ),
    `sent     ${formatCount(progress.eventsSent)}`,
    ...alignColumns(progress.byMetric.filter(({ metric }) => metric !== '').map(sentRow), INDENT),
    ...(progress.alreadySent > 0
      ? [`already  ${formatCount(progress.alreadySent)} sent before, not counted twice`]
      : []),
    ...awaitingLine(progress),
    ...leftOutLines(progress),
    `dead     ${formatCount(dead)}${deadHelp}`,
    ...alignColumns(
      Object.entries(deadByReason).map(([code, count]) => [code, formatCount(count)]),
      INDENT,
    ),
    ...(isOpen ? [`waiting  ${formatCount(waiting)}`, '', RESUME_HINT] : []),
    '',
  ].join('\n')
}

const INDENT = ' '.repeat(9)

function unavailablePartsLines(progress: BackfillProgress, paint: Painter): string[] {
  const lines = describeUnavailableParts(progress).map((text) => paint('yellow', text))
  return lines.length === 0
    ? []
    : [...lines, `List these records: connector runs ${progress.run} --reason ${PARTS_UNAVAILABLE}`]
}

function awaitingLine({ byMetric }: BackfillProgress): string[] {
  const count = sum(byMetric.map(({ awaitingIdentity }) => awaitingIdentity))
  if (count === 0) return []
  return [`later    ${plural(count, 'event')} will be sent once the contact has an e-mail address or phone number`]
}

/** Each reason with its count and meaning, and how to list the events. */
function leftOutLines({ skipped, run }: BackfillProgress): string[] {
  const rows = Object.entries(skipped).sort(([, a], [, b]) => b - a)
  const lines = rows.map(([reason, count]) => [reason, formatCount(count), describeSkipReason(reason)])
  const count = sumCounts(skipped)
  if (rows.length === 0) return [`left out ${formatCount(count)}`]
  const help = `list them: connector runs ${run} --reason ${rows[0]?.[0]}`
  return [`left out ${formatCount(count)}  ${help}`, ...alignColumns(lines, INDENT)]
}

/** The runs of a store, one a line. */
export function formatRuns(runs: readonly BackfillProgress[], paint: Painter): string {
  const header = ['run', 'began', 'by', 'window', 'took', 'read', 'sent', 'before', 'left out', 'dead', 'state']
  const rows = runs.map((run) => [
    run.run,
    formatTime(run.startedAt),
    run.startedBy ?? 'host',
    `${run.window.since === undefined ? 'all' : iso(run.window.since).slice(0, 10)} to ${iso(run.window.until).slice(0, 10)}${run.only ? ` (${run.only.join(', ')})` : ''}`,
    run.endedAt === undefined ? '' : formatDuration(run.endedAt - run.startedAt),
    readText(run),
    formatCount(run.eventsSent),
    formatCount(run.alreadySent),
    formatCount(sumCounts(run.skipped)),
    formatCount(run.dead),
    runState(run, paint),
  ])
  return `${alignColumns([header, ...rows]).join('\n')}\n`
}

function readText({ streams }: BackfillProgress): string {
  const read = countRead({ streams })
  const counted = streams.every((stream) => stream.total !== undefined)
    ? sum(streams.map(({ recordsRead, total: all = 0 }) => Math.max(recordsRead, all)))
    : undefined
  return counted === undefined || counted === read ? formatCount(read) : `${formatCount(read)}/${formatCount(counted)}`
}

function runState({ phase, endedAt, streams }: BackfillProgress, paint: Painter): string {
  const parts = sum(streams.map(({ unavailableParts }) => unavailableParts?.parts ?? 0))
  if (phase === 'done' && parts > 0) return paint('yellow', `complete, but ${plural(parts, 'part')} unavailable`)
  if (phase === 'done') return paint('green', 'complete')
  if (phase === 'incomplete') return paint('red', 'incomplete')
  return paint('yellow', endedAt === undefined ? 'unfinished' : 'replaced')
}

function headline(phase: BackfillProgress['phase'], paint: Painter): string {
  if (phase === 'done') return paint('green', 'Import finished')
  return phase === 'incomplete' ? paint('red', 'Import incomplete') : paint('yellow', 'Import stopped')
}

function seenText({ recordsRead, total: counted }: StreamProgress): string {
  const read = formatCount(recordsRead)
  if (counted === undefined) return `${read} (total unknown)`
  return counted > recordsRead ? `${read} of ${formatCount(counted)}` : read
}

/** The window, and the metrics of which live delivery brings the newest events. */
function windowLines(progress: BackfillProgress): string[] {
  const { since, until } = progress.window
  const window = `Events ${since === undefined ? 'from the beginning' : `from ${iso(since)}`} until ${iso(until)}.`
  const rows = groupLiveEnds(progress.window).map(({ end, metrics }) => [`from ${iso(end)}`, metrics.join(', ')])
  return rows.length === 0 ? [window] : [window, LEFT_TO_LIVE, ...alignColumns(rows, INDENT)]
}

const iso = (ms: number) => new Date(ms).toISOString()

const LEFT_TO_LIVE = 'Live delivery brings the newest (skipped as after-live-began, unless delivered already):'
const RESUME_HINT = 'Run the same command again to resume: it keeps what it has read.'
const INCOMPLETE_HINT =
  'Run the same command again to continue from there. If it stays incomplete, check `records` and `next` of the stream in connector.yaml.'

const sentRow = (counts: MetricCounts) => [
  counts.metric,
  `${formatCount(counts.sent)} of ${formatCount(countFound(counts))} found`,
]
