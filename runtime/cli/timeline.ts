/** Ledger entries as a story a person can follow: when, by which road, how each event ended. */
import { moment } from '../format.ts'
import type { LedgerEntry } from '../ports.ts'
import { type Blame, type Told, type ToldEvent, tell } from '../story.ts'
import type { Paint, Style } from './io.ts'

const STYLES: Readonly<Record<LedgerEntry['status'], Style>> = {
  pending: 'cyan',
  leased: 'cyan',
  delivered: 'green',
  skipped: 'dim',
  deferred: 'yellow',
  dead: 'red',
}

/** Oldest first, as the store gives them. Empty for no entries. */
export function timeline(entries: readonly LedgerEntry[], paint: Paint): string {
  return entries.map((entry) => `${entryLines(tell(entry), paint).join('\n')}\n`).join('\n')
}

function entryLines({ receivedAt, road, record, status, course, reason, blame, events }: Told, paint: Paint): string[] {
  return [
    `${paint('bold', moment(receivedAt))}  ${road}`,
    `    record   ${record}`,
    `    status   ${paint(STYLES[status], status)} ${course}`,
    ...(reason === undefined ? [] : [`    reason   ${reason}`]),
    ...(blame ? blameLines(blame, '    ') : []),
    ...events.flatMap((event) => eventLines(event, paint)),
  ]
}

function eventLines({ metric, status, facts, blame }: ToldEvent, paint: Paint): string[] {
  return [
    `    event    ${metric}: ${paint(STYLES[status], status)}`,
    ...facts.map((fact) => `               ${fact}`),
    ...(blame ? blameLines(blame, '               ') : []),
  ]
}

function blameLines({ message, code, place, who }: Blame, indent: string): string[] {
  const at = place === undefined ? [] : [`${indent}place    ${place}`]
  return [`${indent}fault    ${message} [${code}]`, ...at, `${indent}who acts ${who}`]
}
