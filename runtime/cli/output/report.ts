/** Reports the result of an import: records read, events sent, skipped by reason, dead. */
import type { BackfillProgress } from '../../backfill/types.ts'
import { alignColumns, formatCount, formatDuration } from '../../lib/format.ts'
import type { Painter } from '../io.ts'

/** The report of `--json`. */
export function reportToJson(progress: BackfillProgress, finished: boolean) {
  return {
    run: progress.run,
    finished,
    resumed: progress.resumed,
    since: progress.window.since === undefined ? null : iso(progress.window.since),
    until: iso(progress.window.until),
    seen: Object.fromEntries(progress.streams.map(({ stream, recordsRead }) => [stream, recordsRead])),
    sent: progress.eventsSent,
    sentByMetric: progress.sentByMetric,
    skipped: progress.skipped,
    dead: progress.dead,
    waiting: progress.waiting,
    elapsed: progress.elapsed,
  }
}

export function formatReport(progress: BackfillProgress, finished: boolean, paint: Painter): string {
  const { streams, eventsSent, sentByMetric, skipped, dead, waiting, elapsed } = progress
  const skippedCount = Object.values(skipped).reduce((sum, count) => sum + count, 0)
  const head = finished ? paint('green', 'Import finished') : paint('yellow', 'Import stopped')
  const deadHelp = dead === 0 ? '' : `  ${paint('red', 'list them: connector dead-letters list')}`
  return [
    `${head} after ${formatDuration(elapsed)} (run ${progress.run})`,
    windowText(progress),
    '',
    ...section(
      'seen',
      total(streams.map(({ recordsRead }) => recordsRead)),
      Object.fromEntries(streams.map(({ stream, recordsRead }) => [stream, recordsRead])),
    ),
    ...section('sent', eventsSent, sentByMetric),
    ...section('skipped', skippedCount, skipped),
    `dead     ${formatCount(dead)}${deadHelp}`,
    ...(finished ? [] : [`waiting  ${formatCount(waiting)}`, '', RESUME_HINT]),
    '',
  ].join('\n')
}

/** The import ends where live delivery begins, so that no event is sent twice. */
function windowText({ window: { since, until } }: BackfillProgress): string {
  return `Events ${since === undefined ? 'from the beginning' : `from ${iso(since)}`} until ${iso(until)}.`
}

const iso = (ms: number) => new Date(ms).toISOString()

const RESUME_HINT = 'Nothing is lost. Run the same command again to resume.'

function section(title: string, count: number, by: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(by)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => [name, formatCount(value)])
  return [`${title.padEnd(8)} ${formatCount(count)}`, ...alignColumns(rows, ' '.repeat(9))]
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
