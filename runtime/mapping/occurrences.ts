/** Finds the occurrences of a mapping in a resource. */
import type { Bindings, Expression } from '../expression/expression.ts'
import { asArray } from '../lib/json.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import type { Json } from '../ports/types.ts'
import type { Mapping } from '../spec/spec.ts'
import { isTruthy } from './skip-rules.ts'

/** The resource, and the variables of its expressions. */
export interface Occurrence {
  readonly item: Json
  readonly bindings: Bindings
}

/**
 * `occurrences: latest` holds for webhooks alone and comes before `when`: a notification
 * announces its newest part, so an older one that matches is not news.
 */
export function findOccurrences(
  { each, when, occurrences: wanted }: Mapping,
  item: Json,
  bindings: Bindings,
  webhook: boolean,
): MaybePromise<readonly Occurrence[]> {
  if (each === undefined) return filterByCondition([{ item, bindings }], when)
  const { workspace, notification } = bindings
  return mapMaybe(each.evaluate(item, bindings), (value) => {
    const parts = asArray(value)
    const announced = webhook && wanted === 'latest' ? parts.slice(-1) : parts
    return filterByCondition(
      announced.map((part) => ({ item, bindings: { workspace, notification, part } })),
      when,
    )
  })
}

/** The occurrences for which the condition holds. */
function filterByCondition(
  all: readonly Occurrence[],
  when: Expression | undefined,
  from = 0,
  found: Occurrence[] = [],
): MaybePromise<readonly Occurrence[]> {
  if (when === undefined) return all
  for (let i = from; i < all.length; i++) {
    const one = all[i] as Occurrence
    const holds = when.evaluate(one.item, one.bindings)
    if (holds instanceof Promise) {
      return holds.then((late) => {
        if (isTruthy(late)) found.push(one)
        return filterByCondition(all, when, i + 1, found)
      })
    }
    if (isTruthy(holds)) found.push(one)
  }
  return found
}
