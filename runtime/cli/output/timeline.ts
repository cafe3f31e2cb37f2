/** Ledger entries as a story a person can follow: step by step, when, and how it ended. */
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

/** Oldest first, as the store gives them. Empty for no entries. */
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
  const alike = what === 'between' ? 'attempts, one way and another' : 'times'
  const many =
    times > 1 ? [`${formatCount(times)} ${alike}${last === undefined ? '' : `, the last ${formatTime(last)}`}`] : []
  const all = [
    ...(road === undefined ? [] : [road]),
    ...many,
    ...(until === undefined ? [] : [`until ${formatTime(until)}`]),
  ]
  return all.length === 0 ? '' : `  ${all.join(', ')}`
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
