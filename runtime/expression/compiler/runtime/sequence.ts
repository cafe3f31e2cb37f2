/** JSONata's sequences: intermediate lists of which a single item stands for itself and an empty one for undefined. */
import { checkList, consumeItems, consumeSteps, fallBack } from './limits.ts'

/**
 * A sequence before it becomes a value. The interpreter marks an array instead; a class of its own can never be
 * confused with an array of the data, and no array that leaves an expression carries hidden state.
 */
export class Sequence {
  readonly items: unknown[]
  /** Whether one item stays an array (`list[]`). */
  keepsArray: boolean

  constructor(items: unknown[], keepsArray = false) {
    this.items = checkList(items)
    this.keepsArray = keepsArray
  }
}

// A few expressions (those with `[]`, `$distinct` ...) depend on whether an array was a sequence, or was constructed by
// `[...]` in a path. They are compiled to remember it here; their results are copied, so that no mark leaves them.
const sequences = new WeakMap<object, boolean>()
const constructed = new WeakSet<object>()

/** A sequence as a value, in an expression that does not track sequences. */
export function toValue(result: unknown): unknown {
  if (!(result instanceof Sequence)) return result
  const { items } = result
  return items.length > 1 ? items : items[0]
}

/**
 * A sequence as a value that is remembered. Unwraps a remembered array again, as the interpreter does after each node.
 */
export function toRememberedArray(result: unknown): unknown {
  if (result instanceof Sequence) {
    const { items, keepsArray } = result
    if (items.length === 0 || (items.length === 1 && !keepsArray)) return items[0]
    sequences.set(items, keepsArray)
    return items
  }
  if (!isRemembered(result)) return result
  return result.length > 1 || (result.length === 1 && sequences.get(result) === true) ? result : result[0]
}

export const isRemembered = (result: unknown): result is unknown[] => Array.isArray(result) && sequences.has(result)

/** The result of a tail call, which the interpreter returns without converting it to a value. */
export function fromTailCall(result: unknown): unknown {
  if (!(result instanceof Sequence)) return result
  sequences.set(result.items, result.keepsArray)
  return result.items
}

/** `list[]`. */
export function keepArray(result: unknown): unknown {
  if (result instanceof Sequence) result.keepsArray = true
  else if (isRemembered(result)) sequences.set(result, true)
  return result
}

/** `[]` within a path, at whose end an array constructor is one item. */
export function keepPathArray(result: unknown): unknown {
  if (isConstructed(result)) return new Sequence([result], true)
  return keepArray(result === undefined ? new Sequence([]) : result)
}

/** `[...]` as the first or last step of a path: not flattened into the adjacent steps. */
export function markConstructed(list: unknown[]): unknown[] {
  constructed.add(list)
  return list
}

/** `[...][filter].x`: the interpreter reads `length` even where the filter leaves no array. */
export const requireArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : fallBack())

export const isConstructed = (result: unknown): boolean => Array.isArray(result) && constructed.has(result)

/** The items that a filter or a grouping visits. Undefined is one item, too. */
export function itemsOf(result: unknown): readonly unknown[] {
  if (result instanceof Sequence) return result.items
  return Array.isArray(result) ? result : [result]
}

/** Between steps, an array is a list of items and any other value is one item. */
const itemsBetweenSteps = (list: unknown): readonly unknown[] => (list === undefined ? [] : itemsOf(list))

function mapItems(list: unknown, f: (item: unknown) => unknown): unknown[] {
  const items = itemsBetweenSteps(list)
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
  consumeItems(flat.length)
  return checkList(flat)
}

/** A step of a path that is not the last one. */
export function step(list: unknown, f: (item: unknown) => unknown): unknown {
  if (list instanceof Sequence || Array.isArray(list)) return stepKeepingArray(list, f)
  if (list === undefined) return undefined
  // One item, the usual case: its result needs no flattening, since the next step does that.
  const result = f(list)
  if (!(result instanceof Sequence)) return result
  return result.items.length === 0 ? undefined : result.items
}

/** A step of a path where arrays may be remembered as constructed. */
export function stepKeepingArray(list: unknown, f: (item: unknown) => unknown): unknown {
  const flat = flatten(mapItems(list, f))
  return flat.length === 0 ? undefined : flat
}

/** The last step of a path. A single array that is no sequence is the result unchanged, even if empty or nested. */
export function lastStep(list: unknown, f: (item: unknown) => unknown): unknown {
  if (list instanceof Sequence || Array.isArray(list)) return lastStepKeepingArray(list, f)
  return list === undefined ? undefined : f(list)
}

/** The last step of a path where it matters whether one item was a sequence. */
export function lastStepKeepingArray(list: unknown, f: (item: unknown) => unknown): unknown {
  const results = mapItems(list, f)
  const [only] = results
  if (results.length === 1 && Array.isArray(only) && !sequences.has(only)) return only
  return new Sequence(flatten(results))
}
