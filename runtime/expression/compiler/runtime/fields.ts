/** Looking up names: what `a.b` means when `a` is a list, or lists in a list. */
import { itemsIn } from './json-size.ts'
import { consumeSteps, fallBack, fitList } from './limits.ts'
import { Sequence, value } from './sequence.ts'

export const isArray = Array.isArray

/** An object that has these is a function to the interpreter, and shows nothing of its insides. */
interface Flags {
  readonly _jsonata_function?: unknown
  readonly _jsonata_lambda?: unknown
}

/** An object of the data whose fields may be looked at. */
export function isRecord(it: unknown): it is Readonly<Record<string, unknown>> {
  if (typeof it !== 'object' || it === null || isArray(it)) return false
  const { _jsonata_function, _jsonata_lambda } = it as Flags
  return _jsonata_function !== true && _jsonata_lambda !== true
}

/** An object that the interpreter takes for a function as an argument; what becomes of it is for it to say. */
export function guard<T>(argument: T): T {
  const isObject = typeof argument === 'object' && argument !== null && !isArray(argument)
  return isObject && !isRecord(argument) ? fallBack() : argument
}

/** `$`. The interpreter keeps a mark of its own under this name, wherever it stands. */
export function self(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'outerWrapper' in item && item.outerWrapper ? fallBack() : item
}

/** One name in one item, before it becomes a value. */
export function lookup(item: unknown, key: string): unknown {
  if (isArray(item)) return new Sequence(gather(item, key))
  return isRecord(item) && Object.hasOwn(item, key) ? item[key] : undefined
}

function gather(list: readonly unknown[], key: string): unknown[] {
  consumeSteps(list.length)
  const found: unknown[] = []
  for (const item of list) {
    const result = isArray(item) ? gather(item, key) : lookup(item, key)
    if (isArray(result)) for (const each of result) found.push(each)
    else if (result !== undefined) found.push(result)
  }
  return fitList(found)
}

/** One name in one item that is no plain object. */
export const one = (item: unknown, key: string): unknown => value(lookup(item, key))

/** How generated code looks up one name in one item, as fast as it gets. */
type Get = (item: unknown) => unknown

/** A name in the middle of a path, over a list. */
export function each(list: readonly unknown[], key: string, get: Get): unknown {
  const { items } = collect(list, key, get)
  return items.length === 0 ? undefined : items
}

/** A name at the end of a path, over a list. A single array is the result as it is, empty and nested ones included. */
export function end(list: readonly unknown[], key: string, get: Get): unknown {
  const { items, count, only } = collect(list, key, get)
  if (count === 1 && isArray(only)) return only
  return items.length > 1 ? items : items[0]
}

function collect(list: readonly unknown[], key: string, get: Get) {
  consumeSteps(list.length)
  const items: unknown[] = []
  let [count, only] = [0, undefined as unknown]
  for (const item of list) {
    const result = isArray(item) ? one(item, key) : get(item)
    if (result === undefined) continue
    count++
    only = result
    if (isArray(result)) for (const part of result) items.push(part)
    else items.push(result)
  }
  fitList(items)
  return { items, count, only }
}

/** `*`: the values of an object. Where one of them is a list, the result is an array as it is, and no sequence. */
export function wildcard(item: unknown): unknown {
  const isList = isArray(item)
  if (!isList && !isRecord(item)) return new Sequence([])
  const members: readonly unknown[] = isList ? item : Object.values(item)
  const found: unknown[] = []
  for (const member of members) {
    if (isArray(member)) consumeSteps(itemsIn(member))
    if (isArray(member)) for (const each of member.flat(Number.POSITIVE_INFINITY)) found.push(each)
    else found.push(member)
  }
  consumeSteps(found.length)
  return members.some(isArray) ? fitList(found) : new Sequence(found)
}

/** `**`: the item and all below it; lists count for their items. */
export function descendants(item: unknown): unknown {
  if (item === undefined) return undefined
  const found: unknown[] = []
  descend(item, found)
  return found.length === 1 ? found[0] : new Sequence(found)
}

function descend(item: unknown, found: unknown[]): void {
  consumeSteps(1)
  if (isArray(item)) for (const each of item) descend(each, found)
  else {
    found.push(item)
    if (isRecord(item)) for (const key of Object.keys(item)) descend(item[key], found)
  }
}
