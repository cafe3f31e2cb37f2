/** Tuple streams, for paths that bind names (`@$v`, `#$i`, `%`): items together with the names bound at each. */

import { filter, itemAt, timesSelected } from './filters.ts'
import { append, objectFromEntries } from './functions/builtin-functions.ts'
import { compare, mergeSort, type SortTerm, sortItems } from './functions/higher-order.ts'
import { dropUndefined, group, isReservedKey, type PairFunction } from './groups.ts'
import { checkList, consumeItems, consumeSteps, fallBack } from './limits.ts'
import { itemsOf, Sequence } from './sequence.ts'

/** Bound values by name, and the item itself as `@`. Without a prototype, so that any name can be bound. */
export type Tuple = Record<string, unknown>

/** Exists within a path only, never as a value. */
export class TupleStream {
  readonly tuples: readonly Tuple[]
  /** A sort leaves the interpreter with a plain list of tuples, which most later steps take for data. */
  readonly isSorted: boolean

  constructor(tuples: readonly Tuple[], isSorted = false) {
    this.tuples = checkList(tuples)
    this.isSorted = isSorted
  }
}

type TupleFunction = (item: unknown, tuple: Tuple) => unknown

const EMPTY_TUPLE: Tuple = Object.create(null)

function createTuple(base: Tuple | undefined, item: unknown): Tuple {
  const tuple: Tuple = Object.assign(Object.create(null), base)
  tuple['@'] = item
  return tuple
}

/** The stream at the start of a path. */
export function tuples(items: readonly unknown[]): TupleStream {
  consumeSteps(items.length)
  return new TupleStream(items.map((item) => createTuple(undefined, item)))
}

/** The stream from a later step on, unless the steps before it found no item. */
export function tuplesAfter(list: unknown): TupleStream | undefined {
  const items = list === undefined ? [] : itemsOf(list)
  return items.length === 0 ? undefined : tuples(items)
}

/** An input that must not be an array. */
export const rejectArray = (value: unknown): unknown => (Array.isArray(value) ? fallBack() : value)

/**
 * The names a step binds: to each item, to its position among the results of one tuple, and to the item it came from.
 */
interface StepNames {
  readonly focus?: string
  readonly index?: string
  readonly parent?: string
}

/** A step. With a focus, the path continues from the item the step was applied to. */
export function stepTuples(
  stream: TupleStream | undefined,
  f: TupleFunction,
  { focus, index, parent }: StepNames,
): TupleStream | undefined {
  if (stream === undefined) return undefined
  const found: Tuple[] = []
  for (const tuple of stream.tuples) {
    const result = f(tuple['@'], tuple)
    if (result === undefined) continue
    if (result instanceof TupleStream) {
      consumeSteps(result.tuples.length)
      for (const inner of rejectSorted(result).tuples) found.push(Object.assign(createTuple(tuple, undefined), inner))
      continue
    }
    const items = Array.isArray(result) ? result : [result]
    consumeSteps(items.length + 1)
    items.forEach((item, i) => {
      const next = createTuple(tuple, focus === undefined ? item : tuple['@'])
      if (focus !== undefined) next[focus] = item
      if (index !== undefined) next[index] = i
      if (parent !== undefined) next[parent] = tuple['@']
      found.push(next)
    })
  }
  return new TupleStream(found)
}

const rejectSorted = (stream: TupleStream): TupleStream => (stream.isSorted ? fallBack() : stream)

/** `[...]`. */
export function filterTuples(stream: TupleStream | undefined, predicate: TupleFunction): TupleStream | undefined {
  if (stream === undefined) return undefined
  const all = rejectSorted(stream).tuples
  consumeSteps(all.length)
  const found: Tuple[] = []
  all.forEach((tuple, i) => {
    for (let left = timesSelected(predicate(tuple['@'], tuple), i, all.length); left > 0; left--) found.push(tuple)
  })
  return new TupleStream(found)
}

/** `[3]`. */
export function itemAtOfTuples(stream: TupleStream | undefined, index: number): TupleStream | undefined {
  if (stream === undefined) return undefined
  const tuple = stream.tuples.at(index)
  return new TupleStream(tuple === undefined ? [] : [tuple], stream.isSorted)
}

/** `[...]` after a block, which may yield no tuple stream. */
export const filterBlock = (result: unknown, predicate: TupleFunction): unknown =>
  result instanceof TupleStream
    ? filterTuples(result, predicate)
    : filter(result, (item) => predicate(item, EMPTY_TUPLE))

