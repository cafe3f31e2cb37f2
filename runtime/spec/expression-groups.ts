/** For display: the expressions of each mapping, stream, lookup and resource, by their names in the file. */
import type { Expression } from '../expression/expression.ts'
import type { PlacedExpression } from './compile/context.ts'
import type { Mapping, ProfileMapping, Property, SkipRule, Spec } from './spec.ts'

export type NamedExpression = readonly [name: string, expression: Expression]

export interface ExpressionGroup {
  /** A metric, `Profile`, or a stream, lookup or resource. */
  readonly name: string
  readonly file: string
  readonly parts: readonly NamedExpression[]
}

/** A mapping's expressions include those of the property sets it includes. */
export function groupExpressions(spec: Spec, expressions: readonly PlacedExpression[]): readonly ExpressionGroup[] {
  const { mappings, profile, streams, lookups, resources } = spec
  const names = new Set([...streams.keys(), ...lookups.keys(), ...resources.keys()])
  return [
    ...mappings.map((mapping) => ({ name: mapping.metric, file: mapping.file, parts: listMappingParts(mapping) })),
    { name: 'Profile', file: profile.file, parts: listProfileParts(profile) },
    ...[...names].map((name) => groupSections(name, expressions)).filter(({ parts }) => parts.length > 0),
  ]
}

function listMappingParts({ each, when, key, time, contact, skip, properties }: Mapping): readonly NamedExpression[] {
  const early = [['each', each] as const, ['when', when] as const]
  const present = early.flatMap(([name, part]): NamedExpression[] => (part === undefined ? [] : [[name, part]]))
  const keys = key.map((part, index): NamedExpression => [`key[${index}]`, part])
  return [
    ...present,
    ...keys,
    ['time', time],
    ['contact', contact],
    ...nameSkipRules(skip),
    ...nameProperties(properties),
  ]
}

const listProfileParts = ({ attributes, properties, skip }: ProfileMapping): readonly NamedExpression[] => [
  ...nameSkipRules(skip),
  ...nameProperties(attributes),
  ...nameProperties(properties),
]

const nameSkipRules = (skip: readonly SkipRule[]): NamedExpression[] =>
  skip.map(({ reason, when }) => [`skip ${reason}`, when])

const nameProperties = (properties: readonly Property[]): NamedExpression[] =>
  properties.map(({ name, expr }) => [name, expr])

/** Streams, lookups and resources of one name form one group. */
function groupSections(name: string, expressions: readonly PlacedExpression[]): ExpressionGroup {
  const sections = ['streams', 'lookups', 'resources']
  const own = expressions.filter(({ path }) => sections.includes(String(path[0])) && path[1] === name)
  const parts = own.map(({ path, expression }): NamedExpression => [path.join('.'), expression])
  return { name, file: 'connector.yaml', parts }
}
