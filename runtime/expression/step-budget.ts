/** Gives the expressions of one record a common budget of steps. */
import { RECORD_STEPS, STEP_BUDGET } from './compiler/runtime/limits.ts'
import type { Bindings } from './expression.ts'

/** A new budget among these bindings, on which every evaluation with them draws. */
export const withStepBudget = (bindings: Bindings): Bindings => ({
  ...bindings,
  [STEP_BUDGET]: { remaining: RECORD_STEPS },
})
