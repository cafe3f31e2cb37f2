/** The position of a consumer of events, as text: the events that it has and the store may deliver again. */
import { createHash } from 'node:crypto'
import { isObject, parseJson } from '../lib/json.ts'
import { Fault } from '../ports/fault.ts'

const VERSION = 1

/** Short, and still different for any two of a billion events. */
export const eventMark = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 16)

/** Opaque to the consumer. */
export function formatCursor(marks: Iterable<string>): string {
  return Buffer.from(JSON.stringify({ version: VERSION, events: [...marks] })).toString('base64url')
}

/** Throws a config `Fault` for a text that is no cursor. */
export function parseCursor(cursor: string): ReadonlySet<string> {
  const parsed = parseJson(Buffer.from(cursor, 'base64url').toString())
  const { version, events } = isObject(parsed) ? parsed : {}
  if (version === VERSION && Array.isArray(events) && events.every((one) => typeof one === 'string'))
    return new Set(events)
  throw new Fault('config', 'events/cursor', '`since` is not the cursor of an event: pass one unchanged, or none')
}
