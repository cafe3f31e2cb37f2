/** JSONata's operators. Where the interpreter would fail, these give up and leave it to say why. */

import { guard, isRecord } from './fields.ts'
import { textOf } from './functions/jsonata-builtins.ts'
import { consumeSteps, fallBack, fitLength, fitText, rangeTooLong } from './limits.ts'
import { Sequence } from './sequence.ts'

/** Not NaN; one that is out of range is an error wherever it is looked at. */
export function isNumeric(it: unknown): it is number {
  if (typeof it !== 'number') return false
  return Number.isFinite(it) || (Number.isNaN(it) ? false : fallBack())
}

/** `$boolean`, with nothing as false. */
export function truthy(it: unknown): boolean {
  switch (typeof it) {
    case 'boolean':
      return it
    case 'string':
      return it !== ''
    case 'number':
      return isNumeric(it) && it !== 0
    case 'object':
      if (Array.isArray(it)) return it.length === 1 ? truthy(it[0]) : truthyList(it)
      return isRecord(it) && Object.keys(it).length > 0
    default:
      return false
  }
}

/** Looks at all of them, since one may be an error. */
function truthyList(list: readonly unknown[]): boolean {
  consumeSteps(list.length)
  return list.filter(truthy).length > 0
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

export function negate(it: unknown): number | undefined {
  if (it === undefined) return undefined
  return isNumeric(it) ? -it : fallBack()
}

type Order = (left: number | string, right: number | string) => boolean

const isOrdered = (it: unknown): it is number | string => typeof it === 'string' || typeof it === 'number'

const order =
  (apply: Order) =>
  (left: unknown, right: unknown): boolean | undefined => {
    if (!(left === undefined || isOrdered(left)) || !(right === undefined || isOrdered(right))) fallBack()
    if (left === undefined || right === undefined) return undefined
    return typeof left === typeof right ? apply(left, right) : fallBack()
  }

export const less = order((left, right) => left < right)
export const lessOrEqual = order((left, right) => left <= right)
export const greater = order((left, right) => left > right)
export const greaterOrEqual = order((left, right) => left >= right)

/** Nothing equals nothing. */
export const equal = (left: unknown, right: unknown): boolean =>
  left !== undefined && right !== undefined && deepEqual(left, right)

/** Nothing differs from nothing, either. */
export const unequal = (left: unknown, right: unknown): boolean =>
  left !== undefined && right !== undefined && !deepEqual(left, right)

export function deepEqual(left: unknown, right: unknown): boolean {
  if (typeof left === 'function' || typeof right === 'function') fallBack()
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  consumeSteps(1)
  const lists = Number(Array.isArray(left)) + Number(Array.isArray(right))
  if (lists === 2) return equalLists(left as readonly unknown[], right as readonly unknown[])
  // The interpreter compares a list with an object by its own properties, `length` being one of them.
  if (lists === 1) return Object.hasOwn(left, 'length') && Object.hasOwn(right, 'length') ? fallBack() : false
  return equalRecords(left as Readonly<Record<string, unknown>>, right as Readonly<Record<string, unknown>>)
}

const equalLists = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((item, i) => deepEqual(item, right[i]))

function equalRecords(left: Readonly<Record<string, unknown>>, right: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length || !keys.every((key) => Object.hasOwn(right, key))) return false
  return keys.every((key) => deepEqual(left[key], right[key]))
}

/** `in`: the same value, or the very same list or object. */
export function isIn(item: unknown, list: unknown): boolean {
  if (item === undefined || list === undefined) return false
  if (typeof item === 'function') fallBack()
  if (!Array.isArray(list)) return list === item
  return list.includes(item) && !Number.isNaN(item)
}

/** `&`: nothing is an empty text. */
export function concat(left: unknown, right: unknown): string {
  const text = (it: unknown): string => (typeof it === 'string' ? it : it === undefined ? '' : textOf(it))
  const joined = text(left) + text(right)
  fitText(joined.length)
  return joined
}

/** `from..to`, whole numbers only. */
export function range(from: unknown, to: unknown): unknown {
  if (from !== undefined && !Number.isInteger(from)) fallBack()
  if (to !== undefined && !Number.isInteger(to)) fallBack()
  if (from === undefined || to === undefined || (from as number) > (to as number)) return undefined
  const size = (to as number) - (from as number) + 1
  // Where adding one to a number leaves it as it is, the interpreter would never end.
  if (size > 1e7 || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) rangeTooLong()
  fitLength(size)
  consumeSteps(size)
  return new Sequence(Array.from({ length: size }, (_, i) => (from as number) + i))
}

/** `$type`. */
export function type(it: unknown): string | undefined {
  if (it === undefined) return undefined
  if (it === null) return 'null'
  if (Array.isArray(it)) return 'array'
  if (typeof it !== 'object') return typeof it === 'number' && !isNumeric(it) ? 'object' : typeof it
  return guard(it) && 'object'
}
