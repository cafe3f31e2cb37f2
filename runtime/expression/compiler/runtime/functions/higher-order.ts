/** Built-in functions that call functions, without waiting for them. */
import { consumeSteps, fallBack } from '../limits.ts'
import { truthy } from '../operators.ts'
import { isMarked, itemsOf, Sequence } from '../sequence.ts'

// biome-ignore lint/complexity/noBannedTypes: any function of the expression.
type Callable = Function & ((...args: unknown[]) => unknown)

/** Calls it with as many arguments as it names, one at least. */
function call(f: Callable, args: readonly unknown[]): unknown {
  consumeSteps(1)
  return f(...args.slice(0, Math.max(1, f.length)))
}

function map(list: readonly unknown[] | undefined, f: Callable): unknown {
  if (list === undefined) return undefined
  const results: unknown[] = []
  for (let i = 0; i < list.length; i++) {
    const result = call(f, [list[i], i, list])
    if (result !== undefined) results.push(result)
  }
  return new Sequence(results)
}

function filter(list: readonly unknown[] | undefined, f: Callable): unknown {
  return list === undefined ? undefined : new Sequence(list.filter((item, i) => truthy(call(f, [item, i, list]))))
}

function single(list: readonly unknown[] | undefined, f?: Callable): unknown {
  if (list === undefined) return undefined
  const found = f === undefined ? list : list.filter((item, i) => truthy(call(f, [item, i, list])))
  return found.length === 1 ? found[0] : fallBack()
}

function reduce(list: readonly unknown[] | undefined, f: Callable, init: unknown): unknown {
  if (list === undefined) return undefined
  if (f.length < 2) fallBack()
  const fresh = init === undefined && list.length > 0
  let result = fresh ? list[0] : init
  for (let i = fresh ? 1 : 0; i < list.length; i++) {
    consumeSteps(1)
    result = f(...[result, list[i], i, list].slice(0, Math.min(4, f.length)))
  }
  return result
}

function entries(it: unknown): readonly [string, unknown][] {
  return typeof it === 'object' && it !== null ? Object.entries(it) : []
}

function each(it: unknown, f: Callable): unknown {
  const results = entries(it).map(([key, member]) => call(f, [member, key, it]))
  return new Sequence(results.filter((result) => result !== undefined))
}

function sift(it: unknown, f: Callable): unknown {
  const kept = entries(it).filter(([key, member]) => truthy(call(f, [member, key, it])))
  if (kept.some(([key]) => key === '__proto__')) fallBack()
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function sort(list: readonly unknown[] | undefined, f?: Callable): unknown {
  if (list === undefined || list.length <= 1) return list
  if (f !== undefined) return mergeSort(list, (left, right) => f(left, right))
  const [first] = list
  const same = list.every((item) => typeof item === typeof first && !Number.isNaN(item))
  if (!same || (typeof first !== 'string' && typeof first !== 'number')) fallBack()
  if (list.some((item) => typeof item === 'number' && !Number.isFinite(item))) fallBack()
  return mergeSort(list, (left, right) => (left as string) > (right as string))
}

/** Stable, and it compares the very pairs that the interpreter does, so it fails where that fails. */
export function mergeSort(list: readonly unknown[], after: (left: unknown, right: unknown) => unknown): unknown[] {
  if (list.length <= 1) return [...list]
  const middle = Math.floor(list.length / 2)
  const left = mergeSort(list.slice(0, middle), after)
  const right = mergeSort(list.slice(middle), after)
  const merged: unknown[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    consumeSteps(1)
    merged.push(after(left[i], right[j]) ? right[j++] : left[i++])
  }
  while (i < left.length) merged.push(left[i++])
  while (j < right.length) merged.push(right[j++])
  return merged
}

/** `list^(term)`: a single item is given back as it came. `compare` is below, at or above zero. */
export function sorted(list: unknown, compare: (left: unknown, right: unknown) => number): unknown {
  if (list === undefined) return new Sequence([])
  const items = list instanceof Sequence ? list.items : Array.isArray(list) ? list : [list]
  if (items.length > 1) return mergeSort(items, (left, right) => compare(left, right) > 0)
  return isMarked(list) || list instanceof Sequence ? list : new Sequence([...items])
}

/**
 * It as the list of the next step. A list of the data that was picked out of what was sorted is itself the result: where
 * it is empty, and where it has one item that is sorted once more.
 */
export const sortedItems = (result: unknown): readonly unknown[] =>
  Array.isArray(result) && result.length <= 1 && !isMarked(result) ? fallBack() : itemsOf(result)

/** One term of it. What is absent goes last, in both directions. */
export function compare(left: unknown, right: unknown, descending: boolean): number {
  if (left === undefined) return right === undefined ? 0 : 1
  if (right === undefined) return -1
  if (typeof left !== typeof right || (typeof left !== 'string' && typeof left !== 'number')) fallBack()
  if (left === right) return 0
  const order = (left as string) < (right as string) ? -1 : 1
  return descending ? -order : order
}

export const higher = { each, filter, map, reduce, sift, single, sort }
