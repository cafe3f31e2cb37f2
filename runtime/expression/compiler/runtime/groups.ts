/** Object constructors and grouping by key. */
import { objectFromEntries } from './functions/builtin-functions.ts'
import { COPIED_PER_STEP, checkListLength, consumeItems, consumeSteps, fallBack } from './limits.ts'
import { Sequence } from './sequence.ts'

/** The key or the value of a pair, evaluated against an item. */
export type PairFunction = (item: unknown) => unknown

/**
 * Keys that the interpreter rejects, that would change the object itself, or that JavaScript calls if they hold
 * functions.
 */
const RESERVED_KEYS = new Set(['_jsonata_lambda', '_jsonata_function', '__proto__', 'toJSON'])

/** Literal keys are checked at compile time. */
export const isReservedKey = (key: string): boolean => RESERVED_KEYS.has(key)

function itemsOf(result: unknown): readonly unknown[] {
  if (result instanceof Sequence) return result.items.length === 0 ? [undefined] : result.items
  if (!Array.isArray(result)) {
    const isMarked = typeof result === 'object' && result !== null && 'tupleStream' in result && result.tupleStream
    return isMarked ? fallBack() : [result]
  }
  // The interpreter pushes an item into an empty list here, which may be a list of the input.
  return result.length === 0 ? fallBack() : result
}

/** The context for the values of an object whose keys are all literals: all items as one. */
export function appendItems(context: unknown): unknown {
  if (!Array.isArray(context) && !(typeof context === 'object' && context !== null && 'tupleStream' in context)) {
    return context
  }
  const group: Group = { data: undefined }
  for (const item of itemsOf(context)) addToGroup(group, item)
  return group.data
}

/** Items combined as by `$append`: a single one stands for itself. */
interface Group {
  data: unknown
  /** `data` as a list that is ours to extend: a copy for each item would take far longer. */
  list?: unknown[]
}

function addToGroup(group: Group, item: unknown): void {
  if (item === undefined) return
  if (group.data === undefined) {
    group.data = item
    return
  }
  if (group.list === undefined) {
    group.list = Array.isArray(group.data) ? [...group.data] : [group.data]
    consumeItems(group.list.length)
  }
  if (Array.isArray(item)) {
    consumeItems(item.length)
    for (const each of item) group.list.push(each)
  } else group.list.push(item)
  group.data = group.list
  checkListLength(group.list.length)
  consumeSteps(Math.floor(group.list.length / COPIED_PER_STEP))
}

/** `{ key: value }` over items: items with the same key form one group. */
export function group(result: unknown, pairs: readonly (readonly [key: PairFunction, value: PairFunction])[]): unknown {
  const groups = new Map<string, Group & { readonly pair: number }>()
  for (const item of itemsOf(result)) {
    consumeSteps(1)
    for (const [pair, [keyOf]] of pairs.entries()) {
      const key = keyOf(item)
      if (key === undefined) continue
      if (typeof key !== 'string' || isReservedKey(key)) return fallBack()
      const existing = groups.get(key)
      if (existing === undefined) groups.set(key, { data: item, pair })
      else if (existing.pair === pair) addToGroup(existing, item)
      else fallBack()
    }
  }
  const entries = [...groups].map(([key, { data, pair }]) => [key, pairs[pair]?.[1](data)] as const)
  return dropUndefined(objectFromEntries(entries))
}

/** Omits members whose value is undefined. */
export function dropUndefined(object: Record<string, unknown>): Record<string, unknown> {
  let members = 0
  for (const key in object) {
    members++
    if (object[key] === undefined) {
      consumeSteps(members)
      return objectFromEntries(Object.entries(object).filter(([, member]) => member !== undefined))
    }
  }
  consumeSteps(members)
  return object
}
