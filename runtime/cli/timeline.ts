/** Ledger entries as a story a person can follow: when, by which road, how each event ended. */

import { whoActs } from '../fault.ts'
import { duration, moment, plural } from '../format.ts'
import type { LedgerEntry } from '../ports.ts'
import type { EventResult, FaultInfo } from '../types.ts'
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
  return entries.map((entry) => `${entryLines(entry, paint).join('\n')}\n`).join('\n')
}

function entryLines(entry: LedgerEntry, paint: Paint): string[] {
  const { outcome } = entry
  const road = [entry.ingress, entry.topic ?? entry.stream, entry.resource && `(${entry.resource})`]
  return [
    `${paint('bold', moment(entry.receivedAt))}  ${road.filter(Boolean).join(' ')}`,
    `    record   ${entry.id}`,
    `    status   ${statusText(entry, paint)}`,
    ...(outcome?.status === 'skipped' ? [`    reason   ${outcome.reason}`] : []),
    ...(outcome && 'fault' in outcome ? faultLines(outcome.fault, outcome.status === 'dead', '    ') : []),
    ...(outcome?.events ?? []).flatMap((event) => eventLines(event, paint)),
  ]
}

function statusText(entry: LedgerEntry, paint: Paint): string {
  const tries = entry.attempt > 0 ? `, ${plural(entry.attempt, 'try', 'tries')}` : ''
  const took = entry.settledAt === undefined ? '' : `, ${duration(entry.settledAt - entry.receivedAt)} after it came`
  const due = entry.status === 'deferred' && entry.due !== undefined ? `, next try ${moment(entry.due)}` : ''
  return `${paint(STYLES[entry.status], entry.status)} in lane ${entry.lane}${tries}${took}${due}`
}

function eventLines(event: EventResult, paint: Paint): string[] {
  const facts = [
    event.time && `at ${event.time}`,
    event.key && `key ${event.key}`,
    event.contact && `contact ${event.contact}`,
    event.receipt && `answered ${event.receipt.status}`,
    event.receipt?.without?.length && `sent without ${event.receipt.without.join(', ')}`,
    event.reason && `reason ${event.reason}`,
  ]
  return [
    `    event    ${event.metric}: ${paint(STYLES[event.status], event.status)}`,
    ...facts.filter(Boolean).map((fact) => `               ${fact}`),
    ...(event.fault ? faultLines(event.fault, event.status === 'dead', '               ') : []),
  ]
}

function faultLines(fault: FaultInfo, dead: boolean, indent: string): string[] {
  const place = fault.place === undefined ? [] : [`${indent}place    ${fault.place}`]
  return [`${indent}fault    ${fault.message} [${fault.code}]`, ...place, `${indent}who acts ${whoActs(fault, dead)}`]
}
