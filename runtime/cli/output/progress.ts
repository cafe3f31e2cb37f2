/** A backfill on its way: bars on a terminal, a plain line now and then elsewhere. Always on stderr. */
import type { Progress, StreamProgress } from '../../backfill/types.ts'
import { formatCount, formatDuration } from '../../lib/format.ts'
import { ThroughputMeter } from '../../lib/throughput.ts'
import type { Clock } from '../../ports/effects.ts'
import type { Footer } from './footer.ts'

/** Ten pictures a second are enough for an eye, a line in five seconds for a log. */
const REDRAW = 100
const LINE = 5_000
const BAR = 24

export interface ProgressOptions {
  readonly footer: Footer
  readonly terminal: boolean
  readonly clock: Clock
}

/** Shows the newest progress, no more often than is useful; `end` shows the last one whatever the time. */
export class ProgressDisplay {
  readonly #options: ProgressOptions
  readonly #paces = new Map<string, ThroughputMeter>()
  #shownAt = Number.NEGATIVE_INFINITY
  #shown: Progress | undefined

  constructor(options: ProgressOptions) {
    this.#options = options
  }

  show(progress: Progress): void {
    const now = this.#options.clock.now()
    for (const [name, value] of counts(progress)) this.#pace(name).add(now, value)
    const due = now - this.#shownAt >= (this.#options.terminal ? REDRAW : LINE)
    if (due || progress.phase !== this.#shown?.phase) this.#write(progress, now)
  }

  end(progress: Progress): void {
    if (progress !== this.#shown) this.#write(progress, this.#options.clock.now())
    this.#options.footer.release()
  }

  #write(progress: Progress, now: number): void {
    this.#shownAt = now
    this.#shown = progress
    const pace = (name: string) => this.#pace(name)
    if (this.#options.terminal) this.#options.footer.draw(bars(progress, pace))
    else this.#options.footer.print(`${line(progress)}\n`)
  }

  #pace(name: string): ThroughputMeter {
    const pace = this.#paces.get(name) ?? new ThroughputMeter()
    this.#paces.set(name, pace)
    return pace
  }
}

const SETTLED = 'settled records'

function counts(progress: Progress): readonly (readonly [string, number])[] {
  return [
    ...progress.streams.map((it) => [it.stream, it.seen] as const),
    [SETTLED, seenOf(progress) - progress.waiting] as const,
  ]
}

function bars(progress: Progress, pace: (name: string) => ThroughputMeter): string[] {
  const width = Math.max(0, ...progress.streams.map((it) => it.stream.length))
  const streams = progress.streams.map((it) => `${it.stream.padEnd(width)}  ${bar(it)}  ${speed(it, pace(it.stream))}`)
  const left = pace(SETTLED).left(progress.waiting)
  const rest = progress.phase === 'delivering' && left !== undefined ? `  ${formatDuration(left)} left` : ''
  return [...streams, `${summary(progress)}${rest}`]
}

function bar({ seen, total, done }: StreamProgress): string {
  // A total may be smaller than what was seen: the source counts once, and goes on growing.
  const part = done ? 1 : total ? Math.min(1, seen / total) : 0
  const full = Math.floor(part * BAR)
  const of = total === undefined ? '' : `/${formatCount(Math.max(total, seen))}`
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}  ${formatCount(seen)}${of}`
}

function speed({ seen, total, done }: StreamProgress, pace: ThroughputMeter): string {
  if (done) return 'all read'
  const rate = pace.perSecond()
  if (rate === undefined) return ''
  const left = total === undefined ? undefined : pace.left(Math.max(0, total - seen))
  return `${formatCount(Math.round(rate))}/s${left === undefined ? '' : `  ${formatDuration(left)} left`}`
}

const PHASES: Readonly<Record<Progress['phase'], string>> = {
  lookups: 'fetching what the records refer to',
  reading: 'reading',
  delivering: 'delivering',
  done: 'done',
}

function summary(progress: Progress): string {
  const { phase, eventsSent, skipped, dead, waiting } = progress
  const facts = [
    `sent ${formatCount(eventsSent)}`,
    `skipped ${formatCount(total(skipped))}`,
    `dead ${formatCount(dead)}`,
    `waiting ${formatCount(waiting)}`,
  ]
  return `${PHASES[phase]}: ${facts.join(', ')}`
}

function line(progress: Progress): string {
  const read = progress.streams.map(({ stream, seen, total: of }) => {
    return `${stream} ${formatCount(seen)}${of === undefined ? '' : `/${formatCount(Math.max(of, seen))}`}`
  })
  return [...read, summary(progress)].join(', ')
}

function seenOf(progress: Progress): number {
  return progress.streams.reduce((sum, it) => sum + it.seen, 0)
}

function total(tallies: Readonly<Record<string, number>>): number {
  return Object.values(tallies).reduce((sum, it) => sum + it, 0)
}
