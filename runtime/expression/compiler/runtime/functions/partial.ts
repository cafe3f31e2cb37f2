/** Functions made of others: `f(?, 1)` and `|pattern|update, delete|`. */

import { consumeSteps, enter, fallBack, LimitExceeded, leave } from '../limits.ts'
import { fromTailCall } from '../sequence.ts'
import { builtins } from './builtins.ts'
import { definitionOf, focus, signatureOf } from './jsonata-builtins.ts'
import { implementation, native } from './natives.ts'
import { fitting, NO_CONTEXT } from './signature.ts'
import { isNotTailCallable, markNotTailCallable } from './tail-calls.ts'

/** `?` among the arguments. */
export const HOLE: object = Object.freeze({})

type Fill = (args: readonly unknown[]) => unknown[]

/** Puts arguments into the holes. Those beyond the parameters are forgotten, as are holes there. */
function filling(given: readonly unknown[], parameters: number): { readonly fill: Fill; readonly holes: number } {
  const known = given.slice(0, parameters)
  for (const each of known) if (looksLikeHole(each)) fallBack()
  const holes = known.flatMap((each, i) => (each === HOLE ? [i] : []))
  const fill: Fill = (args) => {
    const all = [...known]
    for (const [i, hole] of holes.entries()) all[hole] = args[i]
    return all
  }
  return { fill, holes: holes.length }
}

/** The interpreter tells a hole by what it looks like in the syntax tree. */
const looksLikeHole = (it: unknown): boolean =>
  typeof it === 'object' && it !== null && 'type' in it && it.type === 'operator'

const unsigned = new WeakMap<object, (...args: unknown[]) => unknown>()

/** A function with a signature of its own, which it loses when it is applied in part. */
export function signed(signature: string, f: (...args: unknown[]) => unknown): unknown {
  const adjust = fitting(signature)
  const it = (...args: readonly unknown[]) => f(...adjust(args, NO_CONTEXT))
  unsigned.set(it, f)
  return Object.defineProperty(it, 'length', { value: f.length })
}

/** `f(?, 1)` of a function of the expression. */
export function partial(f: unknown, ...given: readonly unknown[]): unknown {
  if (typeof f !== 'function') return fallBack()
  const run = unsigned.get(f) ?? (f as (...args: unknown[]) => unknown)
  const { fill, holes } = filling(given, f.length)
  return markNotTailCallable((...args: readonly unknown[]) => run(...fill(args)), holes)
}

/** `$f(?, 1)` of a function that comes along. The interpreter then looks at no signature. */
export function partialNative(name: string, ...given: readonly unknown[]): unknown {
  const parameters = definitionOf(name)?.implementation.length ?? 0
  const signature = signatureOf(builtins[name] ?? '')
  const { fill, holes } = filling(given, parameters)
  const it = (...args: readonly unknown[]): unknown => {
    const all = fill(args)
    while (all.length > 0 && all.at(-1) === undefined) all.pop()
    const fitted = signature.validate(all, NO_CONTEXT)
    // What a signature would change is not changed here; what becomes of it is for the interpreter to say.
    if (fitted.some((each, i) => each !== all[i] || isNotTailCallable(each))) return fallBack()
    try {
      return fromTailCall(implementation(name).apply(focus, all))
    } catch (error) {
      // Some limits are not looked at there.
      throw error instanceof LimitExceeded ? fallBack() : error
    }
  }
  return markNotTailCallable(it, holes)
}

type Part = (item: unknown) => unknown

/** `|pattern|update, delete|`: a copy, changed where the pattern finds something in it. */
export function transform(levels: number, pattern: Part, update: Part, remove?: Part): unknown {
  const adjust = fitting('<(oa):o>')
  const it = (...args: readonly unknown[]): unknown => {
    const [given] = adjust(args, NO_CONTEXT)
    if (given === undefined) return undefined
    enter(levels)
    const copy = native('clone')(NO_CONTEXT, given)
    const ours = objectsIn(copy)
    const found = pattern(copy)
    for (const match of listOf(found)) {
      merge(match, update(match), ours)
      if (remove !== undefined) omit(match, remove(match), ours)
    }
    leave(levels)
    return copy
  }
  return markNotTailCallable(it, 1)
}

const listOf = (it: unknown): readonly unknown[] => (it === undefined ? [] : Array.isArray(it) ? [...it] : [it])

/** All that may be changed. What a pattern finds elsewhere, in the input or in a variable, must stay as it is. */
function objectsIn(copy: unknown): ReadonlySet<unknown> {
  const found = new Set<unknown>()
  const waiting = [copy]
  while (waiting.length > 0) {
    const it = waiting.pop()
    if (typeof it !== 'object' || it === null) continue
    consumeSteps(1)
    if (!Array.isArray(it)) found.add(it)
    for (const member of Object.values(it)) waiting.push(member)
  }
  return found
}

function merge(match: unknown, update: unknown, ours: ReadonlySet<unknown>): void {
  if (update === undefined) return
  if (typeof update !== 'object' || update === null || Array.isArray(update)) fallBack()
  for (const [key, member] of Object.entries(update as object)) {
    if (key === '__proto__' || !ours.has(match)) fallBack()
    ;(match as Record<string, unknown>)[key] = member
  }
}

function omit(match: unknown, names: unknown, ours: ReadonlySet<unknown>): void {
  for (const name of listOf(names)) {
    if (typeof name !== 'string') fallBack()
    if (typeof match !== 'object' || match === null) continue
    if (!ours.has(match)) fallBack()
    delete (match as Record<string, unknown>)[name]
  }
}
