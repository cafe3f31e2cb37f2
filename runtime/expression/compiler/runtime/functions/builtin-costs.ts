/** What a call of a built-in function costs, told from its arguments before it is made. Holds for both engines. */

import { type Budget, PER_STEP } from '../../../interpreter/limits.ts'
import { charactersOf, itemsIn, valuesIn } from '../json-size.ts'

type Cost = (budget: Budget, ...args: readonly unknown[]) => void

/** One step, and one for so many characters and items it is given; then what this function makes of them. */
export function charge(name: string, args: readonly unknown[], budget: Budget): void {
  let given = 0
  for (const arg of args) if (typeof arg === 'string' || Array.isArray(arg)) given += arg.length
  budget.spend(1 + Math.floor(given / PER_STEP))
  if (Object.hasOwn(costs, name)) costs[name]?.(budget, ...args)
}

function writes(budget: Budget, characters: number): void {
  budget.fitText(characters)
  budget.spend(Math.floor(characters / PER_STEP))
}

const outOfRange = (it: unknown): boolean => typeof it === 'number' && !Number.isFinite(it) && !Number.isNaN(it)

/** Pictures are gone through again for each sign of theirs. */
function picture(budget: Budget, it: unknown): void {
  if (typeof it === 'string') budget.spend(Math.floor(it.length ** 2 / PER_STEP))
}

const date: Cost = (budget, _, form) => {
  picture(budget, form)
  if (typeof form !== 'string') return
  const widths = form.replace(/\s+/g, '').matchAll(/,([^\],]*)\]/g)
  for (const [, width = ''] of widths) {
    for (const part of width.split('-')) writes(budget, Number.parseInt(part, 10) || 0)
  }
}

const asText: Cost = (budget, it) => {
  if (typeof it === 'object') writes(budget, charactersOf(it))
}

const members: Cost = (budget, it) => {
  const each = Array.isArray(it) ? it : [it]
  for (const one of each) {
    if (typeof one === 'object' && one !== null) budget.spend(Math.floor(Object.keys(one).length / PER_STEP))
  }
}

const truth: Cost = (budget, it) => {
  if (Array.isArray(it)) budget.spend(Math.floor(itemsIn(it) / PER_STEP))
}

/** How often one text is in another, `most` at most. */
function occurrences(text: string, part: string, most: number): number {
  let count = 0
  for (let at = text.indexOf(part); at !== -1 && count < most; at = text.indexOf(part, at + part.length)) count++
  return count
}

/** A Roman numeral is made by a call within a call for each M. */
const MOST_ROMAN = 1_000_000

const costs: Readonly<Record<string, Cost>> = {
  boolean: truth,
  clone: asText,
  keys: members,
  merge: members,
  not: truth,
  spread: members,
  string: asText,

  pad: (budget, text, width) => {
    if (typeof text === 'string' && typeof width === 'number') writes(budget, Math.abs(width))
  },
  join: (budget, list, separator) => {
    if (!Array.isArray(list)) return
    const between = typeof separator === 'string' ? separator.length * Math.max(0, list.length - 1) : 0
    writes(
      budget,
      list.reduce((sum, text) => sum + String(text).length, between),
    )
  },
  replace: (budget, text, pattern, replacement, limit) => {
    if (typeof text !== 'string' || typeof pattern !== 'string' || pattern === '') return
    if (typeof replacement !== 'string') return
    const most = typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY
    const count = occurrences(text, pattern, most)
    budget.spend(count)
    writes(budget, text.length + count * (replacement.length - pattern.length))
  },
  split: (budget, text, separator, limit) => {
    if (typeof text !== 'string' || typeof separator !== 'string') return
    const most = typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY
    budget.fitLength(separator === '' ? Math.min(most, text.length) : occurrences(text, separator, most))
  },
  zip: (budget, ...lists) => {
    const shortest = Math.min(...lists.map((list) => (Array.isArray(list) ? list.length : 0)))
    if (lists.length > 0) budget.spend(Math.floor((shortest * lists.length) / PER_STEP))
  },
  distinct: (budget, list) => {
    if (!Array.isArray(list)) return
    const values = list.filter((it) => typeof it !== 'object')
    // Each is compared with all those that differ from one another; of objects, all may.
    const different = new Set(values).size + list.length - values.length
    budget.spend(Math.floor((different * valuesIn(list)) / PER_STEP))
  },

  formatInteger: (budget, value, form) => {
    picture(budget, form)
    const isRoman = typeof form === 'string' && /^i(?:;|$)/i.test(form)
    if (isRoman && typeof value === 'number' && Math.abs(value) > MOST_ROMAN) throw { code: 'D1011' }
    if (outOfRange(value)) throw { code: 'D1001' }
  },
  formatNumber: (budget, value, form) => {
    picture(budget, form)
    if (outOfRange(value)) throw { code: 'D1001' }
  },
  parseInteger: (budget, _, form) => picture(budget, form),
  fromMillis: date,
  now: (budget, form) => date(budget, undefined, form),
  toMillis: (budget, text, form) => {
    date(budget, text, form)
    if (typeof text === 'string' && typeof form === 'string') budget.spend(guesses(text, form))
  },
}

/**
 * In how many ways a text may be divided among the parts of a picture that nothing divides: their number is the power.
 * Digits before digits are counted off, not guessed.
 */
function guesses(text: string, form: string): number {
  const undivided = form.match(/\](?=[[\w])/g)?.length ?? 0
  const counted = form.match(/\[[A-Za-z]\d+\](?=\[[YMDdFWwXxHhmsf]\d+\])/g)?.length ?? 0
  return Math.floor((text.length + 1) ** Math.max(0, undivided - counted) / PER_STEP)
}