export const itemAtOfBlock = (result: unknown, index: number): unknown =>
  result instanceof TupleStream ? itemAtOfTuples(result, index) : itemAt(result, index)

/** `#$i` after a filter: the position among the remaining tuples. */
export function indexTuples(stream: TupleStream | undefined, name: string): TupleStream | undefined {
  if (stream === undefined) return undefined
  consumeItems(stream.tuples.length)
  // In place: a filter may select one tuple twice, which then is numbered twice.
  stream.tuples.forEach((tuple, i) => {
    tuple[name] = i
  })
  return stream
}

type TupleTerm = readonly [termOf: TupleFunction, descending: boolean]

/** `^(...)`. The interpreter takes a sorted stream for data, and would look up the terms in the tuples themselves. */
export function sortTuples(stream: TupleStream | undefined, terms: readonly TupleTerm[]): TupleStream | undefined {
  if (stream === undefined || stream.tuples.length <= 1) return stream
  const isAfter = (left: unknown, right: unknown) => compareTuples(terms, left as Tuple, right as Tuple) > 0
  const sorted = mergeSort(rejectSorted(stream).tuples, isAfter)
  return new TupleStream(sorted as Tuple[], true)
}

/** Evaluates a term only if those before it compare equal. */
function compareTuples(terms: readonly TupleTerm[], left: Tuple, right: Tuple): number {
  for (const [termOf, descending] of terms) {
    const order = compare(termOf(left['@'], left), termOf(right['@'], right), descending)
    if (order !== 0) return order
    consumeSteps(1)
  }
  return 0
}

/** A sort of items whose positions are bound. */
export function tuplesOfSorted(list: unknown, terms: readonly SortTerm[], index: string): TupleStream | undefined {
  return indexTuples(tuplesAfter(sortItems(list, terms)), index)
}

/** The items alone, at the end of a path. */
export function itemsOfTuples(stream: TupleStream | undefined): unknown {
  if (stream === undefined) return undefined
  consumeItems(stream.tuples.length)
  return new Sequence(stream.tuples.map((tuple) => tuple['@']))
}

/** The stream itself, where a path is a step of another that reads its parents. */
export const keepTuples = (stream: TupleStream | undefined): unknown =>
  stream === undefined ? undefined : rejectSorted(stream)

type Pairs = readonly (readonly [key: TupleFunction, value: TupleFunction])[]

/** `{ key: value }` over tuples. The values bound in the tuples of a group are appended name by name. */
export function groupTuples(result: unknown, pairs: Pairs): unknown {
  if (!(result instanceof TupleStream)) {
    const withoutTuple =
      (f: TupleFunction): PairFunction =>
      (item) =>
        f(item, EMPTY_TUPLE)
    return group(
      result,
      pairs.map(([key, value]) => [withoutTuple(key), withoutTuple(value)] as const),
    )
  }
  const groups = groupByKey(rejectSorted(result).tuples, pairs)
  const grouped = [...groups.values()].flatMap((each) => each.tuples)
  // The interpreter removes the item from the only tuple of a group, and so from the other groups that tuple is in.
  const once = new Set<Tuple>()
  const repeated = new Set(grouped.filter((tuple) => once.has(tuple) || !once.add(tuple)))
  const entries = [...groups].map(([key, { tuples, pair }]) => {
    const [first, ...rest] = tuples
    if (first === undefined || (rest.length === 0 && repeated.has(first))) return fallBack()
    const { '@': item, ...bound } = rest.reduce(mergeTuples, first)
    return [key, pairs[pair]?.[1](item, Object.assign(Object.create(null), bound))] as const
  })
  return dropUndefined(objectFromEntries(entries))
}

function groupByKey(all: readonly Tuple[], pairs: Pairs) {
  const groups = new Map<string, { readonly tuples: Tuple[]; readonly pair: number }>()
  for (const tuple of all) {
    consumeSteps(1)
    for (const [pair, [keyOf]] of pairs.entries()) {
      const key = keyOf(tuple['@'], tuple)
      if (key === undefined) continue
      if (typeof key !== 'string' || isReservedKey(key)) return fallBack()
      const existing = groups.get(key)
      if (existing === undefined) groups.set(key, { tuples: [tuple], pair })
      else if (existing.pair === pair) existing.tuples.push(tuple)
      else fallBack()
    }
  }
  return groups
}

function mergeTuples(all: Tuple, tuple: Tuple): Tuple {
  const result = createTuple(all, all['@'])
  for (const name of Object.keys(tuple)) result[name] = append(result[name], tuple[name])
  return result
}
