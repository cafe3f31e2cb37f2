/** The fields of a message and the parts of a mapping by name, each with its expression: what a fault is about, and where that is mapped. */
import type { Expression } from '../expression/expression.ts'
import type { Fault } from '../ports/fault.ts'
import type { FaultInfo } from '../ports/types.ts'
import { parsePlace } from './source-file.ts'
import type { Mapping, ProfileMapping, Property, SkipRule, Spec } from './spec.ts'

interface MessageField {
  /** As in a `FaultInfo`: `properties.Title`, `profile.email`, `key`, `lookups.contact`. */
  readonly field: string
  readonly expr: Pick<Expression, 'place' | 'text'>
}

type SpecParts = Pick<Spec, 'mappings' | 'profile' | 'lookups'>

/** The fault as it is stored, with the field whose expression failed. */
export function faultInfoOf(fault: Fault, spec: SpecParts): FaultInfo {
  const info = fault.info()
  const field = info.fields === undefined && info.place !== undefined ? fieldAt(info.place, spec) : undefined
  return field === undefined ? info : { ...info, fields: [field] }
}

/** The field whose expression is at a place. Undefined: that of a whole record or page, or of another spec. */
export function fieldAt(place: string, spec: SpecParts): string | undefined {
  const at = parsePlace(place)
  if (at === undefined) return undefined
  let found: { readonly field: string; readonly line: number; readonly column: number } | undefined
  for (const { field, expr } of allFields(spec)) {
    const start = parsePlace(expr.place)
    if (start === undefined || start.path !== at.path || !isAtOrAfter(at, start)) continue
    if (at.line >= start.line + expr.text.split('\n').length) continue
    if (found === undefined || isAtOrAfter(start, found)) found = { field, ...start }
  }
  return found?.field
}

interface LineAndColumn {
  readonly line: number
  readonly column: number
}

const isAtOrAfter = (a: LineAndColumn, b: LineAndColumn): boolean =>
  a.line > b.line || (a.line === b.line && a.column >= b.column)

/** `file:line:column` of the expression of a field, as the metric maps it now. Of a value in an object: that of the object. */
export function placeOfField(field: string, metric: string | undefined, spec: SpecParts): string | undefined {
  const own = spec.mappings.filter((mapping) => mapping.metric === metric).flatMap(fieldsOfMapping)
  const fields = [...own, ...sharedFields(spec)]
  for (let name = field; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const found = fields.find((one) => one.field === name)
    if (found !== undefined) return found.expr.place
  }
  return undefined
}

const allFields = (spec: SpecParts): readonly MessageField[] => [
  ...spec.mappings.flatMap(fieldsOfMapping),
  ...sharedFields(spec),
]

function fieldsOfMapping(mapping: Mapping): readonly MessageField[] {
  const { each, when, key, time, contact, value, currency } = mapping
  const parts = { each, when, time, contact, value, currency }
  return [
    ...Object.entries(parts).flatMap(([field, expr]) => (expr === undefined ? [] : [{ field, expr }])),
    ...key.map((expr) => ({ field: 'key', expr })),
    ...skipFields(mapping.skip),
    ...propertyFields('properties.', mapping.properties),
    ...propertyFields('profile.properties.', mapping.profileProperties),
  ]
}

/** Of every message. */
function sharedFields({ profile, lookups }: SpecParts): readonly MessageField[] {
  const keys = [...lookups.values()].flatMap(({ name, key: expr }) =>
    expr === undefined ? [] : [{ field: `lookups.${name}`, expr }],
  )
  return [...profileFields(profile), ...keys]
}

const profileFields = ({ attributes, properties, skip }: ProfileMapping): readonly MessageField[] => [
  ...skipFields(skip),
  ...propertyFields('profile.', attributes),
  ...propertyFields('profile.properties.', properties),
]

const skipFields = (rules: readonly SkipRule[]): readonly MessageField[] =>
  rules.map(({ when }) => ({ field: 'skip', expr: when }))

const propertyFields = (prefix: string, properties: readonly Property[]): readonly MessageField[] =>
  properties.map(({ name, expr }) => ({ field: prefix + name, expr }))
