/** Stops backfill requests without their flag: Klaviyo would start flows and e-mail people. */

import { getPath } from '../../runtime/lib/json.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'
import { bulkBody } from './request-bodies.ts'

/**
 * Throws a bug `Fault` unless every entry and every event of a bulk request carries `backfill: true`. Takes the very text
 * that becomes the request: reading it back from the request would copy and decode a megabyte.
 */
export function assertBackfillFlags(body: string): void {
  if (isPlainlyFlagged(body) || hasBackfillFlags(body)) return
  const message = 'stopped a backfill request without its backfill flag: please report it'
  throw new Fault('bug', 'klaviyo/unflagged', message)
}

const ENTRY = '{"type":"event-bulk-create","attributes":{"backfill":true,'
const END = ',"backfill":true}}]}}}'
const [HEAD = '', TAIL = ''] = bulkBody([`${ENTRY} ${END}`]).split(' ')

/**
 * Whether the text is what `bulkBody` makes of flagged entries of one event each, which tells without parsing a megabyte.
 * Quotes within a value are escaped, so none of these texts can stand in one; between them no other flag and no other
 * entry may begin.
 */
function isPlainlyFlagged(text: string): boolean {
  if (!text.startsWith(HEAD) || !text.endsWith(TAIL)) return false
  const events = text.slice(HEAD.length, -TAIL.length).split(`${END},${ENTRY}`)
  return events.every((event) => !event.includes('"backfill":') && !event.includes('"event-bulk-create"'))
}

function hasBackfillFlags(text: string): boolean {
  const entries = listAt(parse(text), 'data', 'attributes', 'events-bulk-create', 'data')
  return (
    entries.length > 0 &&
    entries.every((entry) => {
      const events = listAt(entry, 'attributes', 'events', 'data')
      return isFlagged(entry) && events.length > 0 && events.every(isFlagged)
    })
  )
}

const isFlagged = (resource: Json) => getPath(resource, 'attributes', 'backfill') === true

function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const list = getPath(value, ...path)
  return Array.isArray(list) ? list : []
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
