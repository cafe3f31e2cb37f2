/** Built-in functions for compiled code: our own where the interpreter's are asynchronous or create sequences. */

import { guardArgument, isRecord, lookup } from '../fields.ts'
import { COPIED_PER_STEP, checkListLength, consumeSize, consumeSteps, fallBack, limitCounter } from '../limits.ts'
import { deepEqual, truthy, typeName } from '../operators.ts'
import { regexFunctions } from '../regex.ts'
import { fromTailCall, isRemembered, itemsOf, Sequence, toRememberedArray } from '../sequence.ts'
import { chargeBuiltin, chargeResult } from './builtin-costs.ts'
import { BUILTIN_SIGNATURES } from './builtins.ts'
import { builtinThis, findDefinition, getEvaluationTime } from './engine.ts'
import { higherOrderFunctions } from './higher-order.ts'
import { plainFunctions } from './plain-functions.ts'
import { createArgumentCheck, NO_CONTEXT } from './signature.ts'
import { isNotTailCallable, markNotTailCallable } from './tail-calls.ts'
import { textOf } from './text-of.ts'
import { toMillis } from './to-millis.ts'

function keys(value: unknown): Sequence {
  const found = new Set<string>()
  const collect = (each: unknown): void => {
    consumeSteps(1)
    if (Array.isArray(each)) for (const item of each) collect(item)
    else if (isRecord(each)) for (const key of Object.keys(each)) found.add(key)
  }
  collect(value)
  if (!Array.isArray(value)) return new Sequence([...found])
  // The interpreter merges the keys of a list into an object, which would then be a function to it.
  if (found.has('_jsonata_function') || found.has('_jsonata_lambda')) fallBack()
  // An object orders integer keys first, so the order must come from one here, too.
  return new Sequence(Object.keys(Object.fromEntries([...found].map((key) => [key, true]))))
}

function spread(value: unknown): unknown {
  if (Array.isArray(value)) {
    if (value.length === 0) return new Sequence([])
    let all: unknown = new Sequence([])
    for (const item of value) all = append(all, spread(item))
    return all
  }
  if (typeof value !== 'object' || value === null) return value
  if (!isRecord(value)) return fallBack()
  return new Sequence(Object.entries(value).map((entry) => objectFromEntries([entry])))
}

/** Concatenates two lists. If one side is undefined, returns the other unchanged. */
export function append(left: unknown, right: unknown): unknown {
  if (left === undefined) return right
  if (right === undefined) return left
  const [first, second] = [itemsOf(left), itemsOf(right)]
  checkListLength(first.length + second.length)
  consumeSteps(Math.floor((first.length + second.length) / COPIED_PER_STEP))
  return [...first, ...second]
}

/** `Object.fromEntries`, except that `__proto__` as a key falls back: it would change the object itself. */
export function objectFromEntries(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, member] of entries) result[key === '__proto__' ? fallBack() : key] = member
  return result
}

function merge(list: readonly object[] | undefined): unknown {
  if (list === undefined) return undefined
  consumeSteps(list.length)
  return objectFromEntries(list.flatMap((each) => Object.entries(each)))
}

function distinct(list: unknown): unknown {
  if (!Array.isArray(list) || list.length <= 1) return list
  const found: unknown[] = []
  for (const item of list) {
    if (!found.some((each) => deepEqual(item, each))) found.push(item)
  }
  return isRemembered(list) ? new Sequence(found) : found
}

export const exists = (value: unknown): boolean => guardArgument(value) !== undefined

export const boolean = (value: unknown): boolean | undefined =>
  guardArgument(value) === undefined ? undefined : truthy(value)

export const not = (value: unknown): boolean | undefined =>
  guardArgument(value) === undefined ? undefined : !truthy(value)

export const string = (value: unknown, pretty?: boolean): string | undefined =>
  value === undefined || typeof value === 'string' ? value : textOf(guardArgument(value), pretty)

export function count(value: unknown): number {
  if (Array.isArray(value)) return value.length
  return guardArgument(value) === undefined ? 0 : 1
}

