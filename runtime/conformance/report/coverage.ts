/** What no case of a spec's own files holds: properties never asserted, skip reasons never reached, mappings without a case. */

import { PROFILE } from '../../mapping/map-profile.ts'
import type { JsonObject } from '../../ports/types.ts'
import { parsePlace } from '../../spec/source-file.ts'
import type { Mapping, Property, SkipRule, Spec } from '../../spec/spec.ts'
import { isSpreadOf } from '../compare/find-expression.ts'
import type { CaseOccurrence, ExpectedOccurrence, ResolvedCase } from '../types.ts'

export interface Coverage {
  readonly metrics: readonly MetricCoverage[]
}

export interface MetricCoverage {
  /** `Profile` is the profile. */
  readonly metric: string
  readonly file: string
  /** Comparisons that name an occurrence of it. 0: no case does. */
  readonly expectations: number
  readonly properties: number
  readonly neverAsserted: readonly string[]
  readonly reasons: number
  readonly neverReached: readonly string[]
}

/** Collects over a run; cheap for thousands of cases. */
export class CoverageCounter {
  readonly #spec: Spec
  readonly #isOwn: (path: string) => boolean
  readonly #asserted = new Map<string, Set<string>>()
  readonly #reached = new Map<string, Set<string>>()
  readonly #expectations = new Map<string, number>()

  constructor(spec: Spec) {
    this.#spec = spec
    const own = new Set(spec.sourceFiles.flatMap(({ path, base }) => (base === undefined ? [path] : [])))
    this.#isOwn = (path) => own.has(path)
  }

  add({ expected, metric }: Pick<ResolvedCase, 'expected' | 'metric'>, occurrences: readonly CaseOccurrence[]): void {
    for (const each of expected) this.#addExpectation(each, each.metric ?? metric)
    if (expected.length === 0 && metric !== undefined) this.#count(metric)
    for (const one of occurrences) if ('skipped' in one) setOf(this.#reached, one.metric).add(one.skipped)
  }

  /** Only of the spec's own files: what a base has, its own cases hold. */
  coverage(only?: readonly string[]): Coverage {
    const { mappings, profile } = this.#spec
    const rows = [
      ...mappings.map((mapping) => this.#measure(mapping.metric, mapping.file, mapping.properties, reasonsOf(mapping))),
      this.#measure(PROFILE, profile.file, [...profile.attributes, ...profile.properties], reasonsOf(profile)),
    ]
    const selected = only === undefined ? rows : rows.filter(({ metric }) => only.includes(metric))
    return { metrics: selected.filter((row) => this.#isOwn(row.file) || row.properties + row.reasons > 0) }
  }

  #addExpectation(expected: ExpectedOccurrence, metric: string | undefined): void {
    const { properties = {}, profile = {}, has = {}, profileHas = {}, without = [] } = expected
    const whole: readonly JsonObject[] = metric === PROFILE ? [profile, has] : [profile, profileHas]
    const names = setOf(this.#asserted, PROFILE)
    for (const one of whole) addNames(one, names)
    if (metric === PROFILE) for (const name of without) names.add(name)
    if (metric === undefined) return
    this.#count(metric)
    if (metric === PROFILE) return
    const own = setOf(this.#asserted, metric)
    for (const name of [...Object.keys(properties), ...Object.keys(has), ...without]) own.add(name)
  }

  #count(metric: string): void {
    this.#expectations.set(metric, (this.#expectations.get(metric) ?? 0) + 1)
  }

  #measure(metric: string, file: string, properties: readonly Property[], reasons: readonly Reason[]): MetricCoverage {
    const asserted = this.#asserted.get(metric) ?? new Set()
    const reached = this.#reached.get(metric) ?? new Set()
    const own = properties.filter(({ expr }) => this.#isOwn(fileOf(expr.place)))
    const ownReasons = reasons.filter(({ place }) => this.#isOwn(fileOf(place)))
    const isAsserted = (property: Property) =>
      asserted.has(property.name) ||
      (property.isSpread === true && [...asserted].some((name) => isSpreadOf(property, name)))
    return {
      metric,
      file,
      expectations: this.#expectations.get(metric) ?? 0,
      properties: own.length,
      neverAsserted: own.filter((property) => !isAsserted(property)).map(({ name }) => name),
      reasons: ownReasons.length,
      neverReached: ownReasons.filter(({ reason }) => !reached.has(reason)).map(({ reason }) => reason),
    }
  }
}

interface Reason {
  readonly reason: string
  readonly place: string
}

/** Of rules and of properties that skip when they are missing, each once. */
function reasonsOf(
  part: { readonly skip: readonly SkipRule[]; readonly properties: readonly Property[] } & Partial<
    Pick<Mapping, 'metric'>
  >,
): readonly Reason[] {
  const all = [
    ...part.skip.map(({ reason, when }) => ({ reason, place: when.place })),
    ...part.properties.flatMap(({ whenMissing, expr }) =>
      whenMissing.action === 'skip' ? [{ reason: whenMissing.reason, place: expr.place }] : [],
    ),
  ]
  return [...new Map(all.map((each) => [each.reason, each])).values()]
}

const fileOf = (place: string): string => parsePlace(place)?.path ?? place

/** `location`, `location.city`, and the names of custom properties. */
function addNames(profile: JsonObject, names: Set<string>): void {
  for (const [name, value] of Object.entries(profile)) {
    names.add(name)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
    for (const inner of Object.keys(value)) names.add(name === 'properties' ? inner : `${name}.${inner}`)
  }
}

function setOf(sets: Map<string, Set<string>>, name: string): Set<string> {
  const found = sets.get(name) ?? new Set<string>()
  sets.set(name, found)
  return found
}
