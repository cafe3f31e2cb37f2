/** What is made out of our metrics in Klaviyo, and who there listens to them: segments and flows, by its API. */
import { Fault, toFault } from '../../runtime/ports/fault.ts'
import type { CreatedResource, Recipe, RecipeTarget } from '../../runtime/ports/recipes.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { endpointClient, type KlaviyoOptions, METRICS_ENDPOINT, windows } from './client.ts'
import { klaviyoListeners } from './dependents.ts'
import { listAll, listOf, type Resource, resourceOf } from './json-api.ts'

// Of what is made, Klaviyo takes only so many a day besides.
const READ = {
  segment: { path: '/api/segments', windows: windows(75, 750) },
  flow: { path: '/api/flows', windows: windows(3, 60) },
}
const MAKE = {
  segment: { path: '/api/segments', windows: windows(1, 15), attempts: 1 },
  flow: { path: '/api/flows', windows: windows(1, 15), attempts: 1 },
}

export function klaviyoWorkshop(options: KlaviyoOptions): RecipeTarget {
  const madeOf = (kind: Recipe['kind'], found: Resource) => made(kind, found, options)
  const metrics = endpointClient(options, METRICS_ENDPOINT, 'metrics:read')
  const triggered = endpointClient(options, METRICS_ENDPOINT, 'flows:read')
  const read = {
    segment: endpointClient(options, READ.segment, 'segments:read'),
    flow: endpointClient(options, READ.flow, 'flows:read'),
  }
  const make = {
    segment: endpointClient(options, MAKE.segment, 'segments:write'),
    flow: endpointClient(options, MAKE.flow, 'flows:write'),
  }

  async function metricIds(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const wanted = new Map(names.map((name) => [options.spec.metricPrefix + name, name]))
    const found = new Map<string, string>()
    // A metric is its name and its source: one of the same name that another integration sends is not ours.
    const path = `${METRICS_ENDPOINT.path}?filter=${encodeURIComponent("equals(integration.name,'API')")}`
    for await (const { id, attributes } of listAll(metrics, path, signal)) {
      const name = wanted.get(String(attributes.name))
      if (name !== undefined) found.set(name, id)
    }
    return found
  }

  async function find({ kind, name }: Pick<Recipe, 'kind' | 'name'>, id: string | undefined, signal: AbortSignal) {
    const one = id === undefined ? undefined : await byId(kind, id, signal)
    return one ?? (await byName(kind, name, signal))
  }

  async function byId(kind: Recipe['kind'], id: string, signal: AbortSignal): Promise<CreatedResource | undefined> {
    const filter = encodeURIComponent(`any(id,[${JSON.stringify(id)}])`)
    const { body } = await read[kind]('live', signal, undefined, `${READ[kind].path}?filter=${filter}`)
    const [found] = listOf(body)
    return found && madeOf(kind, found)
  }

  async function byName(kind: Recipe['kind'], name: string, signal: AbortSignal): Promise<CreatedResource | undefined> {
    // A segment's filter takes a list, a flow's one text.
    const value = kind === 'segment' ? `[${JSON.stringify(name)}]` : JSON.stringify(name)
    const filter = encodeURIComponent(`equals(name,${value})`)
    for await (const found of listAll(read[kind], `${READ[kind].path}?filter=${filter}&sort=created`, signal)) {
      // What was put away does not count as there.
      if (found.attributes.name === name && found.attributes.archived !== true) return madeOf(kind, found)
    }
    return undefined
  }

  return {
    findMetricIds: metricIds,
    find,
    previewBody: bodyOf,
    async create(recipe, definition, signal) {
      const body = JSON.stringify(bodyOf(recipe, definition))
      const answer = await make[recipe.kind]('live', signal, body)
      const found = resourceOf(answer.body)
      if (found === undefined) throw new Fault('transient', 'klaviyo/not-json', 'Klaviyo did not say what it made')
      if (recipe.kind === 'flow' && found.attributes.status !== 'draft')
        throw new Fault('config', 'klaviyo/not-draft', NOT_DRAFT)
      return madeOf(recipe.kind, found)
    },
    async findDependents(names, signal) {
      try {
        const ids = await metricIds(names, signal)
        return await klaviyoListeners(ids, { triggered, segments: read.segment, madeOf }, signal)
      } catch (error) {
        return { flows: [], segments: [], unreadable: [toFault(error).info()] }
      }
    },
  }
}

const NOT_DRAFT = 'Klaviyo made the flow, but not as a draft: look at it there now and set it to draft'

function bodyOf({ kind, name }: Recipe, definition: JsonObject): Json {
  if (kind === 'flow' && startsSomething(definition)) {
    const message = 'a recipe makes drafts: take "status: live" and "status: manual" out of its actions'
    throw new Fault('config', 'klaviyo/live-flow', message)
  }
  return { data: { type: kind, attributes: { name, definition } } }
}

/** Flows begin as drafts, but each of their messages has a status of its own. */
function startsSomething(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(startsSomething)
  return Object.entries(value).some(
    ([key, inner]) => (key === 'status' && (inner === 'live' || inner === 'manual')) || startsSomething(inner),
  )
}

/** Klaviyo's pages are not in its API's description; these addresses are those its own tools name. */
function linkTo(kind: Recipe['kind'], id: string, { baseUrl, spec }: KlaviyoOptions): string {
  // What stands in for Klaviyo has made it, so Klaviyo's own page would not know it.
  if (baseUrl !== undefined && baseUrl !== spec.host) return new URL(`#${id}`, baseUrl).href
  return kind === 'flow' ? `https://www.klaviyo.com/flow/${id}/edit` : `https://www.klaviyo.com/lists/${id}`
}

function made(kind: Recipe['kind'], { id, attributes }: Resource, options: KlaviyoOptions): CreatedResource {
  const { name, status } = attributes
  const link = linkTo(kind, id, options)
  return { kind, id, name: String(name ?? ''), link, ...(typeof status === 'string' && { status }) }
}
