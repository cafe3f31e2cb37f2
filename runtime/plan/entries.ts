/** A spec as entries of text, by path: any two of them can be compared. */
import type { Expression } from '../expression/expression.ts'
import { formatInterval } from '../lib/format.ts'
import type { Mapping, ProfileMapping, Property, Spec } from '../spec/spec.ts'
import type { Change } from './types.ts'

export type Entries = ReadonlyMap<string, string>

export function compareEntries(before: Entries, after: Entries, prefix = ''): readonly Change[] {
  const changes: Change[] = []
  for (const [name, text] of after) {
    const former = before.get(name)
    if (former === undefined) changes.push({ change: 'added', name: `${prefix}${name}`, after: text })
    else if (unfold(former) !== unfold(text))
      changes.push({ change: 'changed', name: `${prefix}${name}`, before: former, after: text })
  }
  for (const [name, text] of before)
    if (!after.has(name)) changes.push({ change: 'removed', name: `${prefix}${name}`, before: text })
  return changes
}

const LITERAL_OR_BLANK = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\s|\/\*[\s\S]*?\*\/)+/g

/** With one blank for each comment, line break and indent: they mean nothing outside of the literals of an expression. */
export const unfold = (text: string): string =>
  text.replace(LITERAL_OR_BLANK, (part) => (/^["']/.test(part) ? part : ' ')).trim()

/** Everything of a mapping that decides what is sent. */
export function listMappingEntries(mapping: Mapping): Entries {
  const { stream, topics, each, when, time, contact, value, currency } = mapping
  return new Map([
    ...flatten({ from: { stream: stream?.name, ...omitName(stream) } }),
    ...[...topics].map((topic) => [`topic ${topic}`, ''] as const),
    ...flatten({ resource: mapping.resource, each, when, key: mapping.key, time, contact, value, currency }),
    ...mapping.skip.map(({ reason, when }) => [`skip.${reason}`, when.text] as const),
    ...listProperties('properties', mapping.properties),
    ...listProperties('profile', mapping.profileProperties),
    ...mapping.lookups.map((name) => [`lookup ${name}`, ''] as const),
  ])
}

function omitName(stream: Mapping['stream']) {
  if (stream === undefined) return {}
  const { name: _, onRequest, ...rest } = stream
  return { ...rest, ...(onRequest && { onRequest }) }
}

export function listProfileEntries(profile: ProfileMapping): Entries {
  return new Map([
    ...[...profile.topics].map((topic) => [`topic ${topic}`, ''] as const),
    ...flatten({ identifiers: profile.identifiers, updatedAt: profile.updatedAt }),
    ...profile.skip.map(({ reason, when }) => [`skip.${reason}`, when.text] as const),
    ...listProperties('attributes', profile.attributes),
    ...listProperties('properties', profile.properties),
    ...profile.lookups.map((name) => [`lookup ${name}`, ''] as const),
  ])
}

const listProperties = (path: string, properties: readonly Property[]) =>
  properties.map((property) => [`${path}.${property.name}`, describeProperty(property)] as const)

function describeProperty({ expr, type, whenMissing }: Property): string {
  const details = [
    ...(type === undefined ? [] : [`type: ${type}`]),
    ...(whenMissing.action === 'default' ? [`default: ${JSON.stringify(whenMissing.value)}`] : []),
    ...(whenMissing.action === 'skip' ? [`skip: ${whenMissing.reason}`] : []),
  ]
  return details.length === 0 ? expr.text : `${expr.text} (${details.join(', ')})`
}

export const listPeopleEntries = ({ people }: Spec): Entries => new Map(flatten(people))

export const listLookupEntries = ({ lookups }: Spec): ReadonlyMap<string, Entries> =>
  new Map([...lookups].map(([name, { name: _, ...lookup }]) => [name, new Map(flatten(lookup))]))

/** The other sections of connector.yaml. */
export function listSettingEntries(spec: Spec): Entries {
  const { source, destination, webhook, resources, streams, delivery, reconcile } = spec
  return new Map(
    flatten({
      source: { ...source, permissions: undefined },
      destination: { ...destination, permissions: undefined },
      ...{ webhook, resources, streams, delivery, reconcile },
    }),
  )
}

/** Durations are milliseconds. */
const DURATIONS = new Set([
  ...['timeout', 'ttl', 'liveWindow', 'identityWindow', 'retryFor', 'settled', 'dead'],
  ...['every', 'overlap', 'lag', 'interval'],
])

function flatten(value: unknown, path = ''): (readonly [string, string])[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return []
  if (typeof value !== 'object' || value === null) return [[path, formatValue(value, path)]]
  if (isExpression(value)) return [[path, value.text]]
  if (value instanceof Set) return [[path, [...value].sort().join(', ')]]
  if (Array.isArray(value) && value.every(isScalar)) return [[path, value.map(textOf).join(', ')]]
  const members = value instanceof Map ? [...value] : Object.entries(value)
  return members.flatMap(([name, member]) => flatten(member, path === '' ? name : `${path}.${name}`))
}

const isExpression = (value: object): value is Expression => 'evaluate' in value && 'text' in value

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null || isExpression(value)

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && isExpression(value) ? value.text : String(value)

function formatValue(value: unknown, path: string): string {
  const isDuration = typeof value === 'number' && DURATIONS.has(path.slice(path.lastIndexOf('.') + 1))
  return isDuration ? formatInterval(value) : String(value)
}
