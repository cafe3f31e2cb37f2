/** Built-in functions as compiled code calls them: ours where the interpreter's must be waited for or make sequences. */

import { PER_STEP } from '../../../interpreter/limits.ts'
import { guard, isRecord, lookup } from '../fields.ts'
import { consumeSteps, fallBack, fitLength, fitText } from '../limits.ts'
import { deepEqual, truthy } from '../operators.ts'
import * as patterns from '../regex.ts'
import { fromTailCall, isMarked, Sequence, toRememberedArray } from '../sequence.ts'
import { charge } from './builtin-costs.ts'
import { builtins } from './builtins.ts'
import { higher } from './higher-order.ts'
import { definitionOf, focus, moment, textOf } from './jsonata-builtins.ts'
import { type Fit, fitting, NO_CONTEXT } from './signature.ts'
import { isNotTailCallable, markNotTailCallable } from './tail-calls.ts'

type Run = (...args: never[]) => unknown

function keys(it: unknown): Sequence {
  const found = new Set<string>()
  const add = (each: unknown): void => {
    consumeSteps(1)
    if (Array.isArray(each)) for (const item of each) add(item)
    else if (isRecord(each)) for (const key of Object.keys(each)) found.add(key)
  }
  add(it)
  // Through an object where lists are merged, since that puts names that are numbers first.
  if (!Array.isArray(it)) return new Sequence([...found])
  // It merges them into an object, which is a function to it if it has one of these.
  if (found.has('_jsonata_function') || found.has('_jsonata_lambda')) fallBack()
  return new Sequence(Object.keys(Object.fromEntries([...found].map((key) => [key, true]))))
}

function spread(it: unknown): unknown {
  if (Array.isArray(it)) {
    if (it.length === 0) return new Sequence([])
    let all: unknown = new Sequence([])
    for (const item of it) all = append(all, spread(item))
    return all
  }
  if (typeof it !== 'object' || it === null) return it
  if (!isRecord(it)) return fallBack()
  return new Sequence(Object.entries(it).map(([key, member]) => own([[key, member]])))
}

/** Two lists as one. Either alone is given back as it is. */
export function append(left: unknown, right: unknown): unknown {
  if (left === undefined) return right
  if (right === undefined) return left
  const list = (it: unknown): readonly unknown[] => (it instanceof Sequence ? it.items : Array.isArray(it) ? it : [it])
  const [first, second] = [list(left), list(right)]
  fitLength(first.length + second.length)
  consumeSteps(Math.floor((first.length + second.length) / PER_STEP))
  return [...first, ...second]
}

/** An object of these pairs. `__proto__` as a name would change the object itself. */
export function own(pairs: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, member] of pairs) result[key === '__proto__' ? fallBack() : key] = member
  return result
}

function merge(list: readonly object[] | undefined): unknown {
  if (list === undefined) return undefined
  consumeSteps(list.length)
  return own(list.flatMap((each) => Object.entries(each)))
}

function distinct(list: unknown): unknown {
  if (!Array.isArray(list) || list.length <= 1) return list
  const found: unknown[] = []
  for (const item of list) {
    if (!found.some((each) => deepEqual(item, each))) found.push(item)
  }
  return isMarked(list) ? new Sequence(found) : found
}

export const exists = (it: unknown): boolean => guard(it) !== undefined

export const boolean = (it: unknown): boolean | undefined => (guard(it) === undefined ? undefined : truthy(it))

export const not = (it: unknown): boolean | undefined => (guard(it) === undefined ? undefined : !truthy(it))

export const string = (it: unknown, pretty?: boolean): string | undefined =>
  it === undefined || typeof it === 'string' ? it : textOf(guard(it), pretty)

export function count(it: unknown): number {
  if (Array.isArray(it)) return it.length
  return guard(it) === undefined ? 0 : 1
}

const ours: Readonly<Record<string, Run>> = {
  ...patterns.functions,
  ...higher,
  append,
  boolean,
  distinct,
  keys,
  lookup,
  merge,
  millis: () => moment().getTime(),
  not,
  now: (picture?: string, timezone?: string) =>
    definitionOf('fromMillis')?.implementation.call(focus, moment().getTime(), picture, timezone),
  spread,
  string,
}

/** All but the one that is switched off. */
export const isCompiled = (name: string): boolean => Object.hasOwn(builtins, name) && name !== 'eval'

/** Those that may give a sequence. What calls one of these last of all gives a sequence, too. */
export const sequential: ReadonlySet<string> = new Set([
  ...['distinct', 'each', 'filter', 'keys', 'lookup', 'map', 'match', 'spread'],
])

/** A built-in function, called with the context and its arguments. */
export type Native = (context: unknown, ...args: readonly unknown[]) => unknown

const made = new Map<string, Native>()

/** What runs, given arguments that fit. */
export const implementation = (name: string) =>
  (ours[name] ?? definitionOf(name)?.implementation) as (this: unknown, ...args: unknown[]) => unknown

const budget = { spend: consumeSteps, fitLength, fitText }

export function native(name: string): Native {
  const known = made.get(name)
  if (known !== undefined) return known
  const run = implementation(name)
  const adjust: Fit = fitting(builtins[name] ?? '')
  const call: Native = (context, ...args) => {
    for (const arg of args) guard(arg)
    const given = adjust(args, context)
    charge(name, given, budget)
    const result = run.apply(focus, [...given])
    if (typeof result === 'string') fitText(result.length)
    return result
  }
  made.set(name, call)
  return call
}

/** A built-in function as a value. It may be called without the context that it would have by name. */
export function nativeValue(name: string): unknown {
  const call = native(name)
  const it = (...args: readonly unknown[]) => {
    // At the end of a function this one cannot call what it is handed, and where it is called from is not known here.
    if (name === 'sort' && args.length > 1) fallBack()
    return fromTailCall(call(NO_CONTEXT, ...args))
  }
  return markNotTailCallable(it, definitionOf(name)?.implementation.length ?? 0)
}

/** One of the connector's, which is called with one argument. */
export const connectedValue = (checked: Native): unknown =>
  markNotTailCallable((...args: readonly unknown[]) => checked(NO_CONTEXT, ...args), 0)

/** An argument of a call that ends a function. */
export const rejectTailCall = (argument: unknown): unknown => (isNotTailCallable(argument) ? fallBack() : argument)

/** A function that `$sort` is given at the end of a function, where it cannot call it. */
export const rejectFunctionToSort = (argument: unknown): unknown =>
  typeof argument === 'function' ? fallBack() : argument

/** A call of something that must turn out to be a function. */
export function invoke(f: unknown, ...args: readonly unknown[]): unknown {
  for (const arg of args) guard(arg)
  return typeof f === 'function' ? f(...args) : fallBack()
}

/** `$contains` of two arguments: of texts as a rule. */
export function contains(it: unknown, token: unknown): unknown {
  if (typeof it !== 'string' || typeof token !== 'string') return native('contains')(undefined, it, token)
  if (it.length >= PER_STEP) consumeSteps(Math.floor(it.length / PER_STEP))
  return it.includes(token)
}

/** `left ~> f`: two functions make a third. */
export function pipe(left: unknown, f: unknown): unknown {
  if (typeof f !== 'function') return fallBack()
  return typeof left === 'function' ? (it: unknown) => f(toRememberedArray(left(it))) : f(guard(left))
}
