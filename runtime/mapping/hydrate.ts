/** Fetches the lookups that an occurrence's expressions use, and binds each to its name. */
import { STEP_BUDGET, type StepBudget } from '../expression/compiler/runtime/limits.ts'
import type { Bindings } from '../expression/expression.ts'
import { asArray, asId } from '../lib/json.ts'
import { allMaybe, type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
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
  return {
    lookups,
    unbound: { ...Object.fromEntries(names.map((name) => [name, undefined])), [STEP_BUDGET]: undefined },
  }
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

/** The bindings with the values of all lookups: at once when they are cached. A lookup without a value stays undefined. */
export function hydrate(request: HydrateRequest): MaybePromise<Bindings> {
  const bound: MutableBindings = { ...request.plan.unbound }
  for (const name in request.bindings) bound[name] = request.bindings[name]
  bound[STEP_BUDGET] = request.bindings[STEP_BUDGET]
  return bindLookups(request, bound)
}

type MutableBindings = Record<string, Json | undefined> & { [STEP_BUDGET]?: StepBudget | undefined }

function bindLookups(request: HydrateRequest, bound: MutableBindings, start = 0): MaybePromise<Bindings> {
  const { lookups } = request.plan
  for (let i = start; i < lookups.length; i++) {
    const binding = bindLookup(lookups[i] as LookupSpec, bound, request)
    if (binding instanceof Promise) return binding.then(() => bindLookups(request, bound, i + 1))
  }
  return bound
}

function bindLookup(
  lookup: LookupSpec,
  bound: MutableBindings,
  { item, contact, lane, lookups }: HydrateRequest,
): MaybePromise<void> {
  if (bound[lookup.name] !== undefined) return
  const from = lookup.from === undefined ? item : bound[lookup.from]
  if (from === undefined) return
  const find = (one: Json) => {
    const id = asId(one)
    return id === undefined || lookup.emptyKeys.has(id) ? undefined : lookups.find(lookup, id, lane)
  }
  const keys = lookup.name === CONTACT ? contact : lookup.key?.evaluate(from, bound)
  return mapMaybe(
    mapMaybe(keys, (some) => allMaybe(asArray(some).map(find))),
    (values) => {
      const found = values.flatMap(asArray)
      if (found.length > 0) bound[lookup.name] = found.length === 1 ? found[0] : found
    },
  )
}
