/** Prints ledger entries as timelines: each step of a record with its time and outcome. */
import { formatCount, formatTime } from '../../lib/format.ts'
import type { LedgerEntry } from '../../ports/ledger.ts'
import { type Cause, type EventHistory, type HistoryStep, recordHistory } from '../../record-history.ts'
import type { Painter, Style } from '../io.ts'

const STYLES: Readonly<Record<LedgerEntry['status'] | HistoryStep['what'], Style>> = {
  received: 'bold',
  replayed: 'bold',
  pending: 'cyan',
  leased: 'cyan',
  delivered: 'green',
  skipped: 'dim',
  deferred: 'yellow',
  between: 'yellow',
  dead: 'red',
}

/** Keeps the order of the store, oldest first. */
export function timeline(entries: readonly LedgerEntry[], paint: Painter): string {
  return entries.map((entry) => `${entryLines(entry, paint).join('\n')}\n`).join('\n')
}

function entryLines(entry: LedgerEntry, paint: Painter): string[] {
  const { record, status, summary, steps } = recordHistory(entry)
  const head = `${paint('bold', record)}  ${paint(STYLES[status], status)} ${summary}`
  return [head, ...steps.flatMap((step) => stepLines(step, paint))]
}

function stepLines(step: HistoryStep, paint: Painter): string[] {
  const { at, what, blame, events } = step
  return [
    `  ${formatTime(at)}  ${paint(STYLES[what], what)}${details(step)}`,
    ...(blame ? blameLines(blame, '      ') : []),
    ...events.flatMap((event) => eventLines(event, paint)),
  ]
}

function details({ what, road, count: times = 1, last, until }: HistoryStep): string {
  const noun = what === 'between' ? 'attempts with different outcomes' : 'times'
  const repeats =
    times > 1 ? [`${formatCount(times)} ${noun}${last === undefined ? '' : `, the last ${formatTime(last)}`}`] : []
  const parts = [
    ...(road === undefined ? [] : [road]),
    ...repeats,
    ...(until === undefined ? [] : [`until ${formatTime(until)}`]),
  ]
  return parts.length === 0 ? '' : `  ${parts.join(', ')}`
}

function eventLines({ metric, status, facts, blame }: EventHistory, paint: Painter): string[] {
  return [
    `      event    ${metric}: ${paint(STYLES[status], status)}`,
    ...facts.map((fact) => `               ${fact}`),
    ...(blame ? blameLines(blame, '               ') : []),
  ]
}

function blameLines({ message, code, place, requestId: request, who }: Cause, indent: string): string[] {
  const lines = [
    ['because ', `${message} [${code}]`],
    ['place   ', place],
    ['request ', request],
    ['who acts', who],
  ]
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${indent}${name} ${value}`]))
}
