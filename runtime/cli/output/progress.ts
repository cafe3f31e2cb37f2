/** Shows the progress of an import on stderr: bars on a terminal, elsewhere a line every few seconds. */
import { countRead, sumCounts } from '../../backfill/counts.ts'
import type { BackfillProgress, StreamProgress } from '../../backfill/types.ts'
import { formatCount, formatDuration } from '../../lib/format.ts'
import { ThroughputMeter } from '../../lib/throughput-meter.ts'
import type { Clock } from '../../ports/effects.ts'
import type { Footer } from './footer.ts'

/** Between redraws on a terminal, and between lines in a log. */
const REDRAW_MS = 100
const LINE_MS = 5_000
const BAR_WIDTH = 24

export interface ProgressOptions {
  readonly footer: Footer
  readonly terminal: boolean
  readonly clock: Clock
}

/** Throttles what it shows; `end` always shows the last progress. */
export class ProgressDisplay {
  readonly #options: ProgressOptions
  readonly #meters = new Map<string, ThroughputMeter>()
  #shownAt = Number.NEGATIVE_INFINITY
  #shown: BackfillProgress | undefined

  constructor(options: ProgressOptions) {
    this.#options = options
  }

  show(progress: BackfillProgress): void {
    const now = this.#options.clock.now()
    for (const [name, value] of counts(progress)) this.#meter(name).add(now, value)
    const due = now - this.#shownAt >= (this.#options.terminal ? REDRAW_MS : LINE_MS)
    if (due || progress.phase !== this.#shown?.phase) this.#write(progress, now)
  }

  end(progress: BackfillProgress): void {
    if (progress !== this.#shown) this.#write(progress, this.#options.clock.now())
    this.#options.footer.release()
  }

  #write(progress: BackfillProgress, now: number): void {
    this.#shownAt = now
    this.#shown = progress
    if (this.#options.terminal) this.#options.footer.draw(bars(progress, (name) => this.#meter(name)))
    else this.#options.footer.print(`${line(progress)}\n`)
  }

  #meter(name: string): ThroughputMeter {
    const meter = this.#meters.get(name) ?? new ThroughputMeter()
    this.#meters.set(name, meter)
    return meter
  }
}

const SETTLED = 'settled records'

function counts(progress: BackfillProgress): readonly (readonly [string, number])[] {
  return [
    ...progress.streams.map(({ stream, recordsRead }) => [stream, recordsRead] as const),
    [SETTLED, countRead(progress) - progress.waiting] as const,
  ]
}

function bars(progress: BackfillProgress, meterOf: (name: string) => ThroughputMeter): string[] {
  const width = Math.max(0, ...progress.streams.map(({ stream }) => stream.length))
  const streams = progress.streams.map(
    (stream) => `${stream.stream.padEnd(width)}  ${bar(stream)}  ${speed(stream, meterOf(stream.stream))}`,
  )
  const left = meterOf(SETTLED).timeLeft(progress.waiting)
  const rest = progress.phase === 'delivering' && left !== undefined ? `  ${formatDuration(left)} left` : ''
  return [...streams, `${summary(progress)}${rest}`]
}

function bar({ recordsRead, total, done }: StreamProgress): string {
  // `recordsRead` may exceed the total, which the source counts once while new records arrive.
  const share = done ? 1 : total ? Math.min(1, recordsRead / total) : 0
  const full = Math.floor(share * BAR_WIDTH)
  const ofTotal = total === undefined ? '' : `/${formatCount(Math.max(total, recordsRead))}`
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}  ${formatCount(recordsRead)}${ofTotal}`
}

function speed({ recordsRead, total, done }: StreamProgress, meter: ThroughputMeter): string {
  if (done) return 'all read'
  const rate = meter.perSecond()
  if (rate === undefined) return ''
  const left = total === undefined ? undefined : meter.timeLeft(Math.max(0, total - recordsRead))
  return `${formatCount(Math.round(rate))}/s${left === undefined ? '' : `  ${formatDuration(left)} left`}`
}

const PHASE_TEXT: Readonly<Record<BackfillProgress['phase'], string>> = {
  lookups: 'fetching referenced resources',
  reading: 'reading',
  delivering: 'delivering',
  done: 'done',
  incomplete: 'incomplete',
}

function summary(progress: BackfillProgress): string {
  const { phase, eventsSent, skipped, dead, waiting } = progress
  const facts = [
    `sent ${formatCount(eventsSent)}`,
    `skipped ${formatCount(sumCounts(skipped))}`,
    `dead ${formatCount(dead)}`,
    `waiting ${formatCount(waiting)}`,
  ]
  return `${PHASE_TEXT[phase]}: ${facts.join(', ')}`
}

function line(progress: BackfillProgress): string {
  const read = progress.streams.map(({ stream, recordsRead, total: expected }) => {
    return `${stream} ${formatCount(recordsRead)}${expected === undefined ? '' : `/${formatCount(Math.max(expected, recordsRead))}`}`
  })
  return [...read, summary(progress)].join(', ')
}
