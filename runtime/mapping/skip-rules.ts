/** Evaluates the rules that skip an event. */
import type { Bindings } from '../expression/expression.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { Json } from '../ports/types.ts'
import type { SkipRule } from '../spec/spec.ts'

/** The reason of the first matching rule; a promise only if a rule is interpreted. */
export function findSkipReason(
  rules: readonly SkipRule[],
  item: Json,
  bindings: Bindings,
  from = 0,
): MaybePromise<string | undefined> {
  for (let i = from; i < rules.length; i++) {
    const { reason, when } = rules[i] as SkipRule
    const holds = when.evaluate(item, bindings)
    if (holds instanceof Promise) {
      return holds.then((late) => (isTruthy(late) ? reason : findSkipReason(rules, item, bindings, i + 1)))
    }
    if (isTruthy(holds)) return reason
  }
  return undefined
}

/** As JSONata's `$boolean`: nothing, null, "", 0, {} and [] are false. */
export function isTruthy(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(isTruthy)
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}
