/** Reports the result of an import: records read, events sent, skipped by reason, dead. */
import { describeShortfalls } from '../../backfill/completeness.ts'
import type { BackfillProgress, StreamProgress } from '../../backfill/types.ts'
import { alignColumns, formatCount, formatDuration } from '../../lib/format.ts'
import type { Painter } from '../io.ts'

/** The report of `--json`. */
export function reportToJson(progress: BackfillProgress) {
  return {
    run: progress.run,
    phase: progress.phase,
    finished: progress.phase === 'done',
    resumed: progress.resumed,
    since: progress.window.since === undefined ? null : iso(progress.window.since),
    until: iso(progress.window.until),
    seen: Object.fromEntries(progress.streams.map(({ stream, recordsRead }) => [stream, recordsRead])),
    counted: Object.fromEntries(progress.streams.map(({ stream, total = null }) => [stream, total])),
    missing: Object.fromEntries(
      progress.streams.flatMap(({ stream, missing }) => (missing ? [[stream, missing]] : [])),
    ),
    sent: progress.eventsSent,
    sentByMetric: progress.sentByMetric,
    skipped: progress.skipped,
    dead: progress.dead,
    waiting: progress.waiting,
    elapsed: progress.elapsed,
  }
}

export function formatReport(progress: BackfillProgress, paint: Painter): string {
  const { phase, streams, eventsSent, sentByMetric, skipped, dead, waiting, elapsed } = progress
  const skippedCount = Object.values(skipped).reduce((sum, count) => sum + count, 0)
  const isOpen = phase !== 'done' && phase !== 'incomplete'
  const deadHelp = dead === 0 ? '' : `  ${paint('red', 'list them: connector dead-letters list')}`
  return [
    `${headline(phase, paint)} after ${formatDuration(elapsed)} (run ${progress.run})`,
    windowText(progress),
    ...describeShortfalls(progress).map(({ text, isIncomplete }) => paint(isIncomplete ? 'red' : 'yellow', text)),
    ...(phase === 'incomplete' ? [INCOMPLETE_HINT] : []),
    '',
    `seen     ${formatCount(total(streams.map(({ recordsRead }) => recordsRead)))}`,
    ...alignColumns(
      streams.map((stream) => [stream.stream, seenText(stream)]),
      ' '.repeat(9),
    ),
    ...section('sent', eventsSent, sentByMetric),
    ...section('skipped', skippedCount, skipped),
    `dead     ${formatCount(dead)}${deadHelp}`,
    ...(isOpen ? [`waiting  ${formatCount(waiting)}`, '', RESUME_HINT] : []),
    '',
  ].join('\n')
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

/** The import ends where live delivery begins, so that no event is sent twice. */
function windowText({ window: { since, until } }: BackfillProgress): string {
  return `Events ${since === undefined ? 'from the beginning' : `from ${iso(since)}`} until ${iso(until)}.`
}

const iso = (ms: number) => new Date(ms).toISOString()

const RESUME_HINT = 'Nothing is lost. Run the same command again to resume.'
const INCOMPLETE_HINT =
  'Run the same command again to continue from there. If it stays incomplete, check `records` and `next` of the stream in connector.yaml.'

function section(title: string, count: number, by: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(by)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => [name, formatCount(value)])
  return [`${title.padEnd(8)} ${formatCount(count)}`, ...alignColumns(rows, ' '.repeat(9))]
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
