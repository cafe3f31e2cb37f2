/** Synchronous versions of the higher-order built-in functions. */
import { consumeSteps, fallBack } from '../limits.ts'
import { consumeCommonSize, truthy } from '../operators.ts'
import { isRemembered, itemsOf, Sequence } from '../sequence.ts'

// biome-ignore lint/complexity/noBannedTypes: any function of the expression.
type FunctionValue = Function & ((...args: unknown[]) => unknown)

/** Passes one argument for each parameter of the function, but at least one. */
function call(f: FunctionValue, args: readonly unknown[]): unknown {
  consumeSteps(1)
  return f(...args.slice(0, Math.max(1, f.length)))
}

function map(list: readonly unknown[] | undefined, f: FunctionValue): unknown {
  if (list === undefined) return undefined
  const results: unknown[] = []
  for (let i = 0; i < list.length; i++) {
    const result = call(f, [list[i], i, list])
    if (result !== undefined) results.push(result)
  }
  return new Sequence(results)
}

function filter(list: readonly unknown[] | undefined, f: FunctionValue): unknown {
  return list === undefined ? undefined : new Sequence(list.filter((item, i) => truthy(call(f, [item, i, list]))))
}

function single(list: readonly unknown[] | undefined, f?: FunctionValue): unknown {
  if (list === undefined) return undefined
  const found = f === undefined ? list : list.filter((item, i) => truthy(call(f, [item, i, list])))
  return found.length === 1 ? found[0] : fallBack()
}

function reduce(list: readonly unknown[] | undefined, f: FunctionValue, init: unknown): unknown {
  if (list === undefined) return undefined
  if (f.length < 2) fallBack()
  const startsWithFirst = init === undefined && list.length > 0
  let result = startsWithFirst ? list[0] : init
  for (let i = startsWithFirst ? 1 : 0; i < list.length; i++) {
    consumeSteps(1)
    result = f(...[result, list[i], i, list].slice(0, Math.min(4, f.length)))
  }
  return result
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

function each(object: unknown, f: FunctionValue): unknown {
  const results = entriesOf(object).map(([key, member]) => call(f, [member, key, object]))
  return new Sequence(results.filter((result) => result !== undefined))
}

function sift(object: unknown, f: FunctionValue): unknown {
  const selected = entriesOf(object).filter(([key, member]) => truthy(call(f, [member, key, object])))
  if (selected.some(([key]) => key === '__proto__')) fallBack()
  return selected.length === 0 ? undefined : Object.fromEntries(selected)
}

function sort(list: readonly unknown[] | undefined, f?: FunctionValue): unknown {
  if (list === undefined || list.length <= 1) return list
  if (f !== undefined) return mergeSort(list, (left, right) => f(left, right))
  const [first] = list
  const same = list.every((item) => typeof item === typeof first && !Number.isNaN(item))
  if (!same || (typeof first !== 'string' && typeof first !== 'number')) fallBack()
  if (list.some((item) => typeof item === 'number' && !Number.isFinite(item))) fallBack()
  return mergeSort(list, (left, right) => {
    consumeCommonSize(left, right)
    return (left as string) > (right as string)
  })
}

/** Stable. Compares the same pairs as the interpreter, and so fails for the same lists. */
export function mergeSort(list: readonly unknown[], isAfter: (left: unknown, right: unknown) => unknown): unknown[] {
  if (list.length <= 1) return [...list]
  const middle = Math.floor(list.length / 2)
  const left = mergeSort(list.slice(0, middle), isAfter)
  const right = mergeSort(list.slice(middle), isAfter)
  const merged: unknown[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    consumeSteps(1)
    merged.push(isAfter(left[i], right[j]) ? right[j++] : left[i++])
  }
  while (i < left.length) merged.push(left[i++])
  while (j < right.length) merged.push(right[j++])
  return merged
}

/** One term of a sort: its value for an item, and its direction. */
export type SortTerm = readonly [termOf: (item: unknown) => unknown, descending: boolean]

/** `list^(term)`. Returns a single item unchanged. */
export function sortItems(list: unknown, terms: readonly SortTerm[]): unknown {
  if (list === undefined) return new Sequence([])
  const items = itemsOf(list)
  if (items.length > 1) return mergeSort(items, (left, right) => compareItems(terms, left, right) > 0)
  return isRemembered(list) || list instanceof Sequence ? list : new Sequence([...items])
}

/** Evaluates a term only if those before it compare equal. */
function compareItems(terms: readonly SortTerm[], left: unknown, right: unknown): number {
  for (const [termOf, descending] of terms) {
    const order = compare(termOf(left), termOf(right), descending)
    if (order !== 0) return order
    consumeSteps(1)
  }
  return 0
}

/**
 * The result of a sort as the list of the next step. The interpreter returns a list of the data that a filter picked
 * out of the sorted items, if it is empty, or if it has one item and is sorted again.
 */
export const itemsOfSorted = (result: unknown): readonly unknown[] =>
  Array.isArray(result) && result.length <= 1 && !isRemembered(result) ? fallBack() : itemsOf(result)

/** Compares by one term of a sort. Undefined goes last, in both directions. */
export function compare(left: unknown, right: unknown, descending: boolean): number {
  if (left === undefined) return right === undefined ? 0 : 1
  if (right === undefined) return -1
  if (typeof left !== typeof right || (typeof left !== 'string' && typeof left !== 'number')) fallBack()
  consumeCommonSize(left, right)
  if (left === right) return 0
  const order = (left as string) < (right as string) ? -1 : 1
  return descending ? -order : order
}

export const higherOrderFunctions = { each, filter, map, reduce, sift, single, sort }
