/** Fetches what an occurrence's expressions name, and binds it under the lookup's name. */
import type { Bindings } from '../expression/expression.ts'
import { asArray, asId } from '../lib/json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Json, Lane } from '../ports/types.ts'
import type { LookupSpec } from '../spec/spec.ts'

/** The lookup that says whose event it is. Its key is the mapping's `contact`. */
export const CONTACT = 'contact'

export interface LookupPlan {
  /** Each after the one it is worked out from. */
  readonly lookups: readonly LookupSpec[]
  /** All that may be bound, as nothing: objects that begin alike are filled, and read, twice as fast. */
  readonly unbound: Bindings
}

export function lookupPlan(lookups: readonly LookupSpec[]): LookupPlan {
  const names = ['workspace', 'notification', 'part', ...lookups.map(({ name }) => name)]
  return { lookups, unbound: Object.fromEntries(names.map((name) => [name, undefined])) }
}

export interface Hydrate {
  readonly wanted: LookupPlan
  readonly item: Json
  readonly bindings: Bindings
  /** The key of the `contact` lookup. */
  readonly contact?: string
  readonly lane: Lane
  readonly find: (lookup: LookupSpec, key: string, lane: Lane) => MaybePromise<Json | undefined>
}

/** The bindings, with every lookup that was found. What is not found stays undefined. */
export async function hydrate({ wanted, item, bindings, contact, lane, find }: Hydrate): Promise<Bindings> {
  const bound: Record<string, Json | undefined> = { ...wanted.unbound }
  for (const name in bindings) bound[name] = bindings[name]
  for (const lookup of wanted.lookups) {
    if (bound[lookup.name] !== undefined) continue
    const of = lookup.from === undefined ? item : bound[lookup.from]
    if (of === undefined) continue
    const given = lookup.name === CONTACT ? contact : lookup.key?.evaluate(of, bound)
    const keys = given instanceof Promise ? await given : given
    const found: Json[] = []
    for (const key of asArray(keys)) {
      const id = asId(key)
      const asked = id === undefined || lookup.emptyKeys.has(id) ? undefined : find(lookup, id, lane)
      // To wait for what is there already costs more than to look.
      const value = asked instanceof Promise ? await asked : asked
      if (value !== undefined) found.push(...asArray(value))
    }
    if (found.length > 0) bound[lookup.name] = found.length === 1 ? found[0] : found
  }
  return bound
}
