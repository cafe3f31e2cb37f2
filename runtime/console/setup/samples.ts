/** How often each property has a value, with a sample: in the newest events, masked, else in example records mapped by the running spec. */
import { isObject } from '../../lib/json.ts'
import { withTimeout } from '../../lib/with-timeout.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { PreviewItem } from '../../mapping/preview.ts'
import { measureCoverage } from '../../plan/coverage.ts'
import {
  namesIn,
  PropertyCounter,
  type PropertyCoverage,
  propertiesOf,
  propertiesOfProfile,
} from '../../plan/property-counter.ts'
import { toFault } from '../../ports/fault.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import type { PageContext } from '../types.ts'

export interface Sample {
  readonly events: number
  readonly properties: readonly PropertyCoverage[]
}

export interface Samples {
  readonly kind: 'recorded' | 'example' | 'none'
  /** By metric, or `Profile`. */
  readonly metrics: ReadonlyMap<string, Sample>
}

/** Of each metric. */
const LIMITS = { events: 100, time: 100 }
/** Milliseconds for all examples. */
const TIMEOUT = 3_000
/** Characters of one value. */
const MAX_LENGTH = 80

export async function loadSamples(context: PageContext): Promise<Samples> {
  const recorded = await recordedSamples(context)
  if (recorded.size > 0) return { kind: 'recorded', metrics: recorded }
  const examples = await exampleSamples(context).catch((error: unknown) => {
    context.options.logger.debug(`no examples of records: ${toFault(error).message}`)
    return new Map<string, Sample>()
  })
  return { kind: examples.size > 0 ? 'example' : 'none', metrics: examples }
}

async function recordedSamples({ options: { connector, clock } }: PageContext): Promise<Samples['metrics']> {
  const { store, spec, preview } = connector
  const found = new Map<string, Sample>()
  if (store.hasLedger === false) return found
  for (const name of namesIn(spec)) {
    const sample = await measureCoverage(name, LIMITS, { store, spec, preview, clock })
    if (sample.events > 0) found.set(name, sample)
  }
  return found
}

/** By where the records come from: the same until the spec changes. */
const latestExamples = new WeakMap<object, { readonly spec: Spec; readonly metrics: Samples['metrics'] }>()

async function exampleSamples({ options }: PageContext): Promise<Samples['metrics']> {
  const { connector, exampleRecords } = options
  const { spec, preview } = connector
  if (exampleRecords === undefined) return new Map()
  const known = latestExamples.get(exampleRecords)
  if (known?.spec === spec) return known.metrics
  const counter = new SampleCounter(spec)
  await withTimeout(TIMEOUT, options, async (signal) => {
    for (const record of await exampleRecords()) {
      if (signal.aborted) return
      for (const item of (await preview(record)).items) counter.add(item)
    }
    latestExamples.set(exampleRecords, { spec, metrics: counter.result() })
  })
  return counter.result()
}

class SampleCounter {
  readonly #prefix: string
  readonly #counters: ReadonlyMap<string, PropertyCounter>
  readonly #events = new Map<string, number>()

  constructor(spec: Spec) {
    this.#prefix = spec.destination.metricPrefix
    this.#counters = new Map(
      namesIn(spec).map((name) => [name, new PropertyCounter(propertiesOf(name, spec), shorten)]),
    )
  }

  add(item: PreviewItem): void {
    if (!('profile' in item)) return
    this.#count(PROFILE, propertiesOfProfile(item.profile))
    if (!('metric' in item)) return
    const { metric, properties } = item
    const name = metric.startsWith(this.#prefix) ? metric.slice(this.#prefix.length) : metric
    this.#count(name, isObject(properties) ? properties : {})
  }

  #count(name: string, properties: JsonObject): void {
    this.#counters.get(name)?.add(properties)
    this.#events.set(name, (this.#events.get(name) ?? 0) + 1)
  }

  result(): Samples['metrics'] {
    const found = [...this.#counters].map(([name, counter]): [string, Sample] => [
      name,
      { events: this.#events.get(name) ?? 0, properties: counter.result() },
    ])
    return new Map(found.filter(([, { events }]) => events > 0))
  }
}

function shorten(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}
