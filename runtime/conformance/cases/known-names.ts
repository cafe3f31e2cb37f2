/** The names that expectations may use: metrics, properties, skip reasons and fault codes of a spec. */

import { PROFILE } from '../../mapping/map-profile.ts'
import { DELETION } from '../../mapping/person/deletions.ts'
import { SKIP_REASONS, WAIT_REASONS } from '../../skip-reasons.ts'
import type { Mapping, ProfileMapping, Property, Spec } from '../../spec/spec.ts'
import { isSpreadOf } from '../compare/find-expression.ts'

/** A JSONata error has its own code. */
const EXPRESSION_CODE = /^expression\/[STDU]\d{4}$/

export class KnownNames {
  readonly metrics: readonly string[]
  readonly disabledMetrics: ReadonlySet<string>
  readonly reasons: ReadonlySet<string>
  readonly #faultCodes: ReadonlySet<string>
  readonly #mappings: ReadonlyMap<string, Mapping>
  readonly #profile: ProfileMapping
  /** Those that any metric sets. */
  readonly #profileProperties: readonly Property[]

  constructor(spec: Spec, faultCodes: readonly string[]) {
    this.#mappings = new Map(spec.mappings.map((mapping) => [mapping.metric, mapping]))
    this.metrics = [...this.#mappings.keys(), PROFILE, DELETION]
    this.disabledMetrics = new Set(spec.disabledMappings.map(({ metric }) => metric))
    this.reasons = new Set(listReasons(spec))
    const sides = [spec.source.name, spec.destination.name]
    this.#faultCodes = new Set(
      faultCodes.flatMap((code) =>
        code.startsWith('<side>/') ? sides.map((side) => code.replace('<side>', side)) : [code],
      ),
    )
    this.#profile = spec.profile
    this.#profileProperties = [
      ...spec.profile.properties,
      ...spec.mappings.flatMap(({ profileProperties }) => profileProperties),
    ]
  }

  get faultCodes(): readonly string[] {
    return [...this.#faultCodes].filter((code) => !code.includes('<'))
  }

  hasFaultCode(code: string): boolean {
    return this.#faultCodes.has(code) || EXPRESSION_CODE.test(code)
  }

  /** Undefined for a metric that is unknown. */
  propertiesOf(metric: string): PropertyNames | undefined {
    const mapping = this.#mappings.get(metric)
    return mapping && new PropertyNames(mapping.properties)
  }

  /** The members of a profile: attributes, of which dotted names nest. */
  attributes(): PropertyNames {
    const heads = this.#profile.attributes.map(({ name }) => ({ name: name.split('.')[0] ?? name }))
    return new PropertyNames([...heads, { name: 'properties' }])
  }

  profileProperties(): PropertyNames {
    return new PropertyNames(this.#profileProperties)
  }
}

/** Names of properties, of which some hold a `*` for the members of an object. */
export class PropertyNames {
  readonly names: readonly string[]
  readonly #properties: readonly Pick<Property, 'name' | 'isSpread'>[]

  constructor(properties: readonly Pick<Property, 'name' | 'isSpread'>[]) {
    this.names = properties.filter(({ isSpread }) => !isSpread).map(({ name }) => name)
    this.#properties = properties
  }

  has(name: string): boolean {
    return this.names.includes(name) || this.#properties.some((property) => isSpreadOf(property, name))
  }
}

function listReasons(spec: Spec): readonly string[] {
  const { exclude } = spec.people
  const ofMissing = ({ whenMissing }: Property) => (whenMissing.action === 'skip' ? [whenMissing.reason] : [])
  return [
    ...[...SKIP_REASONS, ...WAIT_REASONS].map(({ reason }) => reason),
    ...spec.mappings.flatMap(({ skip }) => skip.map(({ reason }) => reason)),
    ...spec.mappings.flatMap(({ properties }) => properties.flatMap(ofMissing)),
    ...spec.profile.skip.map(({ reason }) => reason),
    ...(exclude?.rules.map(({ reason }) => reason) ?? []),
    `not-in-${spec.destination.name}`,
  ]
}
