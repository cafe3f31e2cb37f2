/** What a metric's history lacks of what its webhooks have, and what an expression there must do without. */

import type { DiagnosticText } from '../diagnostic.ts'
import type { Mapping } from '../generated/documents.ts'
import type { LookupSpec, StreamSpec } from '../spec.ts'

/** By what an expression reads: `conversation.conversation_parts`, `$notification`. */
export type Absences = ReadonlyMap<string, DiagnosticText>

interface Names {
  readonly streams: ReadonlyMap<string, StreamSpec>
  readonly lookups: ReadonlyMap<string, LookupSpec>
}

export function listAbsences({ resource, from: { stream }, each }: Mapping, names: Names): Absences {
  const absences = new Map<string, DiagnosticText>()
  if (each === undefined) absences.set('$part', NO_PART)
  if (stream === undefined) return absences
  absences.set('$notification', NO_NOTIFICATION)
  const { name, fetchFull = undefined } = typeof stream === 'string' ? { name: stream } : stream
  if (fetchFull !== undefined) return absences
  for (const field of names.streams.get(name)?.lacks ?? []) {
    const message = `the stream "${name}" gives no ${field}, so that this finds nothing in history`
    const fetch = names.lookups.has(resource) ? resource : '…'
    const help = `fetch the whole ${resource}, at a request each: stream: { name: ${name}, fetchFull: ${fetch} }`
    absences.set(`${resource}.${field}`, { code: 'spec/absent-in-history', message, help })
  }
  return absences
}

const NO_PART: DiagnosticText = {
  code: 'spec/absent-part',
  message: 'this reads $part, and the metric has no "each" that binds it',
  help: 'add "each", or read a field of the record',
}

const NO_NOTIFICATION: DiagnosticText = {
  code: 'spec/absent-in-history',
  message: 'history has no $notification, so that this finds nothing there',
  help: 'read a field of the record, or say what history gives: $notification ? … : …',
}
