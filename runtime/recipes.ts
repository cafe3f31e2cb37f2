/** Creates the segments and flows of recipes at the destination: each once, even if several processes apply it at once. */

import { recipeCheckpoint, recipeLockCheckpoint } from './lib/checkpoint-names.ts'
import { asId } from './lib/json.ts'
import { type HeldLock, Lock } from './lib/lock.ts'
import type { Clock } from './ports/effects.ts'
import { Fault, toFault } from './ports/fault.ts'
import type { CreatedResource, Dependents, Recipe, RecipeTarget } from './ports/recipes.ts'
import type { Store } from './ports/store.ts'
import type { Json, JsonObject } from './ports/types.ts'
import { readMetricReference } from './spec/recipe-metrics.ts'
import type { Spec } from './spec/spec.ts'

export type RecipeState =
  /** `created`: by this call. */
  | { readonly state: 'exists'; readonly resource: CreatedResource; readonly created: boolean }
  /** `body`: the request that creates it. */
  | { readonly state: 'ready'; readonly body: Json }
  /** The destination knows these metrics only after their first event. Until then the body holds their names for ids. */
  | { readonly state: 'no-metric'; readonly missing: readonly string[]; readonly body: Json }

export interface RecipeBook {
  readonly recipes: readonly Recipe[]
  /** The state of a recipe; changes nothing. Throws a `Fault`, e.g. for a missing permission. */
  status(recipe: Recipe, signal: AbortSignal): Promise<RecipeState>
  /** Creates its segment or flow unless it exists: one, however many callers and processes apply it. Throws a `Fault`. */
  apply(recipe: Recipe, signal: AbortSignal): Promise<RecipeState>
  /** The destination's flows and segments that depend on our metrics. */
  findDependents(signal: AbortSignal): Promise<Dependents>
}

export interface RecipeBookParts {
  readonly spec: Pick<Spec, 'recipes' | 'mappings'>
  readonly target: RecipeTarget
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
}

/** Milliseconds: the longest wait for the rate limiter and a request's timeout. */
const LEASE_MS = 120_000
/** A person waits for the answer: a second caller gives up after so many tries. */
const POLL_MS = 500
const MAX_TRIES = 40

export function createRecipeBook(parts: RecipeBookParts): RecipeBook {
  return new TargetRecipeBook(parts)
}

class TargetRecipeBook implements RecipeBook {
  readonly recipes: readonly Recipe[]
  readonly #parts: RecipeBookParts

  constructor(parts: RecipeBookParts) {
    this.recipes = parts.spec.recipes
    this.#parts = parts
  }

  async status(recipe: Recipe, signal: AbortSignal): Promise<RecipeState> {
    return this.#readState(recipe, await this.#readId(recipe), signal)
  }

  async apply(recipe: Recipe, signal: AbortSignal): Promise<RecipeState> {
    const lock = await this.#acquireLock(recipe, signal)
    const state = await this.#updateId(recipe, signal).catch(async (error: unknown) => {
      await lock.release()
      throw error
    })
    if (state.state === 'ready') return this.#create(recipe, state.definition, lock, signal)
    await lock.release()
    return state
  }

  findDependents(signal: AbortSignal): Promise<Dependents> {
    const { spec, target } = this.#parts
    return target.findDependents(
      spec.mappings.map(({ metric }) => metric),
      signal,
    )
  }

  /** The id of the created segment or flow, which finds it even after a person renamed it. */
  async #readId(recipe: Recipe): Promise<string | undefined> {
    return asId(await this.#parts.store.readCheckpoint(recipeCheckpoint(recipe)))
  }

  async #writeId(recipe: Recipe, previous: string | undefined, id: string | undefined): Promise<void> {
    if (id === previous) return
    await this.#parts.store.compareAndSwapCheckpoint(recipeCheckpoint(recipe), previous, id)
  }

  /** Reads the state, and stores the id that it was found by. */
  async #updateId(recipe: Recipe, signal: AbortSignal) {
    const id = await this.#readId(recipe)
    const state = await this.#readState(recipe, id, signal)
    await this.#writeId(recipe, id, state.state === 'exists' ? state.resource.id : undefined)
    return state
  }

  async #readState(recipe: Recipe, id: string | undefined, signal: AbortSignal) {
    const { target } = this.#parts
    const resource = await target.find(recipe, id, signal)
    if (resource !== undefined) return { state: 'exists', resource, created: false } as const
    const ids = await target.findMetricIds(recipe.metrics, signal)
    const missing = recipe.metrics.filter((metric) => !ids.has(metric))
    const definition = withMetricIds(recipe, ids)
    const body = target.previewBody(recipe, definition)
    if (missing.length > 0) return { state: 'no-metric', missing, body } as const
    return { state: 'ready', body, definition } as const
  }

  async #acquireLock(recipe: Recipe, signal: AbortSignal): Promise<HeldLock> {
    const { store, clock } = this.#parts
    const lock = new Lock({ store, clock, name: recipeLockCheckpoint(recipe), leaseMs: LEASE_MS })
    let tries = 0
    const held = await lock.acquire({ pollMs: POLL_MS, shouldGiveUp: () => tries++ >= MAX_TRIES, signal })
    if (held === undefined) throw alreadyInProgress()
    return held
  }

  async #create(recipe: Recipe, definition: JsonObject, lock: HeldLock, signal: AbortSignal): Promise<RecipeState> {
    if (!(await lock.renew())) throw alreadyInProgress()
    try {
      const resource = await this.#parts.target.create(recipe, definition, signal)
      await this.#writeId(recipe, undefined, resource.id)
      await lock.release()
      return { state: 'exists', resource, created: true }
    } catch (error) {
      // Unless the destination rejected the request, it may have created the resource all the same: the lock stays
      // until it expires, so that no caller creates a second one before the first can be seen.
      const { status = 500 } = toFault(error).details
      if (status < 500) await lock.release()
      throw error
    }
  }
}

function alreadyInProgress(): Fault {
  const message = 'another process is creating it, or an earlier attempt broke off; try again in two minutes'
  return new Fault('transient', 'recipe/in-progress', message)
}

/** The definition with ids in place of metrics. Metrics without an id keep their names. */
function withMetricIds({ definition }: Recipe, ids: ReadonlyMap<string, string>): JsonObject {
  const fill = (value: Json | undefined): Json | undefined => {
    const metric = readMetricReference(value)
    if (metric !== undefined) return ids.get(metric) ?? value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((each) => fill(each) ?? null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
  }
  return fill(definition) as JsonObject
}
