/** Estimates the cost of calling a built-in function, for both engines: before the call by its arguments, then by its result. */
import { countCharacters, countItems, countLevels, countMembers, countReadingSteps, countValues } from '../json-size.ts'
import { COPIED_PER_STEP, ITEMS_PER_STEP, type LimitCounter, MEMBERS_PER_STEP, PER_STEP } from '../limits.ts'

type Cost = (counter: LimitCounter, ...args: readonly unknown[]) => void

/** Charges one step, the size of the arguments, and the cost particular to this function. */
export function chargeBuiltin(name: string, args: readonly unknown[], counter: LimitCounter): void {
  let size = 0
  for (const arg of args) if (typeof arg === 'string' || Array.isArray(arg)) size += arg.length
  counter.consumeSteps(1 + Math.floor(size / PER_STEP))
  if (Object.hasOwn(COSTS, name)) COSTS[name]?.(counter, ...args)
}

/** Charges a text or a list that a function returns. Those too large to build at all are refused by `chargeBuiltin`. */
export function chargeResult(result: unknown, counter: LimitCounter): void {
  if (typeof result === 'string') {
    counter.checkTextLength(result.length)
    if (result.length >= PER_STEP) counter.consumeSteps(Math.floor(result.length / PER_STEP))
  } else if (Array.isArray(result)) {
    counter.checkListLength(result.length)
    if (result.length >= ITEMS_PER_STEP) counter.consumeSteps(Math.floor(result.length / ITEMS_PER_STEP))
  }
}

/** Charges a call of a connector's function by its arguments: one step, and their size. */
export function chargeOwnFunction(args: readonly unknown[], counter: LimitCounter): void {
  let steps = 1
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (typeof arg === 'string') steps += Math.floor(arg.length / PER_STEP)
    else if (typeof arg === 'object') steps += countReadingSteps(arg)
  }
  counter.consumeSteps(steps)
}

/** Charges what it returns. */
export function chargeOwnResult(result: unknown, counter: LimitCounter): void {
  if (typeof result === 'object') counter.consumeSteps(countReadingSteps(result))
  else chargeResult(result, counter)
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

/** Charges reading a whole value. */
function chargeReading(counter: LimitCounter, value: unknown, times = 1): void {
  if (typeof value !== 'object') return
  counter.checkTextLength(countCharacters(value))
  counter.consumeSteps(countReadingSteps(value) * times)
}

const chargeText: Cost = (counter, value, pretty) => {
  chargeReading(counter, value)
  if (pretty === true && typeof value === 'object') {
    // Each value is on a line of its own, indented by two blanks for each level.
    counter.checkTextLength(countCharacters(value) + 2 * countValues(value) * countLevels(value))
  }
}

/** Members of an object, of the objects of a list and of the lists in it, and those lists' items. */
const chargeMembers =
  (perStep: number): Cost =>
  (counter, value) => {
    if (typeof value === 'object') counter.consumeSteps(Math.floor(countMembers(value) / perStep))
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
  boolean: chargeMembers(MEMBERS_PER_STEP),
  // A text takes up a tenth of the objects parsed from it.
  clone: (counter, value) => chargeReading(counter, value, 8),
  each: chargeMembers(MEMBERS_PER_STEP),
  keys: chargeMembers(4),
  lookup: (counter, value) => {
    if (Array.isArray(value)) counter.consumeSteps(Math.floor(countItems(value) / MEMBERS_PER_STEP))
  },
  merge: chargeMembers(1),
  not: chargeMembers(MEMBERS_PER_STEP),
  sift: chargeMembers(MEMBERS_PER_STEP),
  spread: (counter, value) => {
    chargeMembers(1)(counter, value)
    // JSONata copies the result for each item.
    if (Array.isArray(value)) counter.consumeSteps(Math.floor(countMembers(value) ** 2 / (2 * COPIED_PER_STEP)))
  },
  string: chargeText,

  pad: (counter, text, width) => {
    if (typeof text === 'string' && typeof width === 'number') counter.checkTextLength(Math.abs(width))
  },
  join: (counter, list, separator) => {
    if (!Array.isArray(list)) return
    const between = typeof separator === 'string' ? separator.length * Math.max(0, list.length - 1) : 0
    counter.checkTextLength(list.reduce((sum, text) => sum + String(text).length, between))
  },
  // biome-ignore lint/complexity/useMaxParams: JSONata's own signature of $replace, behind the counter
  replace: (counter, text, pattern, replacement, limit) => {
    if (typeof text !== 'string' || typeof pattern !== 'string' || pattern === '') return
    if (typeof replacement !== 'string') return
    const most = typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY
    const count = countOccurrences(text, pattern, most)
    counter.consumeSteps(count)
    counter.checkTextLength(text.length + count * (replacement.length - pattern.length))
  },
  split: (counter, text, separator, limit) => {
    if (typeof text !== 'string' || typeof separator !== 'string') return
    const most = typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY
    counter.checkListLength(separator === '' ? Math.min(most, text.length) : countOccurrences(text, separator, most))
  },
  zip: (counter, ...lists) => {
    const shortest = Math.min(...lists.map((list) => (Array.isArray(list) ? list.length : 0)))
    if (lists.length > 0) counter.consumeSteps(shortest + Math.floor((shortest * lists.length) / ITEMS_PER_STEP))
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
