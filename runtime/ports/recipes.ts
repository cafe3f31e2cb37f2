/** Segments and flows that recipes create at the destination, and those that depend on our metrics. */
import type { FaultInfo, Json, JsonObject } from './types.ts'

/** A segment or flow to create from our metrics: a file in `recipes/`. */
export interface Recipe {
  /** The file's name without its extension. */
  readonly id: string
  readonly kind: 'segment' | 'flow'
  /** The name at the destination. */
  readonly name: string
  readonly summary: string
  /** The metrics in its definition. */
  readonly metrics: readonly string[]
  /** In the destination's format; `{ metric: NAME }` stands for the metric's id. */
  readonly definition: JsonObject
}

/** A segment or flow at the destination. */
export interface CreatedResource {
  readonly kind: Recipe['kind']
  readonly id: string
  readonly name: string
  /** A flow's status as reported by the destination: `draft`, `live` … */
  readonly status?: string
  /** Its page at the destination. */
  readonly link: string
}

/** Flows and segments that new events would trigger. There may be more if anything is `unreadable`. */
export interface Dependents {
  readonly flows: readonly (CreatedResource & { readonly metric: string })[]
  /** Segments with a condition on one of our metrics, and the flows triggered by entering them. */
  readonly segments: readonly (CreatedResource & {
    readonly metrics: readonly string[]
    readonly flows: readonly CreatedResource[]
  })[]
  readonly unreadable: readonly FaultInfo[]
}

/** Creates segments and flows at the destination. Every method throws a `Fault`, unless it says otherwise. */
export interface RecipeTarget {
  /** Ids by name. A metric exists at the destination from its first event on. */
  findMetricIds(metrics: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>
  /** Finds the recipe's segment or flow: by `id`, otherwise the oldest with the recipe's name. */
  find(
    recipe: Pick<Recipe, 'kind' | 'name'>,
    id: string | undefined,
    signal: AbortSignal,
  ): Promise<CreatedResource | undefined>
  /** The request body of `create`. Throws if it would activate anything. */
  previewBody(recipe: Recipe, definition: JsonObject): Json
  /** Sends one request and never retries: a request whose connection broke may have succeeded. Flows are created as drafts. */
  create(recipe: Recipe, definition: JsonObject, signal: AbortSignal): Promise<CreatedResource>
  /** Never throws for a missing permission: see `unreadable`. */
  findDependents(metrics: readonly string[], signal: AbortSignal): Promise<Dependents>
}
