/** Wraps the connector's own functions for compiled code. */
import type { Json } from '../../../../ports/types.ts'
import { guardArgument } from '../fields.ts'
import { consumeSteps, fallBack, type Limits, limitCounter, PER_STEP, withOwnLimits } from '../limits.ts'
import { toPlainJson } from '../to-plain-json.ts'
import { chargeOwnFunction, chargeOwnResult } from './builtin-costs.ts'
import { type ArgumentCheck, createArgumentCheck } from './signature.ts'

/** A function that the host adds to the expression language. */
export interface ConnectorFunction {
  /** Without `$`. */
  readonly name: string
  /** A JSONata signature: `<x?s?:s>` takes any value and a string, both optional, and returns a string. */
  readonly signature: string
  /** Whether `run` evaluates an expression itself, whose limits must not replace those of the caller. */
  readonly evaluates?: true
  /** Pure: equal arguments give equal results on every machine. Must not change its arguments. */
  run(...args: readonly (Json | undefined)[]): Json | undefined
  /** What a number or text is, beyond the signature: its first argument, and its result. For a spec's diagnostics. */
  readonly units?: { readonly takes?: 'time' | 'duration'; readonly gives?: 'date' }
  /** The mistake in an argument that is written in the expression, by its position from 0: for a spec's diagnostics. */
  checkLiteral?(
    position: number,
    value: string | number,
  ): { readonly message: string; readonly help: string } | undefined
  /** Called before `run`: a promise to await, or undefined once everything is loaded. For large data that few need. */
  load?(): Promise<unknown> | undefined
}

interface WrappedFunction {
  /** For a signature that accepts any arguments. */
  unchecked(...args: readonly unknown[]): unknown
  /** The same for one argument: most calls have one, and need no list of it. */
  unary(arg: unknown): unknown
  /** Takes the context first. */
  checked(context: unknown, ...args: readonly unknown[]): unknown
}

export type ConnectorFunctions = Readonly<Record<string, WrappedFunction>>

/** Passes plain JSON to each function and copies its result, so neither side can change the other's data. */
export const wrapFunctions = (functions: readonly ConnectorFunction[], limits: Limits): ConnectorFunctions =>
  Object.fromEntries(functions.map((each) => [each.name, wrapFunction(each, limits)]))

function wrapFunction({ signature, run, load, evaluates }: ConnectorFunction, limits: Limits): WrappedFunction {
  let check: ArgumentCheck | undefined
  const unchecked = (...args: readonly unknown[]): unknown => {
    if (load?.() !== undefined) fallBack() // the interpreter can await it
    const plain = arePrimitive(args) ? args : args.map((arg) => toPlainJson(guardArgument(arg), limits.output))
    chargeOwnFunction(plain, limitCounter)
    return finish(evaluates ? withOwnLimits(run, plain as readonly Primitive[]) : run(...(plain as Primitive[])))
  }
  const unary = (arg: unknown): unknown => {
    if (evaluates || !isPrimitive(arg) || load?.() !== undefined) return unchecked(arg)
    consumeSteps(typeof arg === 'string' ? 1 + Math.floor(arg.length / PER_STEP) : 1)
    return finish(run(arg))
  }
  const checked = (context: unknown, ...args: readonly unknown[]) => {
    check ??= createArgumentCheck(signature)
    return unchecked(...check(args, context))
  }
  return { unchecked, unary, checked }
}

function finish(result: Json | undefined): unknown {
  if (isPrimitive(result) && (typeof result !== 'string' || result.length < PER_STEP)) return result
  chargeOwnResult(result, limitCounter)
  return isPrimitive(result) ? result : toPlainJson(result, Number.POSITIVE_INFINITY)
}

type Primitive = string | number | boolean | null | undefined

/** Needs no copy and no check. */
function isPrimitive(value: unknown): value is Primitive {
  if (typeof value === 'number') return Number.isFinite(value)
  return value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean'
}

function arePrimitive(args: readonly unknown[]): args is readonly Primitive[] {
  for (let i = 0; i < args.length; i++) if (!isPrimitive(args[i])) return false
  return true
}
