/** Segments and flows of the local Klaviyo: created and listed, never run. */
import { isObject } from '../../runtime/lib/json.ts'
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { ApiError, invalidInput } from './errors.ts'
import { type Filterable, paginate, parseFilter, sortItems } from './filter.ts'
import { identifier } from './identifier.ts'
import { collection, selfLink, toTimestamp } from './resources.ts'
import { isList } from './validation/rules.ts'

export interface SegmentOrFlow {
  readonly kind: 'segment' | 'flow'
  readonly id: string
  readonly name: string
  readonly definition: JsonObject
  readonly created: number
}

export interface SegmentsAndFlowsOptions {
  readonly clock: Clock
  readonly random: Random
  /** Whether a metric of this id exists. */
  readonly isMetric: (id: string) => boolean
}

const PLAIN: Readonly<Record<string, Filterable<SegmentOrFlow>>> = {
  id: { operators: ['any'], read: ({ id }) => id },
  name: { operators: ['equals'], read: ({ name }) => name },
}
const SEGMENT_FILTERS: typeof PLAIN = {
  id: { operators: ['any', 'equals'], read: ({ id }) => id },
  name: { operators: ['any', 'equals'], read: ({ name }) => name },
}
const SORTS = { created: ({ created }: SegmentOrFlow) => created }

export class SegmentsAndFlows {
  readonly #options: SegmentsAndFlowsOptions
  #segments: SegmentOrFlow[] = []
  #flows: SegmentOrFlow[] = []

  constructor(options: SegmentsAndFlowsOptions) {
    this.#options = options
  }

  /** `POST /api/segments` */
  addSegment(body: Json, url: URL): JsonObject {
    const resource = this.#create('segment', body)
    this.#requireMetrics(idsUnder('metric_id', resource.definition))
    this.#segments.push(resource)
    return { data: segment(resource, url), links: { self: url.href } }
  }

  /** `POST /api/flows`: always creates a draft. */
  addFlow(body: Json, url: URL): JsonObject {
    const resource = this.#create('flow', body)
    this.#requireMetrics(triggersOf(resource).flatMap(({ type, id }) => (type === 'metric' ? [id] : [])))
    this.#flows.push(resource)
    return { data: flow(resource, url), links: { self: url.href } }
  }

  listSegments(url: URL): JsonObject {
    const query = url.searchParams
    const found = this.#segments.filter(parseFilter(query.get('filter'), SEGMENT_FILTERS))
    const page = paginate(sortItems(found, query.get('sort'), SORTS), query, { usual: 10, most: 10 })
    if (query.get('include') !== 'flow-triggers') return collection(url, page, segment)
    const flowsTriggeredBy = (it: SegmentOrFlow) =>
      this.#flows.filter((one) => triggersOf(one).some(({ id }) => id === it.id))
    const related = (it: SegmentOrFlow) => ({
      ...segment(it, url),
      relationships: { 'flow-triggers': { data: flowsTriggeredBy(it).map(({ id }) => ({ type: 'flow', id })) } },
    })
    const included = [...new Set(page.items.flatMap(flowsTriggeredBy))].map((one) => flow(one, url))
    return { ...collection(url, page, related), included }
  }

  listFlows(url: URL): JsonObject {
    const query = url.searchParams
    const found = this.#flows.filter(parseFilter(query.get('filter'), PLAIN))
    return collection(url, paginate(sortItems(found, query.get('sort'), SORTS), query, { usual: 50, most: 50 }), flow)
  }

  /** `GET /api/metrics/{id}/flow-triggers` */
  listFlowTriggers(url: URL): JsonObject {
    const metric = url.pathname.split('/').at(-2) ?? ''
    const begins = (it: SegmentOrFlow) => triggersOf(it).some(({ type, id }) => type === 'metric' && id === metric)
    return collection(url, { items: this.#flows.filter(begins) }, flow)
  }

  all(): readonly SegmentOrFlow[] {
    return [...this.#segments, ...this.#flows]
  }

  reset(): void {
    this.#segments = []
    this.#flows = []
  }

  #create(kind: SegmentOrFlow['kind'], body: Json): SegmentOrFlow {
    const { name, definition } = attributesIn(body)
    const { random, clock } = this.#options
    const id = identifier(random, 'event').slice(0, 6)
    return { kind, id, name: String(name), definition: definition as JsonObject, created: clock.now() }
  }

  #requireMetrics(ids: readonly string[]): void {
    const unknown = ids.find((id) => !this.#options.isMetric(id))
    if (unknown === undefined) return
    const pointer = '/data/attributes/definition'
    throw new ApiError(400, [invalidInput('A metric of this definition does not exist.', { pointer })])
  }
}

function attributesIn(body: Json): JsonObject {
  const data = isObject(body) ? body.data : undefined
  const attributes = isObject(data) ? data.attributes : undefined
  return isObject(attributes) ? attributes : {}
}

function triggersOf({ definition }: SegmentOrFlow): readonly { readonly type: string; readonly id: string }[] {
  const { triggers } = definition
  return (isList(triggers) ? triggers : [])
    .filter(isObject)
    .map(({ type, id }) => ({ type: String(type), id: String(id) }))
}

function idsUnder(key: string, value: Json | undefined): string[] {
  if (isList(value)) return value.flatMap((each) => idsUnder(key, each))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => (name === key ? [String(inner)] : idsUnder(key, inner)))
}

function segment({ id, name, definition, created }: SegmentOrFlow, url: URL): JsonObject {
  const dates = { created: toTimestamp(created), updated: toTimestamp(created) }
  const attributes = { name, definition, ...dates, is_active: true, is_processing: false, is_starred: false }
  return { type: 'segment', id, attributes, links: selfLink(url, 'segments', id) }
}

function flow(resource: SegmentOrFlow, url: URL): JsonObject {
  const { id, name, created } = resource
  const trigger = triggersOf(resource)[0]?.type === 'metric' ? 'Metric' : 'Added to List'
  const dates = { created: toTimestamp(created), updated: toTimestamp(created) }
  const attributes = { name, status: 'draft', archived: false, ...dates, trigger_type: trigger }
  return { type: 'flow', id, attributes, links: selfLink(url, 'flows', id) }
}
