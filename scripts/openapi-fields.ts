/** Derives the fields of a resource from an OpenAPI description, as fields.yaml declares them, and compares the two. */
import { jsonTypeOf, type Kind, parseFieldType } from '../runtime/expression/check/field-type.ts'
import type { DeclaredField, DeclaredFields } from '../runtime/expression/check/shape.ts'

/** The parts of a schema that matter here. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly nullable?: boolean
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

export type Schemas = Readonly<Record<string, Schema>>

/** `ancestors`: a schema that contains itself ends as a field that may hold anything. */
export function deriveField(schema: Schema, schemas: Schemas, ancestors: readonly string[] = []): DeclaredField {
  const { $ref, allOf, oneOf, anyOf, items, properties } = schema
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf('/') + 1)
    const target = schemas[name]
    return target === undefined || ancestors.includes(name) ? null : deriveField(target, schemas, [...ancestors, name])
  }
  const parts = allOf?.map((each) => deriveField(each, schemas, ancestors)) ?? []
  if (properties !== undefined || parts.some(isMap)) {
    const own = Object.entries(properties ?? {}).map(([name, each]) => [name, deriveField(each, schemas, ancestors)])
    return Object.assign({}, ...parts.filter(isMap), Object.fromEntries(own)) as DeclaredFields
  }
  if (items !== undefined) return [deriveField(items, schemas, ancestors)]
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false) return { '*': null }
  return (
    typeOf(schema) ??
    joinTypes([...parts, ...[...(oneOf ?? []), ...(anyOf ?? [])].map((each) => deriveField(each, schemas, ancestors))])
  )
}

const isMap = (field: DeclaredField): field is DeclaredFields =>
  typeof field === 'object' && field !== null && !Array.isArray(field)

/** A value of several types, if all of them are plain; one of several objects may hold anything. */
function joinTypes(fields: readonly DeclaredField[]): DeclaredField {
  const words = fields.filter((field) => typeof field === 'string')
  return words.length > 0 && words.length === fields.length ? [...new Set(words)].join(' or ') : null
}

function typeOf({ type, format, description = '', enum: values, nullable = false }: Schema): string | undefined {
  const types = typeof type === 'string' ? [type] : (type ?? [])
  const mark = nullable || types.includes('null') ? '?' : ''
  const texts = values?.filter((value) => typeof value === 'string') ?? []
  if (texts.length > 1) return `${texts.join(' | ')}${mark}`
  const words = types.flatMap((each) => WORDS[each] ?? [])
  if (words.length === 0) return undefined
  return `${unitOf(words, format, description) ?? words.join(' or ')}${mark}`
}

/** Vendors write the unit of a number in its description, if anywhere. */
function unitOf([word]: readonly string[], format: string | undefined, description: string): string | undefined {
  if (word === 'text') return format === 'date-time' ? 'date' : undefined
  if (word !== 'number') return undefined
  if (format === 'date-time' || /unix|timestamp/i.test(description)) return 'seconds'
  return /\bin seconds\b/i.test(description) ? 'duration' : undefined
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
}

/** What fields.yaml says otherwise than the description, a line each: `conversation.state: …`. */
export function compareFields(declared: DeclaredField, derived: DeclaredField, path: string): readonly string[] {
  const [ours, theirs] = [elementOf(declared), elementOf(derived)]
  if (ours === null || theirs === null) return []
  if (Array.isArray(declared) !== Array.isArray(derived))
    return [`${path}: ${Array.isArray(derived) ? 'a list' : 'no list'} in the description`]
  if (isMap(ours) && isMap(theirs)) return compareMembers(ours, theirs, path)
  if (typeof ours === 'string' && typeof theirs === 'string') return compareTypes(ours, theirs, path)
  return [`${path}: ${isMap(theirs) ? 'an object' : 'no object'} in the description`]
}

/** A list stands for one of its elements. */
export const elementOf = (field: DeclaredField): DeclaredField =>
  Array.isArray(field) ? ((field as readonly DeclaredField[])[0] ?? null) : field

function compareMembers(ours: DeclaredFields, theirs: DeclaredFields, path: string): readonly string[] {
  return Object.entries(theirs).flatMap(([name, field]) => {
    const own = ours[name]
    if (own !== undefined) return compareFields(own, field, `${path}.${name}`)
    return '*' in ours || name === '*' ? [] : [`${path}.${name}: missing, ${write(field)}`]
  })
}

const write = (field: DeclaredField): string => (typeof field === 'string' ? field : JSON.stringify(field))

/** A wider declaration is no difference: older versions of an API, and webhooks, send other types, too. */
function compareTypes(ours: string, theirs: string, path: string): readonly string[] {
  const [own, other] = [parseFieldType(ours), parseFieldType(theirs)]
  if ('unknown' in own || 'unknown' in other || own.kinds.size === 0) return []
  const isNarrower = (kind: Kind) => [...own.kinds].some((each) => kind === 'number' && jsonTypeOf(each) === 'number')
  const kinds = [...other.kinds].filter((kind) => !own.kinds.has(kind) && !isNarrower(kind))
  const values = (other.values ?? []).filter((value) => !(own.values ?? own.usual)?.includes(value))
  return [
    ...(kinds.length > 0 ? [`${path}: ${ours}, and ${theirs} in the description`] : []),
    ...(values.length > 0 ? [`${path}: without ${values.join(', ')}`] : []),
    ...(other.isOptional && !own.isOptional ? [`${path}: may be absent by the description`] : []),
  ]
}
