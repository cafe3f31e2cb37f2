/** How often each property of a metric has a value in its newest events, which shows a mapping that never finds one. */
import { isObject } from '../lib/json.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import type { Preview, PreviewInput, PreviewItem } from '../mapping/preview.ts'
import { toPreviewInput } from '../mapping/record-input.ts'
import type { Clock } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { LedgerEvent } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import type { Json, JsonObject } from '../ports/types.ts'
import type { Property, Spec } from '../spec/spec.ts'
import { kindOf, listLiterals, maskValue, type ValueKind } from './mask.ts'

export interface PropertyCoverage {
  readonly name: string
  /** Place of its expression, `file:line:column`. Absent: a member of a spread property, which the events name. */
  readonly place?: string
  /** Events that have it. */
  readonly present: number
  /** The kinds of its values, the most frequent first. */
  readonly kinds: readonly ValueKind[]
  /** Up to three different values, described without a person's data. */
  readonly samples: readonly string[]
}

export interface Coverage {
  /** Events that were mapped again. */
  readonly events: number
  /** Events that could not be: their record is no longer kept, or the mappings now make no such event of it. */
  readonly unmapped: number
  /** Whether the time ran out before the limit was reached. */
  readonly isCut: boolean
  readonly properties: readonly PropertyCoverage[]
}

export interface CoverageParts {
  readonly store: Pick<Store, 'events' | 'trace'>
  readonly spec: Spec
  readonly preview: (input: PreviewInput) => Promise<Preview>
  readonly clock: Pick<Clock, 'now'>
}

export interface CoverageLimits {
  /** Newest events to look at. */
  readonly events: number
  /** Milliseconds. */
  readonly time: number
}

const PAGE = 100
const SAMPLES = 3

/** `metric` may be `Profile`: the properties of the profile. Maps the records again by the running spec and sends nothing. */
export async function measureCoverage(metric: string, limits: CoverageLimits, parts: CoverageParts): Promise<Coverage> {
  const counter = new PropertyCounter(propertiesOf(metric, parts.spec), literalsOf(parts.spec))
  const end = parts.clock.now() + limits.time
  let [events, unmapped, before] = [0, 0, undefined as number | undefined]
  while (events + unmapped < limits.events) {
    const limit = Math.min(PAGE, limits.events - events - unmapped)
    const page = await parts.store.events({
      metric,
      status: 'delivered',
      limit,
      ...(before !== undefined && { before }),
    })
    for (const event of page) {
      if (parts.clock.now() > end) return { events, unmapped, isCut: true, properties: counter.result() }
      const properties = await mapAgain(event, parts)
      if (properties === undefined) unmapped += 1
      else {
        events += 1
        counter.add(properties)
      }
    }
    before = page.at(-1)?.id
    if (page.length < limit) break
  }
  return { events, unmapped, isCut: false, properties: counter.result() }
}

async function mapAgain({ record, metric, key }: LedgerEvent, parts: CoverageParts): Promise<JsonObject | undefined> {
  const { store, spec, preview } = parts
  const entry = (await store.trace(record)).find(({ id }) => id === record)
  const input = entry && toPreviewInput(entry)
  if (input === undefined) return undefined
  try {
    const { items } = await preview({ ...input, lookupFallback: 'remembered' })
    return propertiesIn(items, { metric, key, name: spec.destination.metricPrefix + metric })
  } catch (error) {
    // The spec takes its topic or its stream no longer.
    if (toFault(error).kind === 'bug') throw error
    return undefined
  }
}

function propertiesIn(
  items: readonly PreviewItem[],
  { metric, key, name }: { readonly metric: string; readonly key?: string | undefined; readonly name: string },
): JsonObject | undefined {
  const own = items.find((item) =>
    metric === PROFILE
      ? 'profile' in item
      : 'key' in item && [metric, name].includes(item.metric) && (key === undefined || item.key === key),
  )
  if (own === undefined || !('profile' in own)) return undefined
  if (metric !== PROFILE) return 'properties' in own && isObject(own.properties) ? own.properties : {}
  const { properties, ...attributes } = own.profile
  return { ...attributes, ...(isObject(properties) && properties) }
}

function propertiesOf(metric: string, { mappings, profile }: Spec): readonly Property[] {
  if (metric === PROFILE) return [...profile.attributes, ...profile.properties]
  return mappings.find((mapping) => mapping.metric === metric)?.properties ?? []
}

const literalsOf = ({ sourceFiles }: Spec): ReadonlySet<string> =>
  new Set(sourceFiles.flatMap(({ text }) => listLiterals(text)))

class PropertyCounter {
  readonly #counts = new Map<string, Counts>()
  readonly #literals: ReadonlySet<string>
  readonly #parents: ReadonlySet<string>

  constructor(properties: readonly Property[], literals: ReadonlySet<string>) {
    this.#literals = literals
    this.#parents = new Set(properties.flatMap(({ name }) => (name.includes('.') ? name.split('.', 1) : [])))
    for (const { name, expr, isSpread } of properties)
      if (!isSpread) this.#counts.set(name, { place: expr.place, present: 0, kinds: new Map(), samples: new Set() })
  }

  add(properties: JsonObject): void {
    for (const [name, value] of flatten(properties, this.#parents)) {
      const counts = this.#counts.get(name) ?? { present: 0, kinds: new Map(), samples: new Set() }
      this.#counts.set(name, counts)
      const kind = kindOf(value)
      counts.present += 1
      counts.kinds.set(kind, (counts.kinds.get(kind) ?? 0) + 1)
      if (counts.samples.size < SAMPLES) counts.samples.add(maskValue(value, this.#literals))
    }
  }

  result(): readonly PropertyCoverage[] {
    return [...this.#counts].map(([name, { place, present, kinds, samples }]) => ({
      name,
      ...(place !== undefined && { place }),
      present,
      kinds: [...kinds].sort(([, a], [, b]) => b - a).map(([kind]) => kind),
      samples: [...samples],
    }))
  }
}

interface Counts {
  readonly place?: string
  present: number
  readonly kinds: Map<ValueKind, number>
  readonly samples: Set<string>
}

/** Nested attributes by the dotted names that the spec gives them, such as `location.city`. */
function* flatten(
  properties: JsonObject,
  parents: ReadonlySet<string>,
  prefix = '',
): Generator<[name: string, value: Json]> {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === '') continue
    if (isObject(value) && parents.has(name)) yield* flatten(value, parents, `${name}.`)
    else yield [prefix + name, value]
  }
}
