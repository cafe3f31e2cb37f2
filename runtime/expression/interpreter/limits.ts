/** Limits of one evaluation on the interpreter. */
import type { LimitCounter, Limits } from '../compiler/runtime/limits.ts'
import { NotPlain } from '../compiler/runtime/to-plain-json.ts'
import { CONCURRENT_PARTS_PER_LEVEL } from '../parse.ts'

export class InterpreterLimits implements LimitCounter {
  readonly #limits: Limits
  #remaining: number
  /** Built-in functions that await functions of the expression. They run concurrently, so many can be pending. */
  #pendingCalls = 0

  constructor(limits: Limits) {
    this.#limits = limits
    this.#remaining = limits.steps
  }

  consumeSteps(steps: number): void {
    this.#remaining -= steps
    if (this.#remaining < 0) throw { code: 'D1012' }
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
