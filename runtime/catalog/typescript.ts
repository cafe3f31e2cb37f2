/** Writes the types of events and the profile in TypeScript. */
import { nameTypes } from './names.ts'
import { collectProfileProperties, groupAttributes } from './profile-shape.ts'
import { describeProperty } from './texts.ts'
import type { Catalog, CatalogMetric, CatalogProperty } from './types.ts'
import type { ValueKind, ValueType } from './value-type.ts'

export function renderTypeScript(catalog: Catalog): string {
  const names = nameTypes(catalog)
  const interfaces = catalog.metrics.map((metric) =>
    renderInterface(`${names.get(metric)}Properties`, `${metric.name}: ${metric.summary}`, metric.properties, catalog),
  )
  const properties = collectProfileProperties(catalog)
  return [
    `/** What ${catalog.destination} receives from ${catalog.source}. Written by \`connector types\`; do not edit. */`,
    ...interfaces,
    renderProfile(catalog),
    renderInterface('ProfileProperties', 'Properties of a profile beside its attributes.', properties, catalog),
    renderUnion(catalog.metrics, names),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n')
}

function renderInterface(
  name: string,
  comment: string,
  properties: readonly CatalogProperty[],
  { source }: Catalog,
): string {
  const members = properties.map((property) => renderMember(property, '  ', source))
  return [renderComment(comment, ''), `export interface ${name} {`, ...members, '}'].join('\n')
}

function renderProfile(catalog: Catalog): string {
  const members = [...groupAttributes(catalog.profile.attributes)].map(([name, attributes]) => {
    const [first] = attributes
    if (first !== undefined && first.name === name) return renderMember(first, '  ', catalog.source)
    const inner = attributes.map(({ name: full, ...rest }) =>
      renderMember({ ...rest, name: full.slice(name.length + 1) }, '    ', catalog.source),
    )
    const isRequired = attributes.some(({ isAlwaysPresent }) => isAlwaysPresent)
    return [`  readonly ${quote(name)}${isRequired ? '' : '?'}: {`, ...inner, '  }'].join('\n')
  })
  return [
    renderComment(`The profile: ${catalog.profile.summary}`, ''),
    'export interface Profile {',
    ...members,
    '  readonly properties?: ProfileProperties',
    '}',
  ].join('\n')
}

function renderMember(property: CatalogProperty, indent: string, source: string): string {
  const { name, type, isAlwaysPresent } = property
  const comment = describeMember(property, source)
  const lines = comment === '' ? [] : [renderComment(comment, indent)]
  const [before = '', after] = name.split('*')
  if (after !== undefined) {
    const pattern =
      before === '' && after === '' ? 'string' : `\`${escapeTemplate(before)}\${string}${escapeTemplate(after)}\``
    return [...lines, `${indent}readonly [name: ${pattern}]: unknown`].join('\n')
  }
  return [...lines, `${indent}readonly ${quote(name)}${isAlwaysPresent ? '' : '?'}: ${renderType(type)}`].join('\n')
}

function describeMember(property: CatalogProperty, source: string): string {
  const [, , meaning = []] = describeProperty(property, source)
  return meaning.map((part) => (typeof part === 'string' ? part : `\`${part.code}\``)).join(' ')
}

const TYPES: Readonly<Record<Exclude<ValueKind, 'list' | 'text'>, string>> = {
  number: 'number',
  boolean: 'boolean',
  object: '{ readonly [name: string]: unknown }',
  null: 'null',
}

export function renderType({ kinds, values, items }: ValueType): string {
  if (kinds.length === 0) return 'unknown'
  const all = kinds.map((kind) => {
    if (kind === 'list') return `readonly (${renderType(items ?? { kinds: [] })})[]`
    if (kind === 'text') return values === undefined ? 'string' : values.map(quote).join(' | ')
    return TYPES[kind]
  })
  return all.join(' | ').replace(/readonly \((\w+)\)\[\]/g, 'readonly $1[]')
}

function renderUnion(metrics: readonly CatalogMetric[], names: ReadonlyMap<CatalogMetric, string>): string {
  const members = metrics.map((metric) => {
    const revenue = [
      ...(metric.value ? ['readonly value?: number'] : []),
      ...(metric.currency ? ['readonly currency?: string'] : []),
    ]
    const parts = [
      `readonly metric: ${quote(metric.name)}`,
      `readonly properties: ${names.get(metric)}Properties`,
      ...revenue,
    ]
    return `  | { ${parts.join('; ')} }`
  })
  const comment = '/** An event of any metric: `metric` tells which. */'
  return [comment, `export type AnyEvent =${members.length === 0 ? ' never' : ''}`, ...members].join('\n')
}

/** A text as a literal of TypeScript. */
const quote = (text: string): string => JSON.stringify(text)

const escapeTemplate = (text: string): string => text.replace(/[\\`]|\$(?=\{)/g, '\\$&')

const renderComment = (text: string, indent: string): string =>
  `${indent}/** ${text.replace(/\s+/g, ' ').replaceAll('*/', '*\\/').trim()} */`
