/** What a backfill came to: seen, sent, skipped by reason, dead. */
import type { Progress } from '../../backfill/types.ts'
import { columns, formatCount, formatDuration } from '../../lib/format.ts'
import type { Painter } from '../io.ts'

/** The machine's report: one JSON object. */
export function reportData(progress: Progress, finished: boolean) {
  return {
    run: progress.run,
    finished,
    resumed: progress.resumed,
    since: progress.window.since === undefined ? null : iso(progress.window.since),
    until: iso(progress.window.until),
    seen: Object.fromEntries(progress.streams.map((it) => [it.stream, it.seen])),
    sent: progress.eventsSent,
    sentByMetric: progress.sentByMetric,
    skipped: progress.skipped,
    dead: progress.dead,
    waiting: progress.waiting,
    elapsed: progress.elapsed,
  }
}

/** The person's report. */
export function reportText(progress: Progress, finished: boolean, paint: Painter): string {
  const { streams, eventsSent, sentByMetric, skipped, dead, waiting, elapsed } = progress
  const sum = Object.values(skipped).reduce((all, it) => all + it, 0)
  const head = finished ? paint('green', 'Backfill finished') : paint('yellow', 'Backfill stopped')
  const deadHelp = dead === 0 ? '' : `  ${paint('red', 'see them: connector dead-letters list')}`
  return [
    `${head} after ${formatDuration(elapsed)} (run ${progress.run})`,
    windowText(progress),
    '',
    ...part('seen', total(streams.map((it) => it.seen)), Object.fromEntries(streams.map((it) => [it.stream, it.seen]))),
    ...part('sent', eventsSent, sentByMetric),
    ...part('skipped', sum, skipped),
    `dead     ${formatCount(dead)}${deadHelp}`,
    ...(finished ? [] : [`waiting  ${formatCount(waiting)}`, '', GOES_ON]),
    '',
  ].join('\n')
}

/** Where history ends is where live delivery begins, so that nothing is sent as both. */
function windowText({ window: { since, until } }: Progress): string {
  return `What happened ${since === undefined ? 'from the beginning' : `from ${iso(since)}`} until ${iso(until)}.`
}

const iso = (ms: number) => new Date(ms).toISOString()

const GOES_ON = 'Nothing is lost: the same command goes on where it stopped.'

function part(title: string, sum: number, by: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(by)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => [name, formatCount(value)])
  return [`${title.padEnd(8)} ${formatCount(sum)}`, ...columns(rows, ' '.repeat(9))]
}

function total(values: readonly number[]): number {
  return values.reduce((sum, it) => sum + it, 0)
}
