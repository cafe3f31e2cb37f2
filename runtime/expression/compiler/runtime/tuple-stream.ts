/** Paths that bind names on their way (`@$v`, `#$i`, `%`): items together with what was bound at each. */

import { at, filter, times } from './filters.ts'
import { mergeSort, sorted } from './functions/higher-order.ts'
import { append, own } from './functions/natives.ts'
import { compact, group, isTaken, type Part } from './groups.ts'
import { consumeSteps, fallBack, fitList } from './limits.ts'
import { Sequence } from './sequence.ts'

/** What is bound, by name, and the item itself as `@`. Without a prototype: any name may be bound. */
export type Row = Record<string, unknown>

/** The interpreter calls it a tuple stream. Only steps of a path ever see one. */
export class TupleStream {
  readonly rows: readonly Row[]
  /** A sort leaves the interpreter with a plain list of rows, which most of what may follow takes for data. */
  readonly plain: boolean

  constructor(rows: readonly Row[], plain = false) {
    this.rows = fitList(rows)
    this.plain = plain
  }
}

type PerRow = (item: unknown, row: Row) => unknown

const noRow: Row = Object.create(null)

const rowOf = (row: Row | undefined, item: unknown): Row => {
  const made: Row = Object.assign(Object.create(null), row)
  made['@'] = item
  return made
}

/** Where the names begin, at the start of a path. */
export const rows = (items: readonly unknown[]): TupleStream =>
  new TupleStream(items.map((item) => rowOf(undefined, item)))

/** Where they begin further on, if there is anything to go on from. */
export function rowsAfter(list: unknown): TupleStream | undefined {
  const items = list === undefined ? [] : list instanceof Sequence ? list.items : Array.isArray(list) ? list : [list]
  return items.length === 0 ? undefined : rows(items)
}

/** An input that is no list. */
export const noList = (it: unknown): unknown => (Array.isArray(it) ? fallBack() : it)

/** What a step binds: each item it gives, its position in what one row gave, and the item it was taken from. */
interface Names {
  readonly focus?: string
  readonly index?: string
  readonly parent?: string
}

/** A step. A focus is bound, and the path goes on from where it was. */
export function stepRows(
  from: TupleStream | undefined,
  f: PerRow,
  { focus, index, parent }: Names,
): TupleStream | undefined {
  if (from === undefined) return undefined
  const found: Row[] = []
  for (const row of from.rows) {
    const result = f(row['@'], row)
    if (result === undefined) continue
    if (result instanceof TupleStream) {
      for (const inner of unsorted(result).rows) found.push(Object.assign(rowOf(row, undefined), inner))
      continue
    }
    const items = Array.isArray(result) ? result : [result]
    consumeSteps(items.length + 1)
    items.forEach((item, i) => {
      const made = rowOf(row, focus === undefined ? item : row['@'])
      if (focus !== undefined) made[focus] = item
      if (index !== undefined) made[index] = i
      if (parent !== undefined) made[parent] = row['@']
      found.push(made)
    })
  }
  return new TupleStream(found)
}

const unsorted = (it: TupleStream): TupleStream => (it.plain ? fallBack() : it)

/** `[...]`. */
export function filterRows(from: TupleStream | undefined, test: PerRow): TupleStream | undefined {
  if (from === undefined) return undefined
  const all = unsorted(from).rows
  consumeSteps(all.length)
  const found: Row[] = []
  all.forEach((row, i) => {
    for (let left = times(test(row['@'], row), i, all.length); left > 0; left--) found.push(row)
  })
  return new TupleStream(found)
}

/** `[3]`. */
export function atRows(from: TupleStream | undefined, index: number): TupleStream | undefined {
  if (from === undefined) return undefined
  const row = from.rows.at(index)
  return new TupleStream(row === undefined ? [] : [row], from.plain)
}

/** The same on a block, which may turn out to give no rows. */
export const filterMade = (result: unknown, test: PerRow): unknown =>
  result instanceof TupleStream ? filterRows(result, test) : filter(result, (item) => test(item, noRow))

export const atMade = (result: unknown, index: number): unknown =>
  result instanceof TupleStream ? atRows(result, index) : at(result, index)

/** `#$i` after a filter: the position in what is left. */
export function numberRows(from: TupleStream | undefined, name: string): TupleStream | undefined {
  if (from === undefined) return undefined
  // In place: one row may be picked twice, and is then numbered twice.
  from.rows.forEach((row, i) => {
    row[name] = i
  })
  return from
}

/** `^(...)`. What is sorted already is data to the interpreter: the terms would be looked up in the rows themselves. */
export function sortRows(
  from: TupleStream | undefined,
  compare: (left: Row, right: Row) => number,
): TupleStream | undefined {
  if (from === undefined || from.rows.length <= 1) return from
  const sorted = mergeSort(unsorted(from).rows, (left, right) => compare(left as Row, right as Row) > 0)
  return new TupleStream(sorted as Row[], true)
}

/** A sort of items whose positions are bound. */
export function sortedRows(
  list: unknown,
  compare: (left: unknown, right: unknown) => number,
  index: string,
): TupleStream | undefined {
  return numberRows(rowsAfter(sorted(list, compare)), index)
}

/** The items alone, at the end of a path. */
export const itemsOfRows = (from: TupleStream | undefined): unknown =>
  from === undefined ? undefined : new Sequence(from.rows.map((row) => row['@']))

/** The rows themselves, where a path is a step of another that asks for its parents. */
export const keepRows = (from: TupleStream | undefined): unknown => (from === undefined ? undefined : unsorted(from))

type Pairs = readonly (readonly [key: PerRow, value: PerRow])[]

/** `{ key: value }` over rows; what the rows of a key bind is taken together, name by name. */
export function groupRows(result: unknown, pairs: Pairs): unknown {
  if (!(result instanceof TupleStream)) {
    const alone =
      (f: PerRow): Part =>
      (item) =>
        f(item, noRow)
    return group(
      result,
      pairs.map(([key, value]) => [alone(key), alone(value)] as const),
    )
  }
  const groups = grouped(unsorted(result).rows, pairs)
  const rows = [...groups.values()].flatMap((each) => each.rows)
  // The interpreter takes the item out of a row that is alone in its group, also for other groups it is in.
  const once = new Set<Row>()
  const again = new Set(rows.filter((row) => once.has(row) || !once.add(row)))
  const made = [...groups].map(([key, { rows, pair }]) => {
    const [first, ...rest] = rows
    if (first === undefined || (rest.length === 0 && again.has(first))) return fallBack()
    const { '@': item, ...bound } = rest.reduce(merged, first)
    return [key, pairs[pair]?.[1](item, Object.assign(Object.create(null), bound))] as const
  })
  return compact(own(made))
}

function grouped(rows: readonly Row[], pairs: Pairs) {
  const groups = new Map<string, { readonly rows: Row[]; readonly pair: number }>()
  for (const row of rows) {
    consumeSteps(1)
    for (const [pair, [keyOf]] of pairs.entries()) {
      const key = keyOf(row['@'], row)
      if (key === undefined) continue
      if (typeof key !== 'string' || isTaken(key)) return fallBack()
      const known = groups.get(key)
      if (known === undefined) groups.set(key, { rows: [row], pair })
      else if (known.pair === pair) known.rows.push(row)
      else fallBack()
    }
  }
  return groups
}

function merged(all: Row, row: Row): Row {
  const result = rowOf(all, all['@'])
  for (const name of Object.keys(row)) result[name] = append(result[name], row[name])
  return result
}
