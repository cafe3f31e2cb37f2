/** Estimates the cost of calling a built-in function from its arguments, for both engines. */
import { countCharacters, countItems, countValues } from '../json-size.ts'
import { type LimitCounter, PER_STEP } from '../limits.ts'

type Cost = (counter: LimitCounter, ...args: readonly unknown[]) => void

/** Charges one step, the size of the arguments, and the cost particular to this function. */
export function chargeBuiltin(name: string, args: readonly unknown[], counter: LimitCounter): void {
  let size = 0
  for (const arg of args) if (typeof arg === 'string' || Array.isArray(arg)) size += arg.length
  counter.consumeSteps(1 + Math.floor(size / PER_STEP))
  if (Object.hasOwn(COSTS, name)) COSTS[name]?.(counter, ...args)
}

function chargeOutput(counter: LimitCounter, characters: number): void {
  counter.checkTextLength(characters)
  counter.consumeSteps(Math.floor(characters / PER_STEP))
}

const isInfinite = (value: unknown): boolean => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY

/** JSONata scans a picture again for each of its characters. */
function chargePicture(counter: LimitCounter, picture: unknown): void {
  if (typeof picture === 'string') counter.consumeSteps(Math.floor(picture.length ** 2 / PER_STEP))
}

const chargeDatePicture: Cost = (counter, _, picture) => {
  chargePicture(counter, picture)
  if (typeof picture !== 'string') return
  const widths = picture.replace(/\s+/g, '').matchAll(/,([^\],]*)\]/g)
  for (const [, width = ''] of widths) {
    for (const part of width.split('-')) chargeOutput(counter, Number.parseInt(part, 10) || 0)
  }
}

const chargeText: Cost = (counter, value) => {
  if (typeof value === 'object') chargeOutput(counter, countCharacters(value))
}

const chargeMembers: Cost = (counter, value) => {
  for (const each of Array.isArray(value) ? value : [value]) {
    if (typeof each === 'object' && each !== null) {
      counter.consumeSteps(Math.floor(Object.keys(each).length / PER_STEP))
    }
  }
}

const chargeTruth: Cost = (counter, value) => {
  if (Array.isArray(value)) counter.consumeSteps(Math.floor(countItems(value) / PER_STEP))
}

/** Occurrences of one string in another, at most `max`. */
function countOccurrences(text: string, part: string, max: number): number {
  let count = 0
  for (let at = text.indexOf(part); at !== -1 && count < max; at = text.indexOf(part, at + part.length)) count++
  return count
}

/** JSONata writes a Roman numeral by one nested call for each M. */
const MAX_ROMAN = 1_000_000

const COSTS: Readonly<Record<string, Cost>> = {
  boolean: chargeTruth,
  clone: chargeText,
  keys: chargeMembers,
  merge: chargeMembers,
  not: chargeTruth,
  spread: chargeMembers,
  string: chargeText,

  pad: (counter, text, width) => {
    if (typeof text === 'string' && typeof width === 'number') chargeOutput(counter, Math.abs(width))
  },
  join: (counter, list, separator) => {
    if (!Array.isArray(list)) return
    const between = typeof separator === 'string' ? separator.length * Math.max(0, list.length - 1) : 0
    chargeOutput(
      counter,
      list.reduce((sum, text) => sum + String(text).length, between),
    )
  },
  // biome-ignore lint/complexity/useMaxParams: JSONata's own signature of $replace, behind the counter
  replace: (counter, text, pattern, replacement, limit) => {
    if (typeof text !== 'string' || typeof pattern !== 'string' || pattern === '') return
    if (typeof replacement !== 'string') return
    const most = typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY
    const count = countOccurrences(text, pattern, most)
    counter.consumeSteps(count)
    chargeOutput(counter, text.length + count * (replacement.length - pattern.length))
  },
  split: (counter, text, separator, limit) => {
    if (typeof text !== 'string' || typeof separator !== 'string') return
    const most = typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY
    counter.checkListLength(separator === '' ? Math.min(most, text.length) : countOccurrences(text, separator, most))
  },
  zip: (counter, ...lists) => {
    const shortest = Math.min(...lists.map((list) => (Array.isArray(list) ? list.length : 0)))
    if (lists.length > 0) counter.consumeSteps(Math.floor((shortest * lists.length) / PER_STEP))
  },
  distinct: (counter, list) => {
    if (!Array.isArray(list)) return
    const primitives = list.filter((item) => typeof item !== 'object')
    // Each item is compared with all distinct items before it; objects may all be distinct.
    const most = new Set(primitives).size + list.length - primitives.length
    counter.consumeSteps(Math.floor((most * countValues(list)) / PER_STEP))
  },

  formatInteger: (counter, value, picture) => {
    chargePicture(counter, picture)
    const isRoman = typeof picture === 'string' && /^i(?:;|$)/i.test(picture)
    if (isRoman && typeof value === 'number' && Math.abs(value) > MAX_ROMAN) throw { code: 'D1011' }
    if (isInfinite(value)) throw { code: 'D1001' }
  },
  formatNumber: (counter, value, picture) => {
    chargePicture(counter, picture)
    if (isInfinite(value)) throw { code: 'D1001' }
  },
  parseInteger: (counter, _, picture) => chargePicture(counter, picture),
  fromMillis: chargeDatePicture,
  now: (counter, picture) => chargeDatePicture(counter, undefined, picture),
  toMillis: (counter, text, picture) => {
    chargeDatePicture(counter, text, picture)
    if (typeof text === 'string' && typeof picture === 'string') counter.consumeSteps(countMatchAttempts(text, picture))
  },
}

/**
 * Ways to divide a string among adjacent components of a picture: the exponent is the number of adjacent pairs. A
 * component of fixed width before another number divides in one way.
 */
function countMatchAttempts(text: string, picture: string): number {
  const adjacent = picture.match(/\](?=[[\w])/g)?.length ?? 0
  const fixedWidth = picture.match(/\[[A-Za-z]\d+\](?=\[[YMDdFWwXxHhmsf]\d+\])/g)?.length ?? 0
  return Math.floor((text.length + 1) ** Math.max(0, adjacent - fixedWidth) / PER_STEP)
}
