/** JSONata's operators. Where the interpreter fails, they fall back to it for the error. */
import { guardArgument, isRecord } from './fields.ts'
import { textOf } from './functions/text-of.ts'
import {
  checkListLength,
  checkTextLength,
  consumeItems,
  consumeSize,
  consumeSteps,
  fallBack,
  MEMBERS_PER_STEP,
  PER_STEP,
  rejectRange,
} from './limits.ts'
import { Sequence } from './sequence.ts'

/** Whether the value is a number other than NaN. An infinite one is an error wherever it is read. */
export function isNumeric(value: unknown): value is number {
  if (typeof value !== 'number') return false
  return Number.isFinite(value) || (Number.isNaN(value) ? false : fallBack())
}

/** `$boolean`, with undefined as false. */
export function truthy(value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return value !== ''
    case 'number':
      return isNumeric(value) && value !== 0
    case 'object':
      if (Array.isArray(value)) return value.length === 1 ? truthy(value[0]) : truthyList(value)
      return isRecord(value) && hasMembers(value)
    default:
      return false
  }
}

/** Evaluates every item, since any may be an error. */
function truthyList(list: readonly unknown[]): boolean {
  consumeSteps(list.length)
  return list.filter(truthy).length > 0
}

/** Listing the members takes as long as there are members. */
function hasMembers(value: object): boolean {
  const { length } = Object.keys(value)
  if (length >= MEMBERS_PER_STEP) consumeSteps(Math.floor(length / MEMBERS_PER_STEP))
  return length > 0
}

type Arithmetic = (left: number, right: number) => number

const arithmetic =
  (apply: Arithmetic) =>
  (left: unknown, right: unknown): number | undefined => {
    if (left !== undefined && !isNumeric(left)) fallBack()
    if (right !== undefined && !isNumeric(right)) fallBack()
    return left === undefined || right === undefined ? undefined : apply(left, right)
  }

export const add = arithmetic((left, right) => left + right)
export const subtract = arithmetic((left, right) => left - right)
export const multiply = arithmetic((left, right) => left * right)
export const divide = arithmetic((left, right) => left / right)
export const remainder = arithmetic((left, right) => left % right)

export function negate(value: unknown): number | undefined {
  if (value === undefined) return undefined
  return isNumeric(value) ? -value : fallBack()
}

type Comparison = (left: number | string, right: number | string) => boolean

const isOrdered = (value: unknown): value is number | string => typeof value === 'string' || typeof value === 'number'

const comparison =
  (apply: Comparison) =>
  (left: unknown, right: unknown): boolean | undefined => {
    if (!(left === undefined || isOrdered(left)) || !(right === undefined || isOrdered(right))) fallBack()
    if (left === undefined || right === undefined) return undefined
    if (typeof left !== typeof right) fallBack()
    consumeCommonSize(left, right)
    return apply(left, right)
  }

/** Comparing two texts takes as long as they are the same: at most the length of the shorter one. */
export function consumeCommonSize(left: unknown, right: unknown): void {
  if (typeof left !== 'string' || typeof right !== 'string') return
  if (left.length >= PER_STEP && right.length >= PER_STEP) consumeSize(Math.min(left.length, right.length))
}

export const less = comparison((left, right) => left < right)
export const lessOrEqual = comparison((left, right) => left <= right)
export const greater = comparison((left, right) => left > right)
export const greaterOrEqual = comparison((left, right) => left >= right)

/** False if either side is undefined. */
export const equal = (left: unknown, right: unknown): boolean =>
  left !== undefined && right !== undefined && deepEqual(left, right)

/** Not the negation of `equal`: false if either side is undefined, too. */
export const unequal = (left: unknown, right: unknown): boolean =>
  left !== undefined && right !== undefined && !deepEqual(left, right)

export function deepEqual(left: unknown, right: unknown): boolean {
  if (typeof left === 'string') {
    if (typeof right === 'function') fallBack()
    if (typeof right !== 'string' || left.length !== right.length) return false
    consumeSize(left.length)
    return left === right
  }
  if (typeof left === 'function' || typeof right === 'function') fallBack()
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  consumeSteps(1)
  const lists = Number(Array.isArray(left)) + Number(Array.isArray(right))
  if (lists === 2) return equalLists(left as readonly unknown[], right as readonly unknown[])
  // The interpreter compares a list with an object by their own properties, `length` among them.
  if (lists === 1) return Object.hasOwn(left, 'length') && Object.hasOwn(right, 'length') ? fallBack() : false
  return equalRecords(left as Readonly<Record<string, unknown>>, right as Readonly<Record<string, unknown>>)
}

function equalLists(left: readonly unknown[], right: readonly unknown[]): boolean {
  if (left.length !== right.length) return false
  consumeItems(left.length)
  return left.every((item, i) => deepEqual(item, right[i]))
}

function equalRecords(left: Readonly<Record<string, unknown>>, right: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(left)
  consumeItems(2 * keys.length)
  if (keys.length !== Object.keys(right).length || !keys.every((key) => Object.hasOwn(right, key))) return false
  return keys.every((key) => deepEqual(left[key], right[key]))
}

/** `in`: the same value, or the very same list or object. */
export function isIn(item: unknown, list: unknown): boolean {
  if (item === undefined || list === undefined) return false
  if (typeof item === 'function') fallBack()
  if (!Array.isArray(list)) return list === item
  consumeSize(list.length)
  if (typeof item === 'string' && item.length >= PER_STEP) {
    for (const each of list) consumeCommonSize(item, each)
  }
  return list.includes(item) && !Number.isNaN(item)
}

/** `&`: undefined is an empty string. */
export function concat(left: unknown, right: unknown): string {
  const text = (side: unknown): string => (typeof side === 'string' ? side : side === undefined ? '' : textOf(side))
  const joined = text(left) + text(right)
  checkTextLength(joined.length)
  // Also where a text is doubled without being copied: the copy is made as soon as it is read.
  consumeSize(joined.length)
  return joined
}

/** `from..to`, integers only. */
export function range(from: unknown, to: unknown): unknown {
  if (from !== undefined && !Number.isInteger(from)) fallBack()
  if (to !== undefined && !Number.isInteger(to)) fallBack()
  if (from === undefined || to === undefined || (from as number) > (to as number)) return undefined
  const size = (to as number) - (from as number) + 1
  // Beyond the safe integers adding one may change nothing, and the interpreter would loop forever.
  if (size > 1e7 || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) rejectRange()
  checkListLength(size)
  consumeSteps(size)
  // The first item is the bound itself: -0 + 0 is 0.
  return new Sequence(Array.from({ length: size }, (_, i) => (i === 0 ? (from as number) : (from as number) + i)))
}

/** `$type`. */
export function typeName(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value !== 'object') return typeof value === 'number' && !isNumeric(value) ? 'object' : typeof value
  return guardArgument(value) && 'object'
}
