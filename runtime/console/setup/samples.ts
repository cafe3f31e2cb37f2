/** How often each property has a value, with a sample: in the newest events, masked, else in example records mapped by the running spec. */

import { isObject } from '../../lib/json.ts'
import { withTimeout } from '../../lib/with-timeout.ts'
import { coverageNames } from '../../mapping/coverage/coverage-names.ts'
import {
  coverageOf,
  PropertyCounter,
  propertiesOf,
  propertiesOfProfile,
} from '../../mapping/coverage/property-counter.ts'
import { type Coverage, readCoverage } from '../../mapping/coverage/stored-coverage.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { PreviewItem } from '../../mapping/preview.ts'
import { toFault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import type { PageContext } from '../types.ts'

export interface Samples {
  readonly kind: 'recorded' | 'example' | 'none'
  /** By metric, or `Profile`. */
  readonly metrics: ReadonlyMap<string, Coverage>
}

/** Milliseconds for all examples. */
const TIMEOUT = 3_000
/** Characters of one value. */
const MAX_LENGTH = 80

export async function loadSamples(context: PageContext): Promise<Samples> {
  const recorded = await recordedSamples(context)
  if (recorded.size > 0) return { kind: 'recorded', metrics: recorded }
  const examples = await exampleSamples(context).catch((error: unknown) => {
    context.options.logger.debug(`no examples of records: ${toFault(error).message}`)
    return new Map<string, Coverage>()
  })
  return { kind: examples.size > 0 ? 'example' : 'none', metrics: examples }
}

async function recordedSamples({ options: { connector } }: PageContext): Promise<Samples['metrics']> {
  const names = coverageNames(connector.spec)
  const found = await Promise.all(names.map(async (name) => [name, await readCoverage(name, connector)] as const))
  return new Map(found.filter(([, { events }]) => events > 0))
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
  readonly #spec: Spec
  readonly #counters: ReadonlyMap<string, PropertyCounter>

  constructor(spec: Spec) {
    this.#spec = spec
    this.#counters = new Map(
      coverageNames(spec).map((name) => [name, new PropertyCounter(propertiesOf(name, spec), shorten)]),
    )
  }

  add(item: PreviewItem): void {
    if (!('profile' in item)) return
    this.#counters.get(PROFILE)?.add(propertiesOfProfile(item.profile))
    if (!('metric' in item)) return
    const { metric, properties } = item
    const { metricPrefix } = this.#spec.destination
    const name = metric.startsWith(metricPrefix) ? metric.slice(metricPrefix.length) : metric
    this.#counters.get(name)?.add(isObject(properties) ? properties : {})
  }

  result(): Samples['metrics'] {
    const found = [...this.#counters].filter(([, { events }]) => events > 0)
    return new Map(
      found.map(([name, counter]) => [
        name,
        { events: counter.events, properties: coverageOf(propertiesOf(name, this.#spec), counter) },
      ]),
    )
  }
}

function shorten(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}
