/** What one evaluation may still take. Counted, never timed: it ends the same way on every machine. */

import { NotPlain } from '../compiler/runtime/to-plain-json.ts'
import { BESIDE_PER_LEVEL, type Limits } from '../parse.ts'

/** Each throws what says that a limit was reached. */
export interface Budget {
  /** One for each value looked at and each call made. */
  spend(steps: number): void
  /** How long a list is, or will be. */
  fitLength(items: number): void
  /** How long a text is, or will be. */
  fitText(characters: number): void
}

/** What one evaluation on the interpreter may still take. */
export interface InterpretersBudget extends Budget {
  /** Built-in functions that wait for functions of the expression. They may stand side by side, so there may be many. */
  enter(): void
  leave(): void
}

/** As many characters are read or written, or as many items of a list, for one step. */
export const PER_STEP = 64

/** The interpreter copies a group for each item that it adds: so many items of it for one step. Faster than looking at them. */
export const GROUPED_PER_STEP = 512

export function budgetOf({ steps, stack, sequence, output }: Limits): InterpretersBudget {
  let [left, waiting] = [steps, 0]
  return {
    spend(some) {
      left -= some
      if (left < 0) throw { code: 'D1012' }
    },
    fitLength(items) {
      if (items > sequence) throw { code: 'D2015' }
    },
    fitText(characters) {
      if (characters > output) throw new NotPlain('output', 'a text on the way is too large')
    },
    enter() {
      waiting++
      if (waiting > stack * BESIDE_PER_LEVEL) throw { code: 'D1011' }
    },
    leave() {
      waiting--
    },
  }
}
