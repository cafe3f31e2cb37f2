/** What a destination lets us make out of our metrics, and who there listens to them. A port, like those in `ports.ts`. */
import type { FaultInfo, Json, JsonObject } from './types.ts'

/** Something of the destination's own that is made out of our metrics: a file in `recipes/`. */
export interface Recipe {
  /** The file's name, without its ending. */
  readonly id: string
  readonly kind: 'segment' | 'flow'
  /** What it is called at the destination. */
  readonly name: string
  readonly summary: string
  /** Those it names. */
  readonly metrics: readonly string[]
  /** In the destination's words; `{ metric: NAME }` stands for that metric's id. */
  readonly definition: JsonObject
}

/** A segment or flow as the destination knows it. */
export interface CreatedResource {
  readonly kind: Recipe['kind']
  readonly id: string
  readonly name: string
  /** Of a flow, in the destination's words: `draft`, `live` … */
  readonly status?: string
  /** Where a person finds it. */
  readonly link: string
}

/** What would hear of events that arrive. `unread` says what could not be read, and why: then there may be more. */
export interface Dependents {
  readonly flows: readonly (CreatedResource & { readonly metric: string })[]
  /** Segments that ask for one of our metrics, and the flows that begin when somebody enters one. */
  readonly segments: readonly (CreatedResource & {
    readonly metrics: readonly string[]
    readonly flows: readonly CreatedResource[]
  })[]
  readonly unreadable: readonly FaultInfo[]
}

/** What a destination lets us make out of our metrics. Every method throws a `Fault`, but for what it says otherwise. */
export interface RecipeTarget {
  /** By name, of those that exist: a metric does from its first event on. */
  findMetricIds(metrics: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>
  /** The thing itself if `id` is still there; else the oldest of this name. */
  find(
    recipe: Pick<Recipe, 'kind' | 'name'>,
    id: string | undefined,
    signal: AbortSignal,
  ): Promise<CreatedResource | undefined>
  /** What `make` would send. Throws if it would start anything. */
  previewBody(recipe: Recipe, definition: JsonObject): Json
  /** Asks once and never again by itself, since nobody knows what became of a request that broke off. Flows are drafts. */
  create(recipe: Recipe, definition: JsonObject, signal: AbortSignal): Promise<CreatedResource>
  /** Never throws for what may not be read. */
  findDependents(metrics: readonly string[], signal: AbortSignal): Promise<Dependents>
}
