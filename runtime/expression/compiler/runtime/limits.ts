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

/** Characters read or written, or list items read, for one step. */
export const PER_STEP = 64

/** List items kept for one step, at 8 bytes or more each: a million steps keep 128 MB. */
export const ITEMS_PER_STEP = 16

/** Members of objects read for one step. Each one written takes a step: an object needs up to 100 bytes for it. */
export const MEMBERS_PER_STEP = 8

/** List items copied for one step where the copy replaces the original: a group, for each item the interpreter adds. */
export const COPIED_PER_STEP = 512

/** Steps left to the expressions of one record together, beside the limit of each. */
export interface StepBudget {
  remaining: number
}

/** Some seconds on the interpreter. The shipped mappings take 140,000 for a ticket of 500 parts. */
export const RECORD_STEPS = 3_000_000

/** The budget of an evaluation, among its bindings. A symbol, so that no expression can read it. */
export const STEP_BUDGET = Symbol('stepBudget')

/** Counts one evaluation against its limits. Each method throws once its limit is exceeded. */
export interface LimitCounter {
  /** One step for each value visited and each call made. */
  consumeSteps(steps: number): void
  /** The length of a list, before or after it is built. */
  checkListLength(items: number): void
  /** The length of a string, before or after it is built. */
  checkTextLength(characters: number): void
}

/** Thrown by compiled code at a limit, and by the interpreter at the one of the record. `code` is the interpreter's own for it. */
export class LimitExceeded {
  readonly code: string

  constructor(code: 'D1012' | 'D2014' | 'D2015' | 'output' | 'record-steps') {
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

/** Steps without a budget: more than any evaluation may take, and a small integer, which is fast. */
const UNBOUNDED = 2 ** 30

// Evaluation is synchronous, so only one runs at a time: module state suffices and costs no argument.
const { POSITIVE_INFINITY: none } = Number
let limits: Limits = { steps: none, stack: none, sequence: none, output: none }
let remaining = UNBOUNDED
/** What `remaining` may fall to. Not a counter for each evaluation: the next one needs no sum of those before it. */
let floor = 0
let hasBudget = false
let depth = 0
let startedAt: Date | undefined

/** Begins an evaluation at a depth of `levels`. Has no counterpart: the next evaluation resets again. */
export function resetLimits(evaluationLimits: Limits, levels: number): void {
  limits = evaluationLimits
  if (!hasBudget) remaining = UNBOUNDED
  floor = remaining - evaluationLimits.steps
  if (floor < 0) floor = 0
  depth = levels
  startedAt = undefined
}

/**
 * Draws the steps of the evaluations that follow from one budget, if there is one. Each call needs a `closeBudget` or a
 * `dropBudget`: await nothing in between.
 */
export function openBudget(budget: StepBudget | undefined): void {
  hasBudget = budget !== undefined
  if (budget === undefined) return
  remaining = budget.remaining
  floor = 0
}

/** A step beyond a limit was charged but not taken. */
export function closeBudget(budget: StepBudget | undefined): void {
  hasBudget = false
  if (budget !== undefined) budget.remaining = remaining > floor ? remaining : floor
}

/** Draws nothing for an evaluation that was abandoned: what runs instead draws it. */
export function dropBudget(): void {
  hasBudget = false
}

/**
 * Calls a function that evaluates an expression itself, at its own limits. Does not restore after an error, which fails
 * the outer evaluation too.
 */
export function withOwnLimits<A extends readonly unknown[], T>(call: (...args: A) => T, args: A): T {
  const [outerLimits, outerRemaining, outerFloor, outerDepth, outerStart] = [limits, remaining, floor, depth, startedAt]
  const result = call(...args)
  limits = outerLimits
  depth = outerDepth
  startedAt = outerStart
  // The inner steps count for the record, but not for the outer expression.
  if (hasBudget) floor = Math.max(0, outerFloor - (outerRemaining - remaining))
  else {
    remaining = outerRemaining
    floor = outerFloor
  }
  return result
}

/** The time of the first call, fixed until the evaluation ends. */
export function fixedNow(now: () => Date): Date {
  startedAt ??= now()
  return startedAt
}

export function consumeSteps(steps: number): void {
  remaining -= steps
  if (!(remaining >= floor)) throw new LimitExceeded(hasBudget && floor === 0 ? 'record-steps' : 'D1012')
}

/** Steps for the characters of a text, or for the items of a list that are only read. */
export function consumeSize(size: number): void {
  if (size >= PER_STEP) consumeSteps(Math.floor(size / PER_STEP))
}

/** Steps for the items of a new list. */
export function consumeItems(items: number): void {
  if (items >= ITEMS_PER_STEP) consumeSteps(Math.floor(items / ITEMS_PER_STEP))
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
