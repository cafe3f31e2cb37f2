/** Makes what recipes describe at the destination, once: what is there is found, whoever else asks at the same time. */

import { recipeCheckpoint } from './lib/checkpoint-names.ts'
import type { Clock } from './ports/effects.ts'
import { Fault, toFault } from './ports/fault.ts'
import type { CreatedResource, Dependents, Recipe, RecipeTarget } from './ports/recipes.ts'
import type { Store } from './ports/store.ts'
import type { Json, JsonObject } from './ports/types.ts'
import { metricOf } from './spec/recipe-metrics.ts'
import type { Spec } from './spec/spec.ts'

export type RecipeState =
  /** It is there. `now`: this call made it. */
  | { readonly state: 'made'; readonly made: CreatedResource; readonly now: boolean }
  /** It can be made, by sending this. */
  | { readonly state: 'ready'; readonly body: Json }
  /** No event of these metrics was sent yet, so the destination does not know them. The body has names for their ids. */
  | { readonly state: 'no-metric'; readonly missing: readonly string[]; readonly body: Json }

export interface RecipeBook {
  readonly recipes: readonly Recipe[]
  /** How it stands with a recipe; changes nothing. Throws a `Fault`, e.g. for a missing permission. */
  status(recipe: Recipe, signal: AbortSignal): Promise<RecipeState>
  /** Makes it, unless it is there. Two callers at once, in whatever processes, make one. Throws a `Fault`. */
  apply(recipe: Recipe, signal: AbortSignal): Promise<RecipeState>
  /** What would hear of events at the destination. */
  listeners(signal: AbortSignal): Promise<Dependents>
}

export interface BookParts {
  readonly spec: Pick<Spec, 'recipes' | 'mappings'>
  readonly workshop: RecipeTarget
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
}

/** How long a caller has it to himself without saying so again, milliseconds: a full budget, and a request's timeout. */
const CLAIM = 120_000
/** Who comes second looks this often, and gives up after so many looks: a person waits for the answer. */
const LOOK_AGAIN = 500
const LOOKS = 40

/** What is kept under a recipe's name, as JSON. */
interface Kept {
  /** What was made, by the destination's id: still found when somebody renamed it. */
  readonly id?: string
  /** Somebody makes it, and has it to himself until then. */
  readonly until?: number
}

export function recipeBook({ spec, workshop, store, clock }: BookParts): RecipeBook {
  async function kept(recipe: Recipe): Promise<{ text: string | undefined } & Kept> {
    const text = await store.readCheckpoint(recipeCheckpoint(recipe))
    return typeof text === 'string' ? { text, ...(JSON.parse(text) as Kept) } : { text: undefined }
  }

  async function stateOf(recipe: Recipe, id: string | undefined, signal: AbortSignal) {
    const made = await workshop.find(recipe, id, signal)
    if (made !== undefined) return { state: 'made', made, now: false } as const
    const ids = await workshop.findMetricIds(recipe.metrics, signal)
    const missing = recipe.metrics.filter((metric) => !ids.has(metric))
    const definition = withMetricIds(recipe, ids)
    const body = workshop.previewBody(recipe, definition)
    if (missing.length > 0) return { state: 'no-metric', missing, body } as const
    return { state: 'ready', body, definition } as const
  }

  /** Ours alone until it is let go: of all callers in all processes one gets it, the others look again. */
  async function claim(recipe: Recipe, signal: AbortSignal): Promise<Kept & { readonly text: string }> {
    for (let looks = 0; looks < LOOKS && !signal.aborted; looks++) {
      const { text, until = 0, id } = await kept(recipe)
      const ours = { ...(id !== undefined && { id }), until: clock.now() + CLAIM }
      const asText = JSON.stringify(ours)
      if (until <= clock.now() && (await store.compareAndSwapCheckpoint(recipeCheckpoint(recipe), text, asText))) {
        return { ...ours, text: asText }
      }
      await clock.sleep(LOOK_AGAIN, signal)
    }
    throw alreadyInProgress()
  }

  async function letGo(recipe: Recipe, text: string, id: string | undefined): Promise<void> {
    await store.compareAndSwapCheckpoint(recipeCheckpoint(recipe), text, id && JSON.stringify({ id }))
  }

  async function make(
    recipe: Recipe,
    definition: JsonObject,
    held: Kept & { readonly text: string },
    signal: AbortSignal,
  ) {
    const text = JSON.stringify({ until: clock.now() + CLAIM })
    if (!(await store.compareAndSwapCheckpoint(recipeCheckpoint(recipe), held.text, text))) throw alreadyInProgress()
    try {
      const made = await workshop.create(recipe, definition, signal)
      await letGo(recipe, text, made.id)
      return { state: 'made', made, now: true } as const
    } catch (error) {
      // Without a refusal it may have been made all the same: held on to, so that nobody makes another before
      // this one can be seen.
      const { status = 500 } = toFault(error).details
      if (status < 500) await letGo(recipe, text, undefined)
      throw error
    }
  }

  async function apply(recipe: Recipe, signal: AbortSignal): Promise<RecipeState> {
    const held = await claim(recipe, signal)
    const found = await stateOf(recipe, held.id, signal).catch(async (error: unknown) => {
      await letGo(recipe, held.text, held.id)
      throw error
    })
    if (found.state === 'ready') return make(recipe, found.definition, held, signal)
    await letGo(recipe, held.text, found.state === 'made' ? found.made.id : undefined)
    return found
  }

  return {
    recipes: spec.recipes,
    status: async (recipe, signal) => stateOf(recipe, (await kept(recipe)).id, signal),
    apply,
    listeners: (signal) => workshop.findDependents(metricsOf(spec), signal),
  }
}

const metricsOf = ({ mappings }: BookParts['spec']) => mappings.map(({ metric }) => metric)

function alreadyInProgress(): Fault {
  const message = 'somebody else makes it just now, or its making broke off; look again in two minutes'
  return new Fault('transient', 'recipe/in-progress', message)
}

/** The definition with ids where it names metrics; those without one keep their names. */
function withMetricIds({ definition }: Recipe, ids: ReadonlyMap<string, string>): JsonObject {
  const fill = (value: Json | undefined): Json | undefined => {
    const metric = metricOf(value)
    if (metric !== undefined) return ids.get(metric) ?? value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((each) => fill(each) ?? null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
  }
  return fill(definition) as JsonObject
}
