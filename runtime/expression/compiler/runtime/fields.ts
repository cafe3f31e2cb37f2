/** Looks up fields: `a.b` of an object, of a list, and of lists within a list. */
import { countItems } from './json-size.ts'
import { checkList, consumeItems, consumeSteps, fallBack } from './limits.ts'
import { Sequence, toValue } from './sequence.ts'

export const isArray = Array.isArray

/** The start of a path: at the top level, an input array is one item. */
export const toContext = (input: unknown): unknown => (isArray(input) ? [input] : input)

/** The interpreter takes an object with one of these marks for a function, whose members expressions cannot see. */
interface FunctionMarks {
  readonly _jsonata_function?: unknown
  readonly _jsonata_lambda?: unknown
}

/** Whether the value is an object whose fields an expression can see. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || isArray(value)) return false
  const { _jsonata_function, _jsonata_lambda } = value as FunctionMarks
  return _jsonata_function !== true && _jsonata_lambda !== true
}

/** Rejects an argument that the interpreter would take for a function. */
export function guardArgument<T>(argument: T): T {
  const isObject = typeof argument === 'object' && argument !== null && !isArray(argument)
  return isObject && !isRecord(argument) ? fallBack() : argument
}

/** `$`. The interpreter reads a mark of its own under `outerWrapper`, on objects of the data too. */
export function contextItem(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'outerWrapper' in item && item.outerWrapper ? fallBack() : item
}

/** One field of one item, possibly a sequence. */
export function lookup(item: unknown, key: string): unknown {
  if (isArray(item)) return new Sequence(lookupAll(item, key))
  return isRecord(item) && Object.hasOwn(item, key) ? item[key] : undefined
}

function lookupAll(list: readonly unknown[], key: string): unknown[] {
  consumeSteps(list.length)
  const found: unknown[] = []
  for (const item of list) {
    const result = isArray(item) ? lookupAll(item, key) : lookup(item, key)
    if (isArray(result)) for (const each of result) found.push(each)
    else if (result !== undefined) found.push(result)
  }
  consumeItems(found.length)
  return checkList(found)
}

/** One field of one item that is no plain object, as a value. */
export const getField = (item: unknown, key: string): unknown => toValue(lookup(item, key))

/** The generated getter of one field from one item. */
type Getter = (item: unknown) => unknown

/** A field in the middle of a path, over a list. */
export function getFieldOfEach(list: readonly unknown[], key: string, get: Getter): unknown {
  const { items } = collectField(list, key, get)
  return items.length === 0 ? undefined : items
}

/** A field at the end of a path, over a list. A single array is the result unchanged, even if empty or nested. */
export function getLastField(list: readonly unknown[], key: string, get: Getter): unknown {
  const { items, count, only } = collectField(list, key, get)
  if (count === 1 && isArray(only)) return only
  return items.length > 1 ? items : items[0]
}

/** For modules that declare a getter once: `begin` is that of the program that calls it. */
type ListGetter = (it: unknown, begin?: () => void) => unknown

const overLists =
  (fromList: typeof getLastField) =>
  (key: string, get: Getter): ListGetter =>
  (it, begin) => {
    if (!isArray(it)) return get(it)
    begin?.()
    return fromList(it, key, get)
  }

export const eachFieldOf = overLists(getFieldOfEach)
export const lastFieldOf = overLists(getLastField)

function collectField(list: readonly unknown[], key: string, get: Getter) {
  consumeSteps(list.length)
  const items: unknown[] = []
  let [count, only] = [0, undefined as unknown]
  for (const item of list) {
    const result = isArray(item) ? getField(item, key) : get(item)
    if (result === undefined) continue
    count++
    only = result
    if (isArray(result)) for (const part of result) items.push(part)
    else items.push(result)
  }
  checkList(items)
  consumeItems(items.length)
  return { items, count, only }
}

/** `*`: the values of an object. If one of them is a list, the result is an array and no sequence. */
export function wildcard(item: unknown): unknown {
  const isList = isArray(item)
  if (!isList && !isRecord(item)) return new Sequence([])
  const members: readonly unknown[] = isList ? item : Object.values(item)
  consumeSteps(members.length)
  const found: unknown[] = []
  for (const member of members) {
    if (isArray(member)) consumeSteps(countItems(member))
    if (isArray(member)) for (const each of member.flat(Number.POSITIVE_INFINITY)) found.push(each)
    else found.push(member)
  }
  consumeSteps(found.length)
  return members.some(isArray) ? checkList(found) : new Sequence(found)
}

/** `**`: the item and all its descendants. A list stands for its items. */
export function descendants(item: unknown): unknown {
  if (item === undefined) return undefined
  const found: unknown[] = []
  collectDescendants(item, found)
  return found.length === 1 ? found[0] : new Sequence(found)
}

function collectDescendants(item: unknown, found: unknown[]): void {
  consumeSteps(1)
  if (isArray(item)) for (const each of item) collectDescendants(each, found)
  else {
    found.push(item)
    if (isRecord(item)) for (const key of Object.keys(item)) collectDescendants(item[key], found)
  }
}
