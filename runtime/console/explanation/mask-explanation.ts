/** Masks personal data in an explanation by the rule of the raw record: what the record shows stays. */
import { isObject } from '../../lib/json.ts'
import type { LookupReading } from '../../mapping/explain/explain-lookups.ts'
import type { MappingExplanation, OccurrenceExplanation } from '../../mapping/explain/explain-mapping.ts'
import type { PropertyExplanation } from '../../mapping/explain/explain-properties.ts'
import type { ExpressionReading } from '../../mapping/explain/read-expression.ts'
import type { PathReading } from '../../mapping/explain/read-path.ts'
import type { Json } from '../../ports/types.ts'
import { MASK, maskedJson } from '../raw-record.ts'

export function maskExplanation({ each, occurrences, ...mapping }: MappingExplanation): MappingExplanation {
  // The parts that an expression makes of custom attributes are as personal as these.
  const isPartCustom = each?.reads.some(({ path }) => path.includes('attributes')) ?? false
  const mask = (read: PathReading) => maskRead(read, isPartCustom)
  const own = each && { each: maskExpression(each, mask) }
  return { ...mapping, ...own, occurrences: occurrences.map((one) => maskOccurrence(one, mask)) }
}

type ReadMask = (read: PathReading) => PathReading

function maskOccurrence(occurrence: OccurrenceExplanation, mask: ReadMask): OccurrenceExplanation {
  const { rule, lookups, properties, profile } = occurrence
  return {
    ...occurrence,
    ...(rule && { rule: maskExpression(rule, mask) }),
    ...(lookups && { lookups: lookups.map((one) => maskLookup(one, mask)) }),
    ...(properties && { properties: properties.map((one) => maskProperty(one, mask)) }),
    ...(profile && { profile: profile.map((one) => maskProperty(one, mask)) }),
  }
}

function maskLookup({ key, keys, ...lookup }: LookupReading, mask: ReadMask): LookupReading {
  const masked = keys.map((one) => String(maskedJson(one, 'id')))
  return { ...lookup, keys: masked, ...(key && { key: maskExpression(key, mask) }) }
}

/** A default is written in the spec, so it is no one's data. */
const maskProperty = (property: PropertyExplanation, mask: ReadMask): PropertyExplanation =>
  property.status === 'default' ? { ...property, reads: property.reads.map(mask) } : maskExpression(property, mask)

function maskExpression<R extends ExpressionReading>(reading: R, mask: ReadMask): R {
  const reads = reading.reads.map(mask)
  const isShown = reads.every((read, at) => isSame(read.value, reading.reads[at]?.value))
  const value = isShown ? maskUnknown(reading.value, collectShown(reading)) : maskAll(reading.value)
  return { ...reading, reads, ...(value !== undefined && { value }) }
}

const isSame = (a: Json | undefined, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Masks a value as the record that holds it at this path is masked. */
function maskRead(read: PathReading, isPartCustom: boolean): PathReading {
  if (read.value === undefined) return read
  const names = [...read.path.matchAll(/"(?:[^"\\]|\\.)*"|[^.[\]"$]+/g)].map(([name]) => name)
  // Positions in lists are no names.
  const steps = names.filter((name) => !/^-?\d+$/.test(name)).map(unquote)
  if (isPartCustom && read.path.startsWith('$part')) steps.unshift('attributes')
  const record = steps.reduceRight<Json>((inner, name) => ({ [name]: inner }), read.value)
  return { ...read, value: steps.reduce<Json>(readMember, maskedJson(record)) }
}

const unquote = (name: string): string => (name.startsWith('"') ? String(JSON.parse(name)) : name)

/** Of a masked object: the mask. */
const readMember = (value: Json, name: string): Json => (isObject(value) ? (value[name] ?? null) : value)

interface ShownValues {
  readonly texts: ReadonlySet<string>
  readonly expression: string
  readonly hasReads: boolean
}

const collectShown = ({ reads, text }: ExpressionReading): ShownValues => ({
  texts: new Set(reads.flatMap(({ value }) => textsOf(value))),
  expression: text,
  hasReads: reads.length > 0,
})

function textsOf(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z?$/

/**
 * Of an expression that reads nothing personal, as far as its paths tell: shows texts that it read or that are written
 * in it, times, and numbers. An expression without any path may have read the whole record.
 */
function maskUnknown(value: Json | undefined, shown: ShownValues): Json | undefined {
  if (value === undefined || value === null || value === '') return value
  if (Array.isArray(value)) return value.map((one: Json) => maskUnknown(one, shown) ?? null)
  if (isObject(value)) return mapMembers(value, (one) => maskUnknown(one, shown))
  const { texts, expression, hasReads } = shown
  const isLiteral = [JSON.stringify(value), `'${value}'`].some((literal) => expression.includes(literal))
  const isRead = hasReads && (typeof value !== 'string' || texts.has(value) || TIME.test(value))
  return isLiteral || isRead ? value : MASK
}

function maskAll(value: Json | undefined): Json | undefined {
  if (value === undefined || value === null || value === '') return value
  if (Array.isArray(value)) return value.map((one: Json) => maskAll(one) ?? null)
  return isObject(value) ? mapMembers(value, maskAll) : MASK
}

const mapMembers = (
  value: { readonly [name: string]: Json | undefined },
  map: (one: Json | undefined) => Json | undefined,
) => Object.fromEntries(Object.entries(value).map(([name, one]) => [name, map(one)]))
