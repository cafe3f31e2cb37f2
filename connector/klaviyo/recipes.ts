/** Creates segments and flows for our metrics in Klaviyo, and finds those that depend on them. */
import { Fault, toFault } from '../../runtime/ports/fault.ts'
import type { CreatedResource, Dependents, Recipe, RecipeTarget } from '../../runtime/ports/recipes.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { endpointClient, type KlaviyoOptions, METRICS_ENDPOINT, rateWindows, type SendRequest } from './client.ts'
import { type DependentsParts, findDependents } from './dependents.ts'
import { listAll, type Resource, resourceOf, resourcesOf } from './json-api.ts'
import { findMetrics } from './metrics.ts'

// Klaviyo also limits the creations per day.
const READ = {
  segment: { path: '/api/segments', windows: rateWindows(75, 750) },
  flow: { path: '/api/flows', windows: rateWindows(3, 60) },
}
const CREATE = {
  segment: { path: '/api/segments', windows: rateWindows(1, 15), attempts: 1 },
  flow: { path: '/api/flows', windows: rateWindows(1, 15), attempts: 1 },
}

export const createKlaviyoRecipeTarget = (options: KlaviyoOptions): RecipeTarget => new KlaviyoRecipeTarget(options)

type Kind = Recipe['kind']

class KlaviyoRecipeTarget implements RecipeTarget {
  readonly #options: KlaviyoOptions
  readonly #metrics: SendRequest
  readonly #flowTriggers: SendRequest
  readonly #read: Readonly<Record<Kind, SendRequest>>
  readonly #create: Readonly<Record<Kind, SendRequest>>

  constructor(options: KlaviyoOptions) {
    this.#options = options
    this.#metrics = endpointClient(options, METRICS_ENDPOINT, 'metrics:read')
    this.#flowTriggers = endpointClient(options, METRICS_ENDPOINT, 'flows:read')
    this.#read = {
      segment: endpointClient(options, READ.segment, 'segments:read'),
      flow: endpointClient(options, READ.flow, 'flows:read'),
    }
    this.#create = {
      segment: endpointClient(options, CREATE.segment, 'segments:write'),
      flow: endpointClient(options, CREATE.flow, 'flows:write'),
    }
  }

  async findMetricIds(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const found = await findMetrics(this.#metrics, this.#options, names, signal)
    const ours = [...found].flatMap(([name, [first]]) => (first?.isOurs ? [[name, first.id] as const] : []))
    return new Map(ours)
  }

  async find(
    { kind, name }: Pick<Recipe, 'kind' | 'name'>,
    id: string | undefined,
    signal: AbortSignal,
  ): Promise<CreatedResource | undefined> {
    const existing = id === undefined ? undefined : await this.#findById(kind, id, signal)
    return existing ?? (await this.#findByName(kind, name, signal))
  }

  previewBody(recipe: Recipe, definition: JsonObject): Json {
    return toBody(recipe, definition)
  }

  async create(recipe: Recipe, definition: JsonObject, signal: AbortSignal): Promise<CreatedResource> {
    const body = JSON.stringify(toBody(recipe, definition))
    const response = await this.#create[recipe.kind]('live', signal, body)
    const resource = resourceOf(response.body)
    if (resource === undefined)
      throw new Fault('transient', 'klaviyo/not-json', 'Klaviyo did not return the created resource')
    if (recipe.kind === 'flow' && resource.attributes.status !== 'draft')
      throw new Fault('config', 'klaviyo/not-draft', NOT_DRAFT)
    return toCreatedResource(recipe.kind, resource, this.#options)
  }

  async findDependents(names: readonly string[], signal: AbortSignal): Promise<Dependents> {
    const parts: DependentsParts = {
      flowTriggers: this.#flowTriggers,
      segments: this.#read.segment,
      toCreatedResource: (kind, resource) => toCreatedResource(kind, resource, this.#options),
    }
    try {
      return await findDependents(await this.findMetricIds(names, signal), parts, signal)
    } catch (error) {
      return { flows: [], segments: [], unreadable: [toFault(error).info()] }
    }
  }

  async #findById(kind: Kind, id: string, signal: AbortSignal): Promise<CreatedResource | undefined> {
    const filter = encodeURIComponent(`any(id,[${JSON.stringify(id)}])`)
    const { body } = await this.#read[kind]('live', signal, undefined, `${READ[kind].path}?filter=${filter}`)
    const [resource] = resourcesOf(body)
    return resource && toCreatedResource(kind, resource, this.#options)
  }

  async #findByName(kind: Kind, name: string, signal: AbortSignal): Promise<CreatedResource | undefined> {
    // The filter of segments takes a list, that of flows a string.
    const value = kind === 'segment' ? `[${JSON.stringify(name)}]` : JSON.stringify(name)
    const path = `${READ[kind].path}?filter=${encodeURIComponent(`equals(name,${value})`)}&sort=created`
    for await (const resource of listAll(this.#read[kind], path, signal)) {
      const { attributes } = resource
      // An archived resource does not count as existing.
      if (attributes.name === name && attributes.archived !== true)
        return toCreatedResource(kind, resource, this.#options)
    }
    return undefined
  }
}

const NOT_DRAFT = 'Klaviyo created the flow, but not as a draft: open it in Klaviyo now and set it to draft'

function toBody({ kind, name }: Recipe, definition: JsonObject): Json {
  if (kind === 'flow' && hasActiveStatus(definition)) {
    const message = 'a recipe creates drafts only: remove "status: live" and "status: manual" from its actions'
    throw new Fault('config', 'klaviyo/live-flow', message)
  }
  return { data: { type: kind, attributes: { name, definition } } }
}

/** A new flow is a draft, but each of its messages has a status of its own. */
function hasActiveStatus(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasActiveStatus)
  return Object.entries(value).some(
    ([key, inner]) => (key === 'status' && (inner === 'live' || inner === 'manual')) || hasActiveStatus(inner),
  )
}

/** Klaviyo documents no URLs of its pages; its own tools use these. */
function linkTo(kind: Kind, id: string, { baseUrl, spec }: KlaviyoOptions): string {
  // Klaviyo has no page of a resource created on another server.
  if (baseUrl !== undefined && baseUrl !== spec.host) return new URL(`#${id}`, baseUrl).href
  return kind === 'flow' ? `https://www.klaviyo.com/flow/${id}/edit` : `https://www.klaviyo.com/lists/${id}`
}

function toCreatedResource(kind: Kind, { id, attributes }: Resource, options: KlaviyoOptions): CreatedResource {
  const { name, status } = attributes
  const link = linkTo(kind, id, options)
  return { kind, id, name: String(name ?? ''), link, ...(typeof status === 'string' && { status }) }
}
