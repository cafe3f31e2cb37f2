/** Prints ledger entries as timelines: each step of a record with its time and outcome. */
import { faultUrl } from '../../fault-reference.ts'
import { formatCount, formatTime } from '../../lib/format.ts'
import type { LedgerEntry } from '../../ports/ledger.ts'
import {
  buildRecordHistory,
  type Cause,
  describeOrigin,
  type EventHistory,
  type HistoryStep,
} from '../../record-history.ts'
import type { CliApp } from '../app.ts'
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

/** Where a fault is explained, and where a bug is reported. */
type FaultLinks = Partial<Pick<CliApp, 'homepage' | 'bugsUrl'>>

/** Keeps the order of the store, oldest first. */
export function renderTimeline(entries: readonly LedgerEntry[], paint: Painter, links: FaultLinks = {}): string {
  const renderer = new TimelineRenderer(paint, links)
  return entries.map((entry) => `${renderer.entryLines(entry).join('\n')}\n`).join('\n')
}

class TimelineRenderer {
  readonly #paint: Painter
  readonly #links: FaultLinks

  constructor(paint: Painter, links: FaultLinks) {
    this.#paint = paint
    this.#links = links
  }

  entryLines(entry: LedgerEntry): string[] {
    const { record, status, summary, steps } = buildRecordHistory(entry)
    const head = `${this.#paint('bold', record)}  ${this.#paint(STYLES[status], status)}, ${summary}`
    return [head, ...steps.flatMap((step) => this.#stepLines(step))]
  }

  #stepLines(step: HistoryStep): string[] {
    const { at, kind, cause, events, dismissed } = step
    return [
      `  ${formatTime(at)}  ${this.#paint(STYLES[kind], kind)}${details(step)}`,
      ...(cause ? this.#causeLines(cause, '      ') : []),
      ...events.flatMap((event) => this.#eventLines(event)),
      ...(dismissed === undefined ? [] : [`      dismissed: ${dismissed}`]),
    ]
  }

  #eventLines({ metric, status, facts, cause }: EventHistory): string[] {
    return [
      `      event    ${metric}: ${this.#paint(STYLES[status], status)}`,
      ...facts.map((fact) => `               ${fact}`),
      ...(cause ? this.#causeLines(cause, '               ') : []),
    ]
  }

  #causeLines({ kind, message, code, place, spec, fields, requestId, whoActs }: Cause, indent: string): string[] {
    const { homepage, bugsUrl } = this.#links
    const needsLinks = whoActs !== undefined && kind !== undefined
    const lines = [
      ['because ', `${message} [${code}]`],
      ['field   ', fields?.join(', ')],
      ['place   ', place],
      // The version that the place is in: the file may have changed since.
      ['spec    ', place && spec],
      ['request ', requestId],
      ['who acts', whoActs],
      ['report  ', needsLinks && kind === 'bug' ? bugsUrl : undefined],
      // A skip reason is explained by its message.
      ['docs    ', needsLinks ? faultUrl(code, homepage) : undefined],
    ]
    return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${indent}${name} ${value}`]))
  }
}

function details({ kind, origin, count = 1, last, until }: HistoryStep): string {
  const noun = kind === 'between' ? 'attempts with different outcomes' : 'times'
  const repeats =
    count > 1 ? [`${formatCount(count)} ${noun}${last === undefined ? '' : `, the last ${formatTime(last)}`}`] : []
  const parts = [
    ...(origin === undefined ? [] : [describeOrigin(origin)]),
    ...repeats,
    ...(until === undefined ? [] : [`until ${formatTime(until)}`]),
  ]
  return parts.length === 0 ? '' : `  ${parts.join(', ')}`
}
