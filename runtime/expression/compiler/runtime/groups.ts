/** Objects: written out, and grouped by a key. */
import { GROUPED_PER_STEP } from '../../interpreter/limits.ts'
import { own } from './functions/natives.ts'
import { consumeSteps, fallBack, fitLength } from './limits.ts'
import { Sequence } from './sequence.ts'

export type Part = (context: unknown) => unknown

/** Names the interpreter refuses, that would change the object itself, or that JavaScript calls if it is a function. */
const taken = new Set(['_jsonata_lambda', '_jsonata_function', '__proto__', 'toJSON'])

/** Names that are written out are looked at when compiling. */
export const isTaken = (key: string): boolean => taken.has(key)

function itemsOf(result: unknown): readonly unknown[] {
  if (result instanceof Sequence) return result.items.length === 0 ? [undefined] : result.items
  if (!Array.isArray(result)) {
    const marked = typeof result === 'object' && result !== null && 'tupleStream' in result && result.tupleStream
    return marked ? fallBack() : [result]
  }
  // The interpreter puts an item into an empty list here, and it may be a list of the input.
  return result.length === 0 ? fallBack() : result
}

/** What the values of an object are evaluated against, where every key is written out: all items as one. */
export function gather(context: unknown): unknown {
  if (!Array.isArray(context) && !(typeof context === 'object' && context !== null && 'tupleStream' in context)) {
    return context
  }
  const all: Gathered = { data: undefined }
  for (const item of itemsOf(context)) add(all, item)
  return all.data
}

/** Items taken together, as `$append` does it: the first stands for itself. */
interface Gathered {
  data: unknown
  /** The same, where it is a list of ours: a copy for each item would take far longer. */
  list?: unknown[]
}

function add(to: Gathered, item: unknown): void {
  if (item === undefined) return
  if (to.data === undefined) {
    to.data = item
    return
  }
  to.list ??= Array.isArray(to.data) ? [...to.data] : [to.data]
  if (Array.isArray(item)) for (const each of item) to.list.push(each)
  else to.list.push(item)
  to.data = to.list
  fitLength(to.list.length)
  consumeSteps(Math.floor(to.list.length / GROUPED_PER_STEP))
}

/** `{ key: value }` over items: those with the same key are taken together. */
export function group(result: unknown, pairs: readonly (readonly [key: Part, value: Part])[]): unknown {
  const groups = new Map<string, Gathered & { readonly pair: number }>()
  for (const item of itemsOf(result)) {
    consumeSteps(1)
    for (const [pair, [keyOf]] of pairs.entries()) {
      const key = keyOf(item)
      if (key === undefined) continue
      if (typeof key !== 'string' || isTaken(key)) return fallBack()
      const known = groups.get(key)
      if (known === undefined) groups.set(key, { data: item, pair })
      else if (known.pair === pair) add(known, item)
      else fallBack()
    }
  }
  const made = [...groups].map(([key, { data, pair }]) => [key, pairs[pair]?.[1](data)] as const)
  return compact(own(made))
}

/** Drops the members that turned out to be nothing. */
export function compact(it: Record<string, unknown>): Record<string, unknown> {
  for (const key in it)
    if (it[key] === undefined) return own(Object.entries(it).filter(([, member]) => member !== undefined))
  return it
}
