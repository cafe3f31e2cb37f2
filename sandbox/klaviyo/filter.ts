/** Klaviyo's query language for lists: `filter`, `sort` and `page`. */
import { ApiError, invalidInput } from './errors.ts'

type Comparable = string | number

/** How one field may be filtered. */
export interface Filterable<Item> {
  readonly operators: readonly string[]
  readonly read: (item: Item) => Comparable | undefined
  /** The text of the filter in the field's terms, e.g. a date as milliseconds; NaN if it is none. */
  readonly parse?: (text: string) => Comparable
}

const OPERATORS: Readonly<Record<string, (value: Comparable, operands: readonly Comparable[]) => boolean>> = {
  equals: (value, operands) => value === operands[0],
  any: (value, operands) => operands.includes(value),
  'greater-than': (value, [operand = '']) => value > operand,
  'greater-or-equal': (value, [operand = '']) => value >= operand,
  'less-than': (value, [operand = '']) => value < operand,
  'less-or-equal': (value, [operand = '']) => value <= operand,
}

const TERM = /\s*([a-z-]+)\(\s*([\w.]+)\s*,\s*("[^"]*"|'[^']*'|\[[^\]]*\]|[^()]*?)\s*\)\s*(,|$)/y

/** A predicate for the `filter` parameter. Terms side by side or inside `and(…)` must all hold. */
export function parseFilter<Item>(
  text: string | null,
  fields: Readonly<Record<string, Filterable<Item>>>,
): (item: Item) => boolean {
  if (text === null) return () => true
  const predicates = terms(text).map(([operator, name, operandText]) => {
    const field = fields[name]
    const compare = OPERATORS[operator]
    if (!field?.operators.includes(operator) || !compare) {
      throw queryError(`'${operator}' is not a supported filter of '${name}' here.`, 'filter')
    }
    const operands = values(operandText).map(field.parse ?? String)
    if (operands.some(Number.isNaN)) throw queryError(`The value of the filter on '${name}' is invalid.`, 'filter')
    return (item: Item) => {
      const value = field.read(item)
      return value !== undefined && compare(value, operands)
    }
  })
  return (item) => predicates.every((predicate) => predicate(item))
}

function terms(text: string): readonly (readonly [operator: string, name: string, value: string])[] {
  const source = /^\s*and\((.*)\)\s*$/s.exec(text)?.[1] ?? text
  const found: [string, string, string][] = []
  TERM.lastIndex = 0
  for (let end = 0; end < source.length; end = TERM.lastIndex) {
    const [, operator, name, value] = TERM.exec(source) ?? []
    if (!operator || !name || value === undefined) throw queryError('The filter could not be read.', 'filter')
    found.push([operator, name, value])
  }
  return found
}

function values(text: string): readonly string[] {
  const items = text.startsWith('[') ? text.slice(1, -1).split(',') : [text]
  return items.map((item) => item.trim().replace(/^(["'])(.*)\1$/s, '$2'))
}

/** Sorts items by the `sort` parameter; `-` before a field means newest or largest first. */
export function sortItems<Item>(
  items: readonly Item[],
  text: string | null,
  fields: Readonly<Record<string, (item: Item) => number>>,
): readonly Item[] {
  if (text === null) return items
  const descending = text.startsWith('-')
  const read = fields[descending ? text.slice(1) : text]
  if (!read) throw queryError(`'${text}' is not a supported sort here.`, 'sort')
  return items.toSorted((a, b) => (descending ? read(b) - read(a) : read(a) - read(b)))
}

export interface ListPage<Item> {
  readonly items: readonly Item[]
  /** `page[cursor]` of the next page, if there is one. */
  readonly next?: string
}

/** One page: `page[size]` items after the one the cursor names. */
export function paginate<Item extends { readonly id: string }>(
  items: readonly Item[],
  query: URLSearchParams,
  { usual, most }: { readonly usual: number; readonly most: number },
): ListPage<Item> {
  const size = Number(query.get('page[size]') ?? usual)
  if (!Number.isInteger(size) || size < 1 || size > most) {
    throw queryError(`The page size must be between 1 and ${most}.`, 'page[size]')
  }
  const start = startOf(items, query.get('page[cursor]'))
  const page = items.slice(start, start + size)
  const last = page.at(-1)
  return start + size < items.length && last
    ? { items: page, next: Buffer.from(last.id).toString('base64url') }
    : { items: page }
}

function startOf(items: readonly { readonly id: string }[], cursor: string | null): number {
  if (cursor === null) return 0
  const id = Buffer.from(cursor, 'base64url').toString()
  const index = items.findIndex((item) => item.id === id)
  if (index === -1) throw queryError('Invalid page cursor.', 'page[cursor]')
  return index + 1
}

function queryError(detail: string, parameter: string): ApiError {
  return new ApiError(400, [invalidInput(detail, { parameter })])
}
