/** Prints ledger entries as timelines: each step of a record with its time and outcome. */
import { faultUrl } from '../../fault-reference.ts'
import { formatCount, formatTime } from '../../lib/format.ts'
import type { LedgerEntry } from '../../ports/ledger.ts'
import { type Cause, type EventHistory, type HistoryStep, recordHistory } from '../../record-history.ts'
import type { Painter, Style } from '../io.ts'

const STYLES: Readonly<Record<LedgerEntry['status'] | HistoryStep['kind'], Style>> = {
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

/** Keeps the order of the store, oldest first. Links fault codes to their reference at `homepage`. */
export function renderTimeline(entries: readonly LedgerEntry[], paint: Painter, homepage?: string): string {
  const renderer = new TimelineRenderer(paint, homepage)
  return entries.map((entry) => `${renderer.entryLines(entry).join('\n')}\n`).join('\n')
}

class TimelineRenderer {
  readonly #paint: Painter
  readonly #homepage: string | undefined

  constructor(paint: Painter, homepage: string | undefined) {
    this.#paint = paint
    this.#homepage = homepage
  }

  entryLines(entry: LedgerEntry): string[] {
    const { record, status, summary, steps } = recordHistory(entry)
    const head = `${this.#paint('bold', record)}  ${this.#paint(STYLES[status], status)} ${summary}`
    return [head, ...steps.flatMap((step) => this.#stepLines(step))]
  }

  #stepLines(step: HistoryStep): string[] {
    const { at, kind: what, cause: blame, events } = step
    return [
      `  ${formatTime(at)}  ${this.#paint(STYLES[what], what)}${details(step)}`,
      ...(blame ? this.#causeLines(blame, '      ') : []),
      ...events.flatMap((event) => this.#eventLines(event)),
    ]
  }

  #eventLines({ metric, status, facts, cause: blame }: EventHistory): string[] {
    return [
      `      event    ${metric}: ${this.#paint(STYLES[status], status)}`,
      ...facts.map((fact) => `               ${fact}`),
      ...(blame ? this.#causeLines(blame, '               ') : []),
    ]
  }

  #causeLines({ message, code, place, requestId, whoActs: who }: Cause, indent: string): string[] {
    const lines = [
      ['because ', `${message} [${code}]`],
      ['place   ', place],
      ['request ', requestId],
      ['who acts', who],
      // Only fault codes hold a slash; a skip reason is explained by its message.
      ['docs    ', code.includes('/') && who !== undefined ? faultUrl(code, this.#homepage) : undefined],
    ]
    return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${indent}${name} ${value}`]))
  }
}

function details({ kind: what, origin: road, count: times = 1, last, until }: HistoryStep): string {
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
