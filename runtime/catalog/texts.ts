/** What every form of the catalog says of a metric and of a property. */
import type { Catalog, CatalogEntry, CatalogMetric, CatalogProperty } from './types.ts'
import { describeType } from './value-type.ts'

/** A text, or code: an expression, a name, a tag. */
export type Inline = string | { readonly code: string }

export interface Fact {
  readonly label: string
  /** Joined with blanks. Several lines: a list. */
  readonly lines: readonly (readonly Inline[])[]
}

export const TITLE = 'Metrics and profile'

export const describeIntroduction = ({ source, destination, people, tagNote }: Catalog): readonly string[] => [
  `What ${destination} receives from ${source}: each metric, when it is recorded, and its properties. A property without a value is left out of the event, unless it is marked “always”.`,
  [...people, ...(tagNote === undefined ? [] : [tagNote])].join(' '),
]

export function listFacts(metric: CatalogMetric, { source }: Catalog): readonly Fact[] {
  const { condition, value, currency, history } = metric
  return [
    listTopics(metric, source),
    ...(condition === undefined ? [] : [{ label: 'Only if', lines: [[{ code: condition }]] }]),
    { label: 'From history', lines: [describeHistory(history, metric.metric)] },
    ...listCommonFacts(metric, source),
    ...(value === undefined ? [] : [{ label: 'Value', lines: [describeRevenue(value, currency)] }]),
  ]
}

export const listProfileFacts = ({ profile, source }: Catalog): readonly Fact[] => [
  listTopics(profile, source),
  ...listCommonFacts(profile, source),
]

function listTopics({ topics }: CatalogEntry, source: string): Fact {
  const lines = topics.map((topic): readonly Inline[] => [topic.replace(/[._]/g, ' '), { code: topic }])
  return lines.length === 0
    ? { label: 'When', lines: [['found in history only: no webhook reports it']] }
    : { label: `When ${source} reports (webhook topic)`, lines }
}

function describeHistory(history: CatalogMetric['history'], metric: string): readonly Inline[] {
  if (history === 'yes') return ['yes: an import brings it too']
  if (history === 'on-request') return ['on request:', { code: `backfill --only "${metric}"` }]
  return ['no: only what happens while the connector is connected']
}

const describeRevenue = (value: string, currency: string | undefined): readonly Inline[] => [
  { code: value },
  ...(currency === undefined ? ["in the account's currency"] : ['in', { code: currency }]),
]

function listCommonFacts({ skips, permissions }: CatalogEntry, source: string): readonly Fact[] {
  const lines = skips.map(({ reason, meaning, condition }): readonly Inline[] => [
    meaning,
    ...(meaning === reason.replaceAll('-', ' ') ? [] : [`(${reason})`]),
    ...(condition === undefined || condition.length > MAX_CONDITION ? [] : [{ code: condition }]),
  ])
  return [
    ...(skips.length === 0 ? [] : [{ label: 'Not sent', lines }]),
    ...(permissions.length === 0 ? [] : [{ label: `Permissions in ${source}`, lines: [[permissions.join(', ')]] }]),
  ]
}

/** A longer one says nothing at a glance. */
const MAX_CONDITION = 80

export interface PropertyTable {
  readonly title?: string
  readonly properties: readonly CatalogProperty[]
}

export const listMetricTables = ({ properties, profileProperties }: CatalogMetric): readonly PropertyTable[] => [
  { properties },
  ...(profileProperties.length === 0 ? [] : [{ title: 'Set on the profile, live', properties: profileProperties }]),
]

export const listProfileTables = ({ profile }: Catalog): readonly PropertyTable[] => [
  { title: 'Attributes', properties: profile.attributes },
  { title: 'Properties', properties: profile.properties },
]

export const PROPERTY_COLUMNS = ['Property', 'Type', 'Meaning', 'Example', 'In a message'] as const

/** One cell a column. */
export function describeProperty(property: CatalogProperty, source: string): readonly (readonly Inline[])[] {
  const { name, type, isAlwaysPresent, example, tag } = property
  return [
    [{ code: name }],
    [describeType(type), ...(isAlwaysPresent ? ['(always)'] : [])],
    describeMeaning(property, source),
    example === undefined ? [] : [{ code: typeof example === 'string' ? example : JSON.stringify(example) }],
    tag === undefined ? [] : [{ code: tag }],
  ]
}

function describeMeaning({ name, meaning, reads }: CatalogProperty, source: string): readonly Inline[] {
  const spread = name.includes('*') ? ['one property for each member of'] : []
  if (meaning !== undefined) return spread.length === 0 ? [meaning] : [...spread, `an object: ${meaning}`]
  if (reads.length === 0) return spread.length === 0 ? [] : [...spread, 'an object']
  const paths = reads.flatMap((path, index): Inline[] => [...(index === 0 ? [] : ['and']), { code: path }])
  return [...spread, ...paths, `in ${source}`]
}
