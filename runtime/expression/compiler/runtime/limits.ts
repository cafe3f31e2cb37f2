/** What one evaluation may still take. Counted, so that a runaway expression ends the same way on every machine. */
import type { Limits } from '../../parse.ts'

/** A limit was reached. `code` is the one the interpreter uses for it. */
export class LimitExceeded {
  readonly code: string

  constructor(code: 'D1012' | 'D2014' | 'D2015' | 'output') {
    this.code = code
  }
}

/** Not done here exactly as the interpreter does it, for this data: it must run there. Thrown bare, without a stack. */
export class FallbackToInterpreter {}

const again = new FallbackToInterpreter()

/** Gives up on this evaluation; also where the interpreter is known to fail, since its error is the one reported. */
export function fallBack(): never {
  throw again
}

// Evaluation is synchronous, so there is only ever one going on: a single count does, and costs no argument.
let limits: Limits = { steps: 0, stack: 0, sequence: 0, output: 0 }
let steps = 0
let depth = 0
let began: Date | undefined

/** Begins an evaluation, so many levels deep. Nothing ends it: the next one begins anew. */
export function resetLimits(given: Limits, levels: number): void {
  limits = given
  steps = given.steps
  depth = levels
  began = undefined
}

/** Calls a function that may evaluate an expression of its own. If it throws, this evaluation is over as well. */
export function withOwnLimits<A extends readonly unknown[], T>(call: (...args: A) => T, args: A): T {
  const outer = limits
  const left = steps
  const level = depth
  const moment = began
  const result = call(...args)
  limits = outer
  steps = left
  depth = level
  began = moment
  return result
}

/** A moment that stays the same until the evaluation ends. */
export function fixedNow(now: () => Date): Date {
  began ??= now()
  return began
}

/** One for each item looked at and each call made. */
export function consumeSteps(items: number): void {
  steps -= items
  if (steps < 0) throw new LimitExceeded('D1012')
}

/**
 * Goes down into a function, by as many levels as its deepest part. The interpreter goes down by fewer, and not at all
 * where a function ends by calling another, so it has the last word. `leave` goes up again; after an error nobody asks.
 */
export function enter(levels: number): void {
  depth += levels
  if (depth > limits.stack) fallBack()
  consumeSteps(1)
}

export function leave(levels: number): void {
  depth -= levels
}

export function fitList<T extends readonly unknown[]>(list: T): T {
  if (list.length > limits.sequence) throw new LimitExceeded('D2015')
  return list
}

/** Checked before a list is made, too. */
export function fitLength(length: number): void {
  if (length > limits.sequence) throw new LimitExceeded('D2015')
}

/** More numbers than a range may have, or as many as cannot be counted up. */
export function rangeTooLong(): never {
  throw new LimitExceeded('D2014')
}

/** Characters of a text on the way: no text may be larger than the result. */
export function fitText(length: number): void {
  if (length > limits.output) throw new LimitExceeded('output')
}

export const outputLimit = (): number => limits.output
