/** How far an import is as a whole: records read of those estimated, start, elapsed time, and the end or its estimate. */
import { html } from 'hono/html'
import { countRead, sum } from '../../../backfill/counts.ts'
import type { BackfillProgress, StreamProgress } from '../../../backfill/types.ts'
import { capitalize, formatCount, formatDuration, plural } from '../../../lib/format.ts'
import { timeElement } from '../../format-html.ts'
import type { Html } from '../../types.ts'
import type { ImportStatus } from './import-runner.ts'

export interface Overall {
  readonly read: number
  /** Undefined while there is neither a count nor an estimate of a stream. */
  readonly expected?: number
  /** From 0 to 1. */
  readonly share?: number
  /** Milliseconds, at the present speed. */
  readonly left?: number
}

type Run = Pick<BackfillProgress, 'streams' | 'phase' | 'startedAt' | 'waiting'>

/** Of a stream: the source's count, else the estimate before the import. Never less than was read. */
function expectedOf({ total, estimated, recordsRead, done }: StreamProgress): number | undefined {
  const count = total ?? estimated
  if (count === undefined) return done ? recordsRead : undefined
  return Math.max(count, recordsRead)
}

export function overallOf(
  run: Run,
  { now, perSecond }: { readonly now: number; readonly perSecond?: number | undefined },
): Overall {
  const read = countRead(run)
  const counts = run.streams.map(expectedOf)
  if (counts.includes(undefined)) return { read }
  const expected = sum(counts.map((count = 0) => count))
  const share = isRead(run) ? 1 : expected === 0 ? 0 : read / expected
  const left = timeLeft(run, { now, perSecond, read, expected })
  return { read, expected, share, ...(left !== undefined && { left }) }
}

const isRead = ({ phase }: Pick<Run, 'phase'>) => phase === 'delivering' || phase === 'done'

interface Pace {
  readonly now: number
  readonly perSecond: number | undefined
  readonly read: number
  readonly expected: number
}

/** At the speed of reading; once all is read, at the average speed of sending. */
function timeLeft(run: Run, { now, perSecond, read, expected }: Pace): number | undefined {
  const elapsed = now - run.startedAt
  const processed = read - run.waiting
  const average = (count: number) => (elapsed > 0 ? (count * 1000) / elapsed : 0)
  const [rest, speed] = isRead(run) ? [run.waiting, average(processed)] : [expected - read, perSecond ?? average(read)]
  return speed > 0 ? (rest * 1000) / speed : undefined
}

/** The bar of a run and its times. `isRunning`: here or in another process. */
export function overallSection(
  status: ImportStatus,
  { now, isRunning }: { readonly now: number; readonly isRunning: boolean },
): Html {
  const { progress, speed } = status
  const perSecond = [...speed.values()].at(-1)?.perSecond
  const overall = overallOf(progress, { now, perSecond })
  const { read, expected, share } = overall
  const percent = share === undefined ? undefined : `${Math.floor(share * 100)}%`
  const text =
    expected === undefined
      ? `${plural(read, 'record')} read, of a number that is not known yet`
      : `${formatCount(read)} of ${plural(expected, 'record')} read`
  return html`<div class="overall">
<p class="row apart"><span class="big">${percent ?? formatCount(read)}</span><span class="soft">${text}</span></p>
<progress max="1"${share !== undefined && html` value="${share.toFixed(4)}"`} aria-label="${percent ?? ''} ${text}"></progress>
<dl class="across">${timesOf(progress, overall, { now, isRunning })}</dl></div>`
}

function timesOf(
  { startedAt, endedAt }: BackfillProgress,
  { left }: Overall,
  { now, isRunning }: { readonly now: number; readonly isRunning: boolean },
): Html {
  const fact = (name: string, value: Html | string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`
  const estimate = isRunning && left !== undefined ? timeElement(now + left) : html`<span class="soft">unknown</span>`
  const end = endedAt === undefined ? fact('Estimated end', estimate) : fact('Ended', timeElement(endedAt))
  return html`${fact('Started', timeElement(startedAt))}${fact('Elapsed', formatDuration((endedAt ?? now) - startedAt))}${end}`
}

/** One line and bar for each stream, for Details. */
export function streamBars({ progress, speed, running }: ImportStatus): Html[] {
  return progress.streams.map((stream) => streamBar(stream, running ? speed.get(stream.stream) : undefined))
}

function streamBar(
  stream: StreamProgress,
  speed: { readonly perSecond: number; readonly left?: number } | undefined,
): Html {
  const { stream: name, recordsRead, total, done } = stream
  const max = expectedOf(stream)
  const ofTotal = max === undefined ? '' : ` of ${total === undefined ? 'about ' : ''}${formatCount(max)}`
  const rate = speed === undefined || done ? '' : `, ${formatCount(Math.round(speed.perSecond))} a second`
  const left = speed?.left === undefined || done ? '' : `, ${formatDuration(speed.left)} left`
  const text = `${formatCount(recordsRead)}${ofTotal} read${rate}${left}`
  const value = done ? 1 : max === undefined || max === 0 ? 0 : recordsRead / max
  return html`<p class="stream"><span class="row apart"><span>${capitalize(name)}</span><span class="soft">${text}</span></span>
<progress max="1" value="${value.toFixed(4)}" aria-label="${capitalize(name)}: ${text}"></progress></p>`
}
