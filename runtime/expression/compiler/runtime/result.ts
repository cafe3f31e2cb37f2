/** Returns plain results of compiled code uncopied, and converts all others like the interpreter's. */
import type { Json } from '../../../ports/types.ts'
import { consumeSize, fallBack, getOutputLimit } from './limits.ts'
import { toPlainJson } from './to-plain-json.ts'

/**
 * Returns plain JSON unchanged, so the result may share parts with the input; callers change neither. Copies anything
 * else. A value without plain JSON is left to the interpreter to reject.
 */
export function toResult(result: unknown): Json | undefined {
  switch (typeof result) {
    case 'undefined':
    case 'boolean':
      return result
    case 'string':
      return result.length + 2 > getOutputLimit() ? fallBack() : result
    case 'number':
      return Number.isFinite(result) ? result : fallBack()
    case 'object':
      return result === null ? result : toPlainResult(result)
    default:
      return fallBack()
  }
}

function toPlainResult(result: object): Json | undefined {
  const limit = getOutputLimit()
  const remaining = measure(result, limit)
  if (remaining < 0) return copyResult(result)
  consumeSize(limit - remaining)
  return result as Json
}

/** Throws `NotPlain`, as the interpreter then does, too. */
export const copyResult = (result: unknown): Json | undefined => toPlainJson(result, getOutputLimit())

/** Subtracts the size of a value from the remaining characters. Negative if none remain, or if a part is not plain. */
function measure(value: unknown, remaining: number): number {
  switch (typeof value) {
    case 'string':
      return remaining - value.length - 2
    case 'boolean':
      return remaining - 1
    case 'number':
      return Number.isFinite(value) ? remaining - 1 : -1
    case 'object':
      if (value === null) return remaining - 1
      return Array.isArray(value) ? measureList(value, remaining - 1) : measureObject(value, remaining - 1)
    default:
      return -1
  }
}

function measureList(list: readonly unknown[], remaining: number): number {
  let left = remaining
  for (let i = 0; i < list.length && left >= 0; i++) left = measure(list[i], left)
  return left
}

function measureObject(object: object, remaining: number): number {
  let left = remaining
  for (const key in object) {
    if (key === '__proto__') return -1
    const member = (object as Readonly<Record<string, unknown>>)[key]
    left -= key.length + 3
    // Nearly all members of a record are strings, measured here without a call.
    left = typeof member === 'string' ? left - member.length - 2 : measure(member, left)
    if (left < 0) return left
  }
  return left
}
