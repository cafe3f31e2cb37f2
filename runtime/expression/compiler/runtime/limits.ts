/** Limits of one evaluation. Counted, never timed: a runaway expression ends the same way on every machine. */

export interface Limits {
  /** Nodes of the syntax tree evaluated. */
  readonly steps: number
  /** Depth of nested evaluation. */
  readonly stack: number
  /** Items of one intermediate list. */
  readonly sequence: number
  /** Characters of the result as JSON, approximately. */
  readonly output: number
}

/** Wide enough for a page of 150 full records, narrow enough that a runaway recursion ends within seconds. */
export const DEFAULT_LIMITS: Limits = { steps: 1_000_000, stack: 625, sequence: 200_000, output: 64_000_000 }

/** Characters read or written, or list items handled, for one step. */
export const PER_STEP = 64

/** List items that the interpreter copies for one step: it copies a group for each item it adds. */
export const GROUPED_PER_STEP = 512

/** Counts one evaluation against its limits. Each method throws once its limit is exceeded. */
export interface LimitCounter {
  /** One step for each value visited and each call made. */
  consumeSteps(steps: number): void
  /** The length of a list, before or after it is built. */
  checkListLength(items: number): void
  /** The length of a string, before or after it is built. */
  checkTextLength(characters: number): void
}

/** Thrown by compiled code at a limit. `code` is the interpreter's own for it. */
export class LimitExceeded {
  readonly code: string

  constructor(code: 'D1012' | 'D2014' | 'D2015' | 'output') {
    this.code = code
  }
}

/**
 * Thrown where compiled code cannot match the interpreter for this data, so the interpreter must run. Has no stack
 * trace.
 */
export class FallbackToInterpreter {}

const fallback = new FallbackToInterpreter()

/** Abandons this evaluation. Also where the interpreter is known to fail: callers report its error. */
export function fallBack(): never {
  throw fallback
}

// Evaluation is synchronous, so only one runs at a time: module state suffices and costs no argument.
let limits: Limits = { steps: 0, stack: 0, sequence: 0, output: 0 }
let remaining = 0
let depth = 0
let startedAt: Date | undefined

/** Begins an evaluation at a depth of `levels`. Has no counterpart: the next evaluation resets again. */
export function resetLimits(evaluationLimits: Limits, levels: number): void {
  limits = evaluationLimits
  remaining = evaluationLimits.steps
  depth = levels
  startedAt = undefined
}

/**
 * Calls a function that may itself evaluate an expression. Does not restore after an error, which fails the outer
 * evaluation too.
 */
export function withOwnLimits<A extends readonly unknown[], T>(call: (...args: A) => T, args: A): T {
  const outerLimits = limits
  const outerRemaining = remaining
  const outerDepth = depth
  const outerStartedAt = startedAt
  const result = call(...args)
  limits = outerLimits
  remaining = outerRemaining
  depth = outerDepth
  startedAt = outerStartedAt
  return result
}

/** The time of the first call, fixed until the evaluation ends. */
export function fixedNow(now: () => Date): Date {
  startedAt ??= now()
  return startedAt
}

export function consumeSteps(steps: number): void {
  remaining -= steps
  if (remaining < 0) throw new LimitExceeded('D1012')
}

/**
 * Enters a function, by the levels of its deepest node. The interpreter nests less deeply, and not at all for a tail
 * call, so beyond the limit it runs instead. `leaveFunction` leaves again; after an error the depth no longer matters.
 */
export function enterFunction(levels: number): void {
  depth += levels
  if (depth > limits.stack) fallBack()
  consumeSteps(1)
}

export function leaveFunction(levels: number): void {
  depth -= levels
}

export function checkList<T extends readonly unknown[]>(list: T): T {
  if (list.length > limits.sequence) throw new LimitExceeded('D2015')
  return list
}

export function checkListLength(length: number): void {
  if (length > limits.sequence) throw new LimitExceeded('D2015')
}

/** A range of more numbers than allowed, or of numbers too large to count up. */
export function rejectRange(): never {
  throw new LimitExceeded('D2014')
}

/** Applies the limit of the result to an intermediate string. */
export function checkTextLength(length: number): void {
  if (length > limits.output) throw new LimitExceeded('output')
}

export const getOutputLimit = (): number => limits.output

/** The limits of the running compiled evaluation. */
export const limitCounter: LimitCounter = { consumeSteps, checkListLength, checkTextLength }
