/** Stops backfill requests without their flag: Klaviyo would start flows and e-mail people. */

import { getPath } from '../../runtime/lib/json.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'

/**
 * Throws a bug `Fault` unless every entry and every event of a bulk request carries `backfill: true`. Takes the very text
 * that becomes the request: reading it back from the request would copy and decode a megabyte.
 */
export function assertBackfillFlags(body: string): void {
  if (hasBackfillFlags(body)) return
  const message = 'stopped a backfill request without its backfill flag: please report it'
  throw new Fault('bug', 'klaviyo/unflagged', message)
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
