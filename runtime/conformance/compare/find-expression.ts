/** Finds the expression of a spec that makes a member of an occurrence, or that skips it. */
import type { Expression } from '../../expression/expression.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { Mapping, ProfileMapping, Property, Spec } from '../../spec/spec.ts'
import type { ExpressionPlace, MemberPath } from './difference.ts'

/** Whether it runs or is disabled. `metric` may have the destination's prefix. */
export function findMapping(spec: Spec, metric: string | undefined): Mapping | undefined {
  const { metricPrefix } = spec.destination
  return [...spec.mappings, ...spec.disabledMappings].find(
    (mapping) => mapping.metric === metric || `${metricPrefix}${mapping.metric}` === metric,
  )
}

export function findExpression(
  spec: Spec,
  metric: string | undefined,
  [first, ...rest]: MemberPath,
): ExpressionPlace | undefined {
  const mapping = findMapping(spec, metric)
  if (first === 'profile') return placeOf(findProfileProperty(spec.profile, mapping, rest)?.expr)
  switch (first) {
    case 'key':
      // The parts before the last are the metric's name and the resource's id.
      return placeOf(mapping?.key.at(-1))
    case 'time':
      return placeOf(mapping?.time)
    case 'contact':
      return placeOf(mapping?.contact)
    case 'value':
      return placeOf(mapping?.value)
    case 'currency':
      return placeOf(mapping?.currency)
    case 'properties':
      return placeOf(findProperty(mapping?.properties ?? [], rest[0])?.expr)
    default:
      return undefined
  }
}

/** The rule or the property that skips an occurrence for this reason. Undefined: the runtime does. */
export function findSkipRule(spec: Spec, metric: string | undefined, reason: string): ExpressionPlace | undefined {
  const mapping = findMapping(spec, metric)
  const rules = [...(metric === PROFILE ? [] : (mapping?.skip ?? [])), ...spec.profile.skip]
  const rule = rules.find((each) => each.reason === reason)
  const properties = [...(mapping?.properties ?? []), ...spec.profile.attributes, ...spec.profile.properties]
  const skips = ({ whenMissing }: Property) => whenMissing.action === 'skip' && whenMissing.reason === reason
  return placeOf(rule?.when ?? properties.find(skips)?.expr)
}

/** The property of a name; of a member that a spread such as `Plan *` makes, the spread. */
export function findProperty(properties: readonly Property[], name: string | undefined): Property | undefined {
  if (name === undefined) return undefined
  const own = properties.find((property) => property.name === name && !property.isSpread)
  return own ?? properties.find((property) => isSpreadOf(property, name))
}

export function isSpreadOf({ name, isSpread }: Pick<Property, 'name' | 'isSpread'>, member: string): boolean {
  const [before = '', after = ''] = name.split('*')
  return isSpread === true && member.startsWith(before) && member.endsWith(after)
}

function findProfileProperty(
  { attributes, properties }: ProfileMapping,
  mapping: Mapping | undefined,
  path: MemberPath,
): Property | undefined {
  const [first, second] = path
  if (first === 'properties' && second !== undefined)
    return findProperty([...(mapping?.profileProperties ?? []), ...properties], second)
  return attributes.find(({ name }) => name === first || name === `${first}.${second}`)
}

export const placeOf = (expression: Expression | undefined): ExpressionPlace | undefined =>
  expression && { place: expression.place, text: expression.text }
