/** Limits of one evaluation on the interpreter. */
import { type LimitCounter, LimitExceeded, type Limits, type StepBudget } from '../compiler/runtime/limits.ts'
import { NotPlain } from '../compiler/runtime/to-plain-json.ts'
import { CONCURRENT_PARTS_PER_LEVEL } from '../parse.ts'
import type { ArgumentType } from './wrong-argument.ts'

export class InterpreterLimits implements LimitCounter {
  /** Of the arguments evaluated last, by node: for the message of a call that does not match its function. */
  readonly argumentTypes = new Map<object, ArgumentType>()
  readonly #limits: Limits
  readonly #budget: StepBudget | undefined
  #remaining: number
  /** Built-in functions that await functions of the expression. They run concurrently, so many can be pending. */
  #pendingCalls = 0

  constructor(limits: Limits, budget: StepBudget | undefined) {
    this.#limits = limits
    this.#budget = budget
    this.#remaining = limits.steps
  }

  consumeSteps(steps: number): void {
    this.#remaining -= steps
    if (!(this.#remaining >= 0)) throw { code: 'D1012' }
    if (this.#budget === undefined) return
    this.#budget.remaining -= steps
    if (this.#budget.remaining < 0) throw new LimitExceeded('record-steps')
  }

  checkListLength(items: number): void {
    if (items > this.#limits.sequence) throw { code: 'D2015' }
  }

  checkTextLength(characters: number): void {
    if (characters > this.#limits.output) throw new NotPlain('output', 'an intermediate string is too large')
  }

  enterCall(): void {
    this.#pendingCalls++
    if (this.#pendingCalls > this.#limits.stack * CONCURRENT_PARTS_PER_LEVEL) throw { code: 'D1011' }
  }

  leaveCall(): void {
    this.#pendingCalls--
  }
}
