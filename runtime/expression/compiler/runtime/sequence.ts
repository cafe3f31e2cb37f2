/** JSONata's sequences: lists made on the way, of which one item stands for itself and none for nothing. */
import { consumeSteps, fallBack, fitList } from './limits.ts'

/**
 * A sequence before it becomes a value. The interpreter marks an array instead; as an object of its own it can never
 * be taken for an array of the data, and no array that leaves an expression carries anything hidden.
 */
export class Sequence {
  readonly items: unknown[]
  /** Whether one item stays a list (`list[]`). */
  keep: boolean

  constructor(items: unknown[], keep = false) {
    this.items = fitList(items)
    this.keep = keep
  }
}

// In a few expressions (those with `[]`, `$distinct` ...) it shows later on whether an array once was a sequence, or
// was written out as `[...]` in a path. They are compiled to remember; what they give is copied, so nothing leaks.
const sequences = new WeakMap<object, boolean>()
const constructed = new WeakSet<object>()

/** A sequence as a value, where nothing in the expression asks later whether it was one. */
export function value(result: unknown): unknown {
  if (!(result instanceof Sequence)) return result
  const { items } = result
  return items.length > 1 ? items : items[0]
}

/** The same, remembered. Also for an array that is a sequence already, as the interpreter does after every node. */
export function toRememberedArray(result: unknown): unknown {
  if (result instanceof Sequence) {
    const { items, keep } = result
    if (items.length === 0 || (items.length === 1 && !keep)) return items[0]
    sequences.set(items, keep)
    return items
  }
  if (!isMarked(result)) return result
  return result.length > 1 || (result.length === 1 && sequences.get(result) === true) ? result : result[0]
}

export const isMarked = (result: unknown): result is unknown[] => Array.isArray(result) && sequences.has(result)

/** What a function gave without becoming a value first: its last act was to call another. */
export function fromTailCall(result: unknown): unknown {
  if (!(result instanceof Sequence)) return result
  sequences.set(result.items, result.keep)
  return result.items
}

/** `expression[]`: one item stays a list. */
export function keep(result: unknown): unknown {
  if (result instanceof Sequence) result.keep = true
  else if (isMarked(result)) sequences.set(result, true)
  return result
}

/** The same at the end of a path, where an array that was written out is one item. */
export function keepPath(result: unknown): unknown {
  if (isConstructed(result)) return new Sequence([result], true)
  return keep(result === undefined ? new Sequence([]) : result)
}

/** `[...]` as the first or last step of a path: not flattened into its neighbours. */
export function construct(list: unknown[]): unknown[] {
  constructed.add(list)
  return list
}

/** `[...][filter].x`: of what is no list any more, the interpreter looks for a length. */
export const mustBeList = (it: unknown): readonly unknown[] => (Array.isArray(it) ? it : fallBack())

export const isConstructed = (result: unknown): boolean => Array.isArray(result) && constructed.has(result)

/** What a filter or a grouping goes over: nothing at all is one item, too. */
export function itemsOf(result: unknown): readonly unknown[] {
  if (result instanceof Sequence) return result.items
  return Array.isArray(result) ? result : [result]
}

/** Between steps, an array is a list of items and anything else is one item. */
const between = (list: unknown): readonly unknown[] =>
  list === undefined ? [] : list instanceof Sequence ? list.items : Array.isArray(list) ? list : [list]

function run(list: unknown, f: (item: unknown) => unknown): unknown[] {
  const items = between(list)
  consumeSteps(items.length)
  const results: unknown[] = []
  for (let i = 0; i < items.length; i++) {
    const result = f(items[i])
    if (result !== undefined) results.push(result)
  }
  return results
}

function flatten(results: readonly unknown[]): unknown[] {
  const flat: unknown[] = []
  for (const result of results) {
    if (result instanceof Sequence) for (const item of result.items) flat.push(item)
    else if (Array.isArray(result) && !constructed.has(result)) for (const item of result) flat.push(item)
    else flat.push(result)
  }
  return fitList(flat)
}

/** A step of a path that is not the last one. */
export function step(list: unknown, f: (item: unknown) => unknown): unknown {
  if (list instanceof Sequence || Array.isArray(list)) return stepKept(list, f)
  if (list === undefined) return undefined
  // One item, as nearly always: what it gives is what comes out, since the next step takes it apart.
  const result = f(list)
  if (!(result instanceof Sequence)) return result
  return result.items.length === 0 ? undefined : result.items
}

/** The same, where arrays may be remembered as constructed. */
export function stepKept(list: unknown, f: (item: unknown) => unknown): unknown {
  const flat = flatten(run(list, f))
  return flat.length === 0 ? undefined : flat
}

/** The last step of a path. A single array that is no sequence is the result as it is, empty and nested ones included. */
export function last(list: unknown, f: (item: unknown) => unknown): unknown {
  if (list instanceof Sequence || Array.isArray(list)) return lastKeepingArray(list, f)
  return list === undefined ? undefined : f(list)
}

/** The same, where it matters whether one item was a sequence. */
export function lastKeepingArray(list: unknown, f: (item: unknown) => unknown): unknown {
  const results = run(list, f)
  const [only] = results
  if (results.length === 1 && Array.isArray(only) && !sequences.has(only)) return only
  return new Sequence(flatten(results))
}
