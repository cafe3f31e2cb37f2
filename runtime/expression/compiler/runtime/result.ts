/** The last look at a result: plain JSON as it is, without a copy, or what the interpreter's would be made into. */

import type { Json } from '../../../ports/types.ts'
import { fallBack, outputLimit } from './limits.ts'
import { plain } from './to-plain-json.ts'

/**
 * A result as plain JSON. What is plain already is given as it is, so it may share parts with the input: both are
 * treated as never changing. Anything else is copied; what cannot be made plain is left to the interpreter to refuse.
 */
export function toResult(result: unknown): Json | undefined {
  switch (typeof result) {
    case 'undefined':
    case 'boolean':
      return result
    case 'string':
      return result.length + 2 > outputLimit() ? fallBack() : result
    case 'number':
      return Number.isFinite(result) ? result : fallBack()
    case 'object':
      return result === null || weigh(result, outputLimit()) >= 0 ? (result as Json) : copy(result)
    default:
      return fallBack()
  }
}

/** A copy throws what the caller reports; it is thrown by the interpreter, too. */
export const copy = (result: unknown): Json | undefined => plain(result, outputLimit())

/** How much is left of the budget, or below zero where it is spent or something is not plain. */
function weigh(it: unknown, budget: number): number {
  switch (typeof it) {
    case 'string':
      return budget - it.length - 2
    case 'boolean':
      return budget - 1
    case 'number':
      return Number.isFinite(it) ? budget - 1 : -1
    case 'object':
      if (it === null) return budget - 1
      return Array.isArray(it) ? weighList(it, budget - 1) : weighObject(it, budget - 1)
    default:
      return -1
  }
}

function weighList(list: readonly unknown[], budget: number): number {
  let left = budget
  for (let i = 0; i < list.length && left >= 0; i++) left = weigh(list[i], left)
  return left
}

function weighObject(it: object, budget: number): number {
  let left = budget
  for (const key in it) {
    if (key === '__proto__') return -1
    const member = (it as Readonly<Record<string, unknown>>)[key]
    left -= key.length + 3
    // Nearly all of a record is text; it needs no call.
    left = typeof member === 'string' ? left - member.length - 2 : weigh(member, left)
    if (left < 0) return left
  }
  return left
}