const OWN_IMPLEMENTATIONS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  ...regexFunctions,
  ...higherOrderFunctions,
  ...plainFunctions,
  append,
  boolean,
  count,
  distinct,
  exists,
  keys,
  lookup,
  merge,
  millis: () => getEvaluationTime().getTime(),
  not,
  now: (picture?: string, timezone?: string) =>
    findDefinition('fromMillis')?.implementation.call(builtinThis, getEvaluationTime().getTime(), picture, timezone),
  spread,
  string,
  toMillis,
  type: typeName,
}

/** Every built-in function but `$eval`, which is switched off. */
export const isCompiled = (name: string): boolean => Object.hasOwn(BUILTIN_SIGNATURES, name) && name !== 'eval'

/** `$now` and `$millis` read JSONata's clock. */
export const hasOwnVersion = (name: string): boolean =>
  Object.hasOwn(OWN_IMPLEMENTATIONS, name) && name !== 'now' && name !== 'millis'

/** Functions that may return a sequence, and so may functions that tail-call them. */
export const SEQUENCE_FUNCTIONS: ReadonlySet<string> = new Set([
  'distinct',
  'each',
  'filter',
  'keys',
  'lookup',
  'map',
  'match',
  'spread',
])

/** A built-in function, called with the context and its arguments. */
export type BuiltinFunction = (context: unknown, ...args: readonly unknown[]) => unknown

const builtinFunctions = new Map<string, BuiltinFunction>()

/** The function behind the signature, for arguments that match it. */
export const findImplementation = (name: string) =>
  (OWN_IMPLEMENTATIONS[name] ?? findDefinition(name)?.implementation) as (this: unknown, ...args: unknown[]) => unknown

export function builtin(name: string): BuiltinFunction {
  const cached = builtinFunctions.get(name)
  if (cached !== undefined) return cached
  const run = findImplementation(name)
  const check = createArgumentCheck(BUILTIN_SIGNATURES[name] ?? '')
  const call: BuiltinFunction = (context, ...args) => {
    for (const arg of args) guardArgument(arg)
    const checked = check(args, context)
    chargeBuiltin(name, checked, limitCounter)
    const result = run.apply(builtinThis, [...checked])
    chargeResult(result instanceof Sequence ? result.items : result, limitCounter)
    return result
  }
  builtinFunctions.set(name, call)
  return call
}

/** A built-in function as a value. It may be called without the context that a call by name has. */
export function builtinValue(name: string): unknown {
  const call = builtin(name)
  const f = (...args: readonly unknown[]) => {
    // In tail position `$sort` cannot call its argument, and the position of this call is unknown here.
    if (name === 'sort' && args.length > 1) fallBack()
    return fromTailCall(call(NO_CONTEXT, ...args))
  }
  return markNotTailCallable(f, findDefinition(name)?.implementation.length ?? 0)
}

/** A function of the connector as a value. Other functions call it with one argument. */
export const connectorFunctionValue = (checked: BuiltinFunction): unknown =>
  markNotTailCallable((...args: readonly unknown[]) => checked(NO_CONTEXT, ...args), 0)

/** An argument of a tail call. */
export const rejectTailCall = (argument: unknown): unknown => (isNotTailCallable(argument) ? fallBack() : argument)

/** An argument of `$sort` in tail position, where it cannot call a function. */
export const rejectFunctionToSort = (argument: unknown): unknown =>
  typeof argument === 'function' ? fallBack() : argument

/** A call of a value that must turn out to be a function. */
export function invoke(f: unknown, ...args: readonly unknown[]): unknown {
  for (const arg of args) guardArgument(arg)
  return typeof f === 'function' ? f(...args) : fallBack()
}

/** `$contains` with two arguments, usually strings. */
export function contains(text: unknown, token: unknown): unknown {
  if (typeof text !== 'string' || typeof token !== 'string') return builtin('contains')(undefined, text, token)
  consumeSize(text.length + token.length)
  return text.includes(token)
}

/** `left ~> f`: two functions compose into a third. */
export function applyChain(left: unknown, f: unknown): unknown {
  if (typeof f !== 'function') return fallBack()
  return typeof left === 'function' ? (value: unknown) => f(toRememberedArray(left(value))) : f(guardArgument(left))
}
