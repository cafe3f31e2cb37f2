/** From what JSONata gives to plain JSON: real arrays and objects, nothing hidden, nothing shared. */
import type { Json } from '../../../ports/types.ts'
import { charactersOf } from './json-size.ts'

/** Why a value cannot be made plain. */
export class NotPlain extends Error {
  override readonly name = 'NotPlain'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * A deep copy as plain JSON. Members without a value are dropped, items without one become null, as in `JSON.stringify`.
 * Functions, numbers that are not finite, and more than `limit` characters throw `NotPlain`.
 */
export function plain(value: unknown, limit: number): Json | undefined {
  if (limit !== Number.POSITIVE_INFINITY && charactersOf(value) > limit) {
    throw new NotPlain('output', 'its result is too large')
  }
  return copy(value)
}

function copy(value: unknown): Json | undefined {
  switch (typeof value) {
    case 'undefined':
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      throw new NotPlain('D1001', 'a number is out of range')
    case 'object':
      if (value === null) return null
      return Array.isArray(value) ? value.map((item) => copy(item) ?? null) : copyObject(value)
    default:
      throw new NotPlain('function', 'its result is a function, which is no value; was a call meant?')
  }
}

function copyObject(value: object): Json {
  const result: Record<string, Json> = {}
  for (const [key, member] of Object.entries(value)) {
    const copied = copy(member)
    if (copied === undefined) continue
    // Assigning to this one would change the object's prototype instead of giving it a member.
    if (key === '__proto__') Object.defineProperty(result, key, { ...asAssigned, value: copied })
    else result[key] = copied
  }
  return result
}

const asAssigned = { enumerable: true, configurable: true, writable: true }
