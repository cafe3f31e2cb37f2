/** The last look at history before it leaves: without its flags it would start flows and e-mail people. */

import { getPath } from '../../runtime/lib/json.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'

/**
 * A fetch for lane `backfill` alone. It reads the body that would go over the wire, not what was meant to be
 * sent, and throws a bug `Fault` unless `backfill: true` stands on every entry and every event of a bulk request.
 */
export function requireBackfillFlag(pass: Fetch): Fetch {
  return async (request) => {
    if (!hasBackfillFlags(await request.clone().text()))
      throw new Fault(
        'bug',
        'klaviyo/unflagged',
        'history without its backfill flag was stopped before it left; please report it',
      )
    return pass(request)
  }
}

function hasBackfillFlags(text: string): boolean {
  const entries = list(parse(text), 'data', 'attributes', 'events-bulk-create', 'data')
  return (
    entries.length > 0 &&
    entries.every((entry) => {
      const events = list(entry, 'attributes', 'events', 'data')
      return isTrue(entry) && events.length > 0 && events.every(isTrue)
    })
  )
}

const isTrue = (resource: Json) => getPath(resource, 'attributes', 'backfill') === true

function list(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = getPath(value, ...path)
  return Array.isArray(found) ? found : []
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
