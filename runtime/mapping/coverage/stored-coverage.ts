/** How often each property of a metric has a value in its newest events, which shows a mapping that never finds one. */
import { isObject } from '../lib/json.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import type { Preview, PreviewInput, PreviewItem } from '../mapping/preview.ts'
import { toPreviewInput } from '../mapping/record-input.ts'
import type { Clock } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { LedgerEvent } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import type { JsonObject } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'
import { listLiterals, maskValue } from './mask.ts'
import { PropertyCounter, type PropertyCoverage, propertiesOf, propertiesOfProfile } from './property-counter.ts'

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
  readonly store: Pick<Store, 'events' | 'readRecord'>
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

/** `metric` may be `Profile`: the properties of the profile. Maps the records again by the running spec and sends nothing. */
export async function measureCoverage(metric: string, limits: CoverageLimits, parts: CoverageParts): Promise<Coverage> {
  const specTexts = literalsOf(parts.spec)
  const counter = new PropertyCounter(propertiesOf(metric, parts.spec), (value) => maskValue(value, specTexts))
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

async function mapAgain({ seq, metric, key }: LedgerEvent, parts: CoverageParts): Promise<JsonObject | undefined> {
  const { store, spec, preview } = parts
  const entry = await store.readRecord(seq)
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
  return propertiesOfProfile(own.profile)
}

/** A page measures every metric of one spec. */
const literals = new WeakMap<Spec, ReadonlySet<string>>()

function literalsOf(spec: Spec): ReadonlySet<string> {
  const found = literals.get(spec) ?? new Set(spec.sourceFiles.flatMap(({ text }) => listLiterals(text)))
  literals.set(spec, found)
  return found
}
