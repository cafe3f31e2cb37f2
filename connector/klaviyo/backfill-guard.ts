/** Stops backfill requests without their flag: Klaviyo would start flows and e-mail people. */

import { getPath } from '../../runtime/lib/json.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'

/**
 * Wraps the fetch of lane `backfill`. Reads the body as it would leave the process, and throws a bug `Fault` unless
 * every entry and every event of a bulk request carries `backfill: true`.
 */
export function requireBackfillFlag(send: Fetch): Fetch {
  return async (request) => {
    if (!hasBackfillFlags(await request.clone().text()))
      throw new Fault(
        'bug',
        'klaviyo/unflagged',
        'stopped a backfill request without its backfill flag: please report it',
      )
    return send(request)
  }
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
