/** Converts a result of JSONata to plain JSON: real arrays and objects, with no hidden members and no shared parts. */
import type { Json } from '../../../ports/types.ts'
import { countCharacters } from './json-size.ts'

/** The reason a value has no plain JSON. */
export class NotPlain extends Error {
  override readonly name = 'NotPlain'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Deep-copies a value as plain JSON. Omits members that are undefined and turns such items into null, like
 * `JSON.stringify`. Throws `NotPlain` for functions, for numbers that are not finite, and beyond `limit` characters.
 */
export function toPlainJson(value: unknown, limit: number): Json | undefined {
  if (limit !== Number.POSITIVE_INFINITY && countCharacters(value) > limit) {
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
      throw new NotPlain('function', 'its result is a function, not a value; was a call intended?')
  }
}

function copyObject(value: object): Json {
  const result: Record<string, Json> = {}
  for (const [key, member] of Object.entries(value)) {
    const copied = copy(member)
    if (copied === undefined) continue
    // Assigning to `__proto__` would change the object's prototype instead of adding a member.
    if (key === '__proto__') Object.defineProperty(result, key, { ...LIKE_ASSIGNED, value: copied })
    else result[key] = copied
  }
  return result
}

const LIKE_ASSIGNED = { enumerable: true, configurable: true, writable: true }
