/** Creates functions from others: partial application `f(?, 1)` and transforms `|pattern|update, delete|`. */
import { consumeSteps, enterFunction, fallBack, LimitExceeded, leaveFunction, limitCounter } from '../limits.ts'
import { fromTailCall } from '../sequence.ts'
import { chargeBuiltin, chargeResult } from './builtin-costs.ts'
import { builtin, findImplementation } from './builtin-functions.ts'
import { BUILTIN_SIGNATURES } from './builtins.ts'
import { builtinThis, findDefinition } from './engine.ts'
import { createArgumentCheck, NO_CONTEXT } from './signature.ts'
import { isNotTailCallable, markNotTailCallable } from './tail-calls.ts'

/** `?` among the arguments. */
export const PLACEHOLDER: object = Object.freeze({})

type FillArguments = (args: readonly unknown[]) => unknown[]

/** Puts arguments into the placeholders. Arguments and placeholders beyond the parameters are ignored. */
function createFill(args: readonly unknown[], parameters: number): { fill: FillArguments; placeholders: number } {
  const fixed = args.slice(0, parameters)
  for (const each of fixed) if (resemblesPlaceholder(each)) fallBack()
  const placeholders = fixed.flatMap((each, i) => (each === PLACEHOLDER ? [i] : []))
  const fill: FillArguments = (remaining) => {
    const all = [...fixed]
    for (const [i, placeholder] of placeholders.entries()) all[placeholder] = remaining[i]
    return all
  }
  return { fill, placeholders: placeholders.length }
}

/** The interpreter recognises a placeholder by its shape in the syntax tree, and data may have the same shape. */
const resemblesPlaceholder = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'operator'

const withoutSignature = new WeakMap<object, (...args: unknown[]) => unknown>()

/** A lambda with a signature, which it loses in a partial application. */
export function withSignature(signature: string, f: (...args: unknown[]) => unknown): unknown {
  const check = createArgumentCheck(signature)
  const checked = (...args: readonly unknown[]) => f(...check(args, NO_CONTEXT))
  withoutSignature.set(checked, f)
  return Object.defineProperty(checked, 'length', { value: f.length })
}

/** `f(?, 1)` of a function of the expression. */
export function partial(f: unknown, ...fixedArgs: readonly unknown[]): unknown {
  if (typeof f !== 'function') return fallBack()
  const run = withoutSignature.get(f) ?? (f as (...args: unknown[]) => unknown)
  const { fill, placeholders } = createFill(fixedArgs, f.length)
  return markNotTailCallable((...args: readonly unknown[]) => run(...fill(args)), placeholders)
}

/** `$f(?, 1)` of a built-in function. The interpreter then ignores the signature. */
export function partialBuiltin(name: string, ...fixedArgs: readonly unknown[]): unknown {
  const parameters = findDefinition(name)?.implementation.length ?? 0
  const check = createArgumentCheck(BUILTIN_SIGNATURES[name] ?? '')
  const { fill, placeholders } = createFill(fixedArgs, parameters)
  const f = (...args: readonly unknown[]): unknown => {
    const all = fill(args)
    while (all.length > 0 && all.at(-1) === undefined) all.pop()
    const validated = check(all, NO_CONTEXT)
    // The interpreter does not convert arguments here, so any conversion would give another result.
    if (validated.some((each, i) => each !== all[i] || isNotTailCallable(each))) return fallBack()
    try {
      chargeBuiltin(name, all, limitCounter)
      const result = fromTailCall(findImplementation(name).apply(builtinThis, all))
      chargeResult(result, limitCounter)
      return result
    } catch (error) {
      // The interpreter does not check every limit here.
      throw error instanceof LimitExceeded ? fallBack() : error
    }
  }
  return markNotTailCallable(f, placeholders)
}

type ItemFunction = (item: unknown) => unknown

/** `|pattern|update, delete|`: a copy, updated wherever the pattern matches in it. */
export function transform(levels: number, pattern: ItemFunction, update: ItemFunction, remove?: ItemFunction): unknown {
  const check = createArgumentCheck('<(oa):o>')
  const f = (...args: readonly unknown[]): unknown => {
    const [value] = check(args, NO_CONTEXT)
    if (value === undefined) return undefined
    enterFunction(levels)
    const copy = builtin('clone')(NO_CONTEXT, value)
    const copied = collectObjects(copy)
    for (const match of toList(pattern(copy))) {
      mergeInto(match, update(match), copied)
      if (remove !== undefined) deleteFrom(match, remove(match), copied)
    }
    leaveFunction(levels)
    return copy
  }
  return markNotTailCallable(f, 1)
}

const toList = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? [...value] : [value]

/**
 * The objects that may be changed. A pattern may also match in the input or in a variable, which must stay unchanged.
 */
function collectObjects(copy: unknown): ReadonlySet<unknown> {
  const found = new Set<unknown>()
  const stack = [copy]
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value !== 'object' || value === null) continue
    consumeSteps(1)
    if (!Array.isArray(value)) found.add(value)
    for (const member of Object.values(value)) stack.push(member)
  }
  return found
}

function mergeInto(match: unknown, update: unknown, copied: ReadonlySet<unknown>): void {
  if (update === undefined) return
  if (typeof update !== 'object' || update === null || Array.isArray(update)) fallBack()
  const members = Object.entries(update as object)
  consumeSteps(members.length)
  for (const [key, member] of members) {
    if (key === '__proto__' || !copied.has(match)) fallBack()
    ;(match as Record<string, unknown>)[key] = member
  }
}

function deleteFrom(match: unknown, names: unknown, copied: ReadonlySet<unknown>): void {
  const all = toList(names)
  consumeSteps(all.length)
  for (const name of all) {
    if (typeof name !== 'string') fallBack()
    if (typeof match !== 'object' || match === null) continue
    if (!copied.has(match)) fallBack()
    delete (match as Record<string, unknown>)[name]
  }
}
