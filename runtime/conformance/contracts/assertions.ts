/** Assertions of the contracts: those of Node, but an undefined member is an absent one, and expected data may hold patterns. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'

/** Stands in expected data for every value that it accepts. */
class Pattern {
  readonly expected: string
  readonly #accepts: (actual: unknown) => boolean

  constructor(expected: string, accepts: (actual: unknown) => boolean) {
    this.expected = expected
    this.#accepts = accepts
  }

  /** The value if it is accepted, else what was expected of it. */
  resolve(actual: unknown): unknown {
    return this.#accepts(actual) ? actual : this.expected
  }
}

/** Any value of a type. */
export function any(type: 'string' | 'number'): unknown {
  return new Pattern(`any ${type}`, (actual) => typeof actual === type)
}

/** An object with at least these members. */
export function containing(members: object): unknown {
  return new Pattern(`containing ${JSON.stringify(members)}`, (actual) => {
    const { selected, resolved } = compare(actual, members, true)
    return isDeepStrictEqual(selected, resolved)
  })
}

/** Equal data. */
export function assertEqual(actual: unknown, expected: unknown): void {
  const { selected, resolved } = compare(actual, expected, false)
  assert.deepEqual(selected, resolved)
}

/** Equal in the members that are expected, however deep. Lists have the expected length. */
export function assertMatches(actual: unknown, expected: unknown): void {
  const { selected, resolved } = compare(actual, expected, true)
  assert.deepEqual(selected, resolved)
}

interface Comparison {
  readonly selected: unknown
  readonly resolved: unknown
}

/** Both sides as plain data: of the actual one what is compared, of the expected one without patterns that accept it. */
function compare(actual: unknown, expected: unknown, partial: boolean): Comparison {
  if (expected instanceof Pattern) return { selected: actual, resolved: expected.resolve(actual) }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    const length = Math.max(actual.length, expected.length)
    const items = Array.from({ length }, (_, i) => compare(actual[i], expected[i], partial))
    return {
      selected: items.slice(0, actual.length).map(({ selected }) => selected),
      resolved: items.slice(0, expected.length).map(({ resolved }) => resolved),
    }
  }
  if (!isMembers(actual) || !isMembers(expected)) return { selected: plain(actual), resolved: plain(expected) }
  const names = Object.keys(partial ? expected : { ...actual, ...expected })
  const members = names.map((name) => [name, compare(actual[name], expected[name], partial)] as const)
  return {
    selected: plain(Object.fromEntries(members.map(([name, { selected }]) => [name, selected]))),
    resolved: plain(Object.fromEntries(members.map(([name, { resolved }]) => [name, resolved]))),
  }
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Set)
}

/** Objects of any prototype as `{}`, without undefined members. */
function plain(value: unknown): unknown {
  if (value instanceof Pattern) return value.expected
  if (value instanceof Set) return new Set(value)
  if (Array.isArray(value)) return value.map(plain)
  if (!isMembers(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]))
}
