/** Compiles search queries to filters, with Intercom's documented checks. */
import { ApiError } from './errors.ts'
import { type FieldType, findField, type SearchField, type SearchFields } from './fields.ts'

/** The values a record has in a field. */
export type FieldReader = (name: string, field: SearchField) => readonly unknown[]
export type Filter = (read: FieldReader) => boolean

export interface QueryRules {
  readonly fields: SearchFields
  /** Contacts' times are compared by whole days (of the workspace's time zone, which is UTC here). */
  readonly byDay: boolean
}

const MAX_DEPTH = 2
const MAX_FILTERS = 15
const DAY = 86_400

const NUMERIC = ['=', '!=', 'IN', 'NIN', '>', '<', '>=', '<=']
const OPERATORS: Readonly<Record<FieldType, readonly string[]>> = {
  string: ['=', '!=', 'IN', 'NIN', '~', '!~', '^', '$'],
  boolean: ['=', '!=', 'IN', 'NIN'],
  integer: NUMERIC,
  date: NUMERIC,
}

type Test = (value: unknown, expected: unknown) => boolean

/** Tests of one value. Of several values one must match; for a negated operator, none. */
const TESTS: Readonly<Record<string, Test>> = {
  '=': (value, expected) => value === expected,
  '>': (value, expected) => isNumber(value) && isNumber(expected) && value > expected,
  '<': (value, expected) => isNumber(value) && isNumber(expected) && value < expected,
  '>=': (value, expected) => isNumber(value) && isNumber(expected) && value >= expected,
  '<=': (value, expected) => isNumber(value) && isNumber(expected) && value <= expected,
  IN: (value, expected) => Array.isArray(expected) && expected.includes(value),
  '~': (value, expected) => lower(value).includes(lower(expected)),
  '^': (value, expected) => lower(value).startsWith(lower(expected)),
  $: (value, expected) => lower(value).endsWith(lower(expected)),
}
const NEGATED: Readonly<Record<string, string>> = { '!=': '=', NIN: 'IN', '!~': '~' }

/** Throws an `ApiError` with status 400. */
export function compileQuery(query: unknown, rules: QueryRules, depth = 1): Filter {
  if (!isObject(query)) throw invalid('query is required and must be an object', 'query')
  return query.operator === 'AND' || query.operator === 'OR'
    ? compileGroup(query.operator, query.value, rules, depth)
    : compileFilter(query, rules)
}

/** The only ids that a compiled query can match, if it names them: the search then scans nothing else. */
export function idsInQuery(query: unknown): readonly string[] | undefined {
  if (!isObject(query)) return undefined
  const { field, operator, value } = query
  if (operator === 'AND' && Array.isArray(value)) return value.map(idsInQuery).find((ids) => ids !== undefined)
  if (field !== 'id') return undefined
  if (operator === '=') return [String(value)]
  return operator === 'IN' && Array.isArray(value) ? value.map(String) : undefined
}

function compileGroup(operator: 'AND' | 'OR', value: unknown, rules: QueryRules, depth: number): Filter {
  if (!Array.isArray(value) || value.length === 0) throw invalid(`${operator} needs a list of filters`, 'value')
  if (value.length > MAX_FILTERS) throw invalid(`${operator} takes at most ${MAX_FILTERS} filters`, 'value')
  if (depth > MAX_DEPTH) throw invalid(`Filters can be nested ${MAX_DEPTH} levels deep`, 'value')
  const filters = value.map((one) => compileQuery(one, rules, depth + 1))
  return operator === 'AND' ? (read) => filters.every((it) => it(read)) : (read) => filters.some((it) => it(read))
}

function compileFilter(query: Readonly<Record<string, unknown>>, { fields, byDay }: QueryRules): Filter {
  const { field: name, operator, value } = query
  const field = typeof name === 'string' ? findField(fields, name) : undefined
  if (typeof name !== 'string' || field === undefined) throw invalid(`Unknown field ${quoted(name)}`, 'field')
  const days = byDay && field.type === 'date'
  const allowed = field.operators ?? (days ? ['=', '>', '<'] : OPERATORS[field.type])
  if (typeof operator !== 'string' || !allowed.includes(operator)) {
    throw invalid(`Operator ${quoted(operator)} is not supported for ${quoted(name)}`, 'operator')
  }

  const expected = convertValues(value, operator, field.type, name)
  const test = TESTS[NEGATED[operator] ?? operator] as Test
  const unit = days ? dayOf : field.type === 'string' ? textOf : (it: unknown) => it
  const target = Array.isArray(expected) ? expected : unit(expected)
  const negated = operator in NEGATED
  const words = name === 'source.body'
  return (read) => {
    const values = read(name, field)
    return negated !== (words ? values.flatMap(wordsOf) : values).some((one) => test(unit(one ?? null), target))
  }
}

/** Dates and integers may be strings of digits; nothing else is converted. */
function convertValues(value: unknown, operator: string, type: FieldType, name: string): unknown {
  if (operator !== 'IN' && operator !== 'NIN') return convertValue(value, type, name)
  if (!Array.isArray(value)) throw invalid(`${operator} on ${quoted(name)} needs a list of values`, 'value')
  return value.map((one) => convertValue(one, type, name))
}

function convertValue(value: unknown, type: FieldType, name: string): unknown {
  if (value === null) return null
  if (type === 'string' && ['string', 'number', 'boolean'].includes(typeof value)) return String(value)
  if (type === 'boolean' && /^(true|false)$/.test(String(value))) return String(value) === 'true'
  const digits = typeof value === 'string' && /^-?\d+$/.test(value)
  if ((type === 'integer' || type === 'date') && (isNumber(value) || digits)) return Number(value)
  throw invalid(`Value of ${quoted(name)} must be of type ${type}`, 'value')
}

function dayOf(value: unknown): unknown {
  return isNumber(value) ? Math.floor(value / DAY) : value
}

/** Assignee ids are numbers but searched as text; attributes of any type are searched as text. */
function textOf(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
}

/** Bodies are searched word by word. */
function wordsOf(body: unknown): readonly string[] {
  return String(body ?? '')
    .replace(/<[^>]*>/g, ' ')
    .split(/\s+/)
}

function invalid(message: string, field: string): ApiError {
  return new ApiError(400, 'parameter_invalid', message, { field })
}

function quoted(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined'
}

function lower(value: unknown): string {
  return String(value ?? '').toLowerCase()
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
