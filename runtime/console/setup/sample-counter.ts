/** Counts the properties of mapped items, by metric, with samples. */
import { isObject } from '../../lib/json.ts'
import { coverageNames } from '../../mapping/coverage/coverage-names.ts'
import {
  coverageOf,
  type PropertyCounter,
  propertiesOf,
  propertiesOfProfile,
} from '../../mapping/coverage/property-counter.ts'
import type { Coverage } from '../../mapping/coverage/stored-coverage.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { PreviewItem } from '../../mapping/preview.ts'
import type { JsonObject } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'

export class SampleCounter {
  readonly #spec: Spec
  readonly #counters: ReadonlyMap<string, PropertyCounter>

  constructor(spec: Spec, createCounter: (metric: string, spec: Spec) => PropertyCounter) {
    this.#spec = spec
    this.#counters = new Map(coverageNames(spec).map((name) => [name, createCounter(name, spec)]))
  }

  add(item: PreviewItem): void {
    if (!('profile' in item)) return
    this.#count(PROFILE, propertiesOfProfile(item.profile))
    if (!('metric' in item)) return
    const { metric, properties } = item
    const { metricPrefix } = this.#spec.destination
    const name = metric.startsWith(metricPrefix) ? metric.slice(metricPrefix.length) : metric
    this.#count(name, isObject(properties) ? properties : {})
  }

  #count(name: string, properties: JsonObject): void {
    this.#counters.get(name)?.add(properties)
  }

  /** Of the metrics that have an event. */
  result(): ReadonlyMap<string, Coverage> {
    const found = [...this.#counters].filter(([, { events }]) => events > 0)
    return new Map(
      found.map(([name, counter]) => [
        name,
        { events: counter.events, properties: coverageOf(propertiesOf(name, this.#spec), counter) },
      ]),
    )
  }
}
