/** The schemas for editors with the names of one spec: its topics, streams, lookups, property sets, attributes, metrics. */
import type { Documents } from '../../spec/generated/documents.ts'
import type { DefinedNames } from './names.ts'

export type JsonSchema = { readonly [keyword: string]: unknown }
export type SchemaKind = keyof Documents

export const SCHEMA_KINDS: readonly SchemaKind[] = [
  'connector',
  'mapping',
  'properties',
  'profile',
  'fields',
  'recipe',
  'cases',
]

/** Keywords that are added to the schema at a path. */
type Addition = readonly [path: readonly string[], keywords: JsonSchema]

export const addNames = (kind: SchemaKind, schema: JsonSchema, names: DefinedNames): JsonSchema =>
  ADDITIONS[kind](names, schema).reduce((before, [path, keywords]) => addAt(before, path, keywords), schema)

/** For the files of a spec that extends another: they hold what differs, and `~` removes. */
export const allowChanges = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => {
      if (KEPT.has(key)) return [[key, value]]
      if (Array.isArray(value)) {
        if (key === 'required') return []
        if (key === 'enum' || key === 'type') return [[key, [...new Set([...value, key === 'type' ? 'null' : null])]]]
        return [[key, value.map((each) => (isSchema(each) ? allowChanges(each) : each))]]
      }
      if (key === 'type' && typeof value === 'string') return [[key, [value, 'null']]]
      return [[key, isSchema(value) ? allowChanges(value) : value]]
    }),
  )

const KEPT = new Set(['if', 'examples', 'default', '$schema'])

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function addAt(schema: JsonSchema, [step, ...rest]: readonly string[], keywords: JsonSchema): JsonSchema {
  if (step === undefined) return { ...schema, ...keywords }
  return { ...schema, [step]: addAt((schema[step] ?? {}) as JsonSchema, rest, keywords) }
}

const STREAM = ['properties', 'from', 'properties', 'stream']

const ADDITIONS: Readonly<Record<SchemaKind, (names: DefinedNames, schema: JsonSchema) => readonly Addition[]>> = {
  connector: listForConnector,
  mapping: (names) => [
    ...listForAnyMapping(names),
    ...without(STREAM, [...STREAM, 'properties', 'name'], [...STREAM, 'properties', 'fetchFull']),
  ],
  properties: () => [],
  profile: (names, schema) => [...listForAnyMapping(names), ...listAttributes(names, schema)],
  fields: (names, { additionalProperties }) => {
    const known = new Set([...names.topics.keys(), ...names.lookups])
    return [[[], { properties: Object.fromEntries([...known].map((name) => [name, additionalProperties])) }]]
  },
  recipe: listForRecipe,
  cases: listForCases,
}

/** An `enum` needs a value. Without examples: editors offer those, too. */
const oneOf = (path: readonly string[], values: Iterable<string>): readonly Addition[] => {
  const all = [...values]
  return all.length === 0 ? [] : [[path, { enum: all }], ...without(path)]
}

const without = (...paths: readonly (readonly string[])[]): readonly Addition[] =>
  paths.map((path) => [path, { examples: [] }])

const listForAnyMapping = (names: DefinedNames): readonly Addition[] => [
  ...oneOf(['properties', 'resource'], names.topics.keys()),
  ...oneOf(['properties', 'include', 'items'], names.sets),
  [[], { allOf: listByResource(names) }],
]

/** What `from` may name, by the resource. */
function listByResource({ topics, streams, lookups }: DefinedNames): readonly JsonSchema[] {
  return [...topics].map(([resource, ofResource]) => {
    const fitting = [...streams].filter(([, kind]) => kind === resource).map(([name]) => name)
    const name = { title: `a stream of the resource ${resource}`, enum: fitting }
    const options = { title: 'a map', type: 'object', properties: { name, fetchFull: { enum: lookups } } }
    // Editors complete from alternatives, not from `if` within `if`.
    const stream = { anyOf: [name, options] }
    const from = {
      webhook: { properties: { topics: { items: { enum: ofResource } } } },
      ...(fitting.length > 0 && { stream }),
    }
    return {
      if: { properties: { resource: { const: resource } }, required: ['resource'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { from: { properties: from } } },
    }
  })
}

function listAttributes({ attributes }: DefinedNames, { properties }: JsonSchema): readonly Addition[] {
  if (attributes.length === 0) return []
  const { additionalProperties } = (properties as Readonly<Record<string, JsonSchema>>).attributes ?? {}
  const reference = { $ref: '#/definitions/attribute' }
  return [
    [['definitions'], { attribute: additionalProperties }],
    [
      ['properties', 'attributes'],
      {
        properties: Object.fromEntries(attributes.map((name) => [name, reference])),
        additionalProperties: false,
      },
    ],
    ...oneOf(['properties', 'identifiers', 'items'], attributes),
  ]
}

/** Suggestions, since connector.yaml defines these names itself. */
function listForConnector({ topics, streams, lookups, ...names }: DefinedNames): readonly Addition[] {
  const at = (section: string, key: string) => ['properties', section, 'additionalProperties', 'properties', key]
  const suggest = (path: readonly string[], values: Iterable<string>): Addition => [path, { examples: [...values] }]
  return [
    suggest(at('resources', 'invalidates'), lookups),
    suggest(at('resources', 'permission'), names.sourcePermissions),
    suggest(at('streams', 'resource'), topics.keys()),
    suggest(at('lookups', 'from'), lookups),
    suggest(at('lookups', 'preloadFrom'), streams.keys()),
    suggest(at('lookups', 'permission'), names.sourcePermissions),
    suggest(
      ['properties', 'destination', 'properties', 'account', 'properties', 'permission'],
      names.destinationPermissions,
    ),
  ]
}

function listForCases({ topics, streams, metrics }: DefinedNames): readonly Addition[] {
  const aCase = ['properties', 'cases', 'items', 'properties']
  const ofMetrics = [[], [...aCase, 'expect', 'items']]
  return [
    ...[
      ['properties', 'given'],
      [...aCase, 'given'],
    ].flatMap((given) => [
      ...oneOf([...given, 'properties', 'topic'], [...topics.values()].flat()),
      ...oneOf([...given, 'properties', 'stream'], streams.keys()),
    ]),
    ...ofMetrics.flatMap((path) => oneOf([...path, 'properties', 'metric'], [...metrics, 'Profile'])),
  ]
}

/** `{ metric: NAME }` may stand anywhere in the definition. */
function listForRecipe({ metrics }: DefinedNames): readonly Addition[] {
  if (metrics.length === 0) return []
  const reference = { $ref: '#/definitions/value' }
  const value = {
    if: { type: 'object', required: ['metric'], maxProperties: 1 },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { metric: { title: 'a metric of this spec', enum: metrics } } },
    additionalProperties: reference,
    items: reference,
  }
  return [
    [['definitions'], { value }],
    [['properties', 'definition'], { additionalProperties: reference }],
  ]
}
