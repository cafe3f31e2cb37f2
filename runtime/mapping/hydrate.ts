/** Fetches the lookups that an occurrence's expressions use, and binds each to its name. */
import type { Bindings } from '../expression/expression.ts'
import { asArray, asId } from '../lib/json.ts'
import type { Json, Lane } from '../ports/types.ts'
import type { LookupSpec } from '../spec/spec.ts'
import type { Lookups } from './lookups.ts'

/** The lookup of the event's person. Its key is the mapping's `contact`. */
export const CONTACT = 'contact'

export interface LookupPlan {
  /** Ordered so that each comes after the lookup its `from` names. */
  readonly lookups: readonly LookupSpec[]
  /** Every name that may be bound, with the value undefined: objects of one shape are filled and read twice as fast. */
  readonly unbound: Bindings
}

export function planLookups(lookups: readonly LookupSpec[]): LookupPlan {
  const names = ['workspace', 'notification', 'part', ...lookups.map(({ name }) => name)]
  return { lookups, unbound: Object.fromEntries(names.map((name) => [name, undefined])) }
}

export interface HydrateRequest {
  readonly plan: LookupPlan
  readonly item: Json
  readonly bindings: Bindings
  /** The key of the `contact` lookup. */
  readonly contact?: string
  readonly lane: Lane
  readonly lookups: Pick<Lookups, 'find'>
}

/** The bindings with the values of all lookups. A lookup without a value stays undefined. */
export async function hydrate({ plan, item, bindings, contact, lane, lookups }: HydrateRequest): Promise<Bindings> {
  const bound: Record<string, Json | undefined> = { ...plan.unbound }
  for (const name in bindings) bound[name] = bindings[name]
  for (const lookup of plan.lookups) {
    if (bound[lookup.name] !== undefined) continue
    const from = lookup.from === undefined ? item : bound[lookup.from]
    if (from === undefined) continue
    const key = lookup.name === CONTACT ? contact : lookup.key?.evaluate(from, bound)
    const keys = key instanceof Promise ? await key : key
    const found: Json[] = []
    for (const one of asArray(keys)) {
      const id = asId(one)
      const result = id === undefined || lookup.emptyKeys.has(id) ? undefined : lookups.find(lookup, id, lane)
      // Awaiting a value that is no promise costs more than the check.
      const value = result instanceof Promise ? await result : result
      if (value !== undefined) found.push(...asArray(value))
    }
    if (found.length > 0) bound[lookup.name] = found.length === 1 ? found[0] : found
  }
  return bound
}
