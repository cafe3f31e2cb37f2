/** Describes values without a person's data: their types and shapes. */
import { isObject } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/

/** Longer numbers may be of a phone, an order or a year of birth. */
const MAX_NUMBER = 1000

/** A text that the spec itself holds is no one's data. */
export function maskValue(value: Json | undefined, specTexts: ReadonlySet<string>): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Math.abs(value) < MAX_NUMBER ? String(value) : 'number'
  if (Array.isArray(value)) return `list of ${value.length}`
  if (isObject(value)) return `object of ${Object.keys(value).length}`
  if (typeof value !== 'string') return typeof value
  if (specTexts.has(value)) return JSON.stringify(value)
  return ISO_TIME.test(value) ? 'time as text' : `text of ${value.length}`
}

export type ValueKind = 'nothing' | 'boolean' | 'number' | 'string' | 'list' | 'object'

export function kindOf(value: Json | undefined): ValueKind {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return typeof value as 'boolean' | 'number' | 'string'
  return 'object'
}

/** The literals of an expression. */
export function listLiterals(text: string): readonly string[] {
  return [...text.matchAll(/"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'/g)].map(
    ([, double, single]) => double ?? single ?? '',
  )
}
