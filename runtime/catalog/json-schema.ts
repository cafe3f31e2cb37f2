/** Describes the properties of each metric and the profile as JSON Schemas (draft-07). */
import type { Json, JsonObject } from '../ports/types.ts'
import { nameFiles } from './names.ts'
import { collectProfileProperties, groupAttributes } from './profile-shape.ts'
import type { Catalog, CatalogProperty } from './types.ts'
import type { ValueKind, ValueType } from './value-type.ts'

export interface NamedSchema {
  /** For a file, without its extension. */
  readonly name: string
  readonly schema: JsonObject
}

const DRAFT = 'http://json-schema.org/draft-07/schema#'

export function createJsonSchemas(catalog: Catalog): readonly NamedSchema[] {
  const names = nameFiles(catalog)
  const ofMetrics = catalog.metrics.map((metric) => ({
    name: names.get(metric) ?? '',
    schema: {
      $schema: DRAFT,
      title: metric.name,
      description: metric.summary,
      ...createObjectSchema(metric.properties),
    },
  }))
  return [...ofMetrics, { name: 'profile', schema: createProfileSchema(catalog) }]
}

function createProfileSchema(catalog: Catalog): JsonObject {
  const { summary, attributes } = catalog.profile
  const groups = [...groupAttributes(attributes)].map(([name, own]): readonly [string, JsonObject] => {
    const [first] = own
    if (first !== undefined && first.name === name) return [name, createPropertySchema(first)]
    return [
      name,
      createObjectSchema(own.map(({ name: full, ...rest }) => ({ ...rest, name: full.slice(name.length + 1) }))),
    ]
  })
  const properties = createObjectSchema(collectProfileProperties(catalog))
  return {
    $schema: DRAFT,
    title: 'Profile',
    description: summary,
    type: 'object',
    properties: { ...Object.fromEntries(groups), properties },
    additionalProperties: false,
  }
}

function createObjectSchema(properties: readonly CatalogProperty[]): JsonObject {
  const own = properties.filter(({ name }) => !name.includes('*'))
  const spreads = properties.filter(({ name }) => name.includes('*'))
  const required = own.filter(({ isAlwaysPresent }) => isAlwaysPresent).map(({ name }) => name)
  // Not as `patternProperties`: strict validators refuse a pattern that a listed name matches, too.
  const names = own.length === 0 ? [] : [{ enum: own.map(({ name }) => name) }]
  const patterns = spreads.map(({ name }) => ({ pattern: createPattern(name) }))
  return {
    type: 'object',
    properties: Object.fromEntries(own.map((property) => [property.name, createPropertySchema(property)])),
    ...(required.length > 0 && { required }),
    ...(spreads.length > 0 ? { propertyNames: { anyOf: [...names, ...patterns] } } : { additionalProperties: false }),
  }
}

const createPattern = (name: string): string =>
  `^${name
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('[\\s\\S]*')}$`

function createPropertySchema({ type, meaning, example }: CatalogProperty): JsonObject {
  return {
    ...createTypeSchema(type),
    ...(meaning !== undefined && { description: meaning }),
    ...(example !== undefined && { examples: [example] }),
  }
}

const TYPES: Readonly<Record<ValueKind, string>> = {
  text: 'string',
  number: 'number',
  boolean: 'boolean',
  list: 'array',
  object: 'object',
  null: 'null',
}

export function createTypeSchema(type: ValueType): JsonObject {
  const { kinds, values, items } = type
  if (kinds.length === 0) return {}
  // The texts of an enumeration would exclude the other kinds.
  const texts: JsonObject = values === undefined ? { type: 'string' } : { type: 'string', enum: values }
  const others = kinds.filter((kind) => kind !== 'text')
  const schemas = [
    ...(kinds.includes('text') ? [texts] : []),
    ...others.map(
      (kind): JsonObject => ({
        type: TYPES[kind],
        ...(kind === 'list' && items && { items: createTypeSchema(items) }),
      }),
    ),
  ]
  const [only, ...rest] = schemas
  return rest.length === 0 && only !== undefined ? only : { anyOf: schemas satisfies readonly Json[] }
}
