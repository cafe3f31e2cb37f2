/** Parses JSON, and reads it whatever its shape. */
import type { Json, JsonObject } from '../ports/types.ts'

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path of member names and indexes. */
export function getPath(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Readonly<Record<string | number, Json | undefined>>)[step]
  }
  return found
}

/** No path of a URL can carry `.`, `..` or half a surrogate pair, so no source has such an id. */
const IMPOSSIBLE_ID = /^\.{0,2}$|\p{Surrogate}/u

/** Reads an id: a number, or a string that the path of a URL can carry. */
export function asId(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && !IMPOSSIBLE_ID.test(value) ? value : undefined
}

/** Turns a missing value into an empty list, a single value into a list of one. */
export function asArray(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

/** The elements of a list, which an expression may give as its only element. Undefined: there is no list. */
export function asList(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) || isObject(value) ? asArray(value) : undefined
}

/** Levels of lists and objects. Far above what a source sends, and far below what overflows the stack of whatever reads it. */
export const MAX_JSON_DEPTH = 500

/**
 * Parses JSON, and keeps a number whose digits a double would change as its text: one beyond 2^53, or beyond all doubles.
 * Undefined: not JSON, or deeper than `MAX_JSON_DEPTH`.
 *
 * `JSON.parse` alone decides what is JSON, at its speed. Its access to a number's text needs Node 22.
 */
export function parseJson(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json
    if (isDeeperThan(MAX_JSON_DEPTH, value)) return undefined
    return maybeUnsafe(text) ? (JSON.parse(quoteUnsafeNumbers(text)) as Json) : value
  } catch {
    return undefined
  }
}

function isDeeperThan(levels: number, value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) {
    for (const item of value) if (isDeeperThan(levels - 1, item)) return true
    return false
  }
  for (const name in value) if (isDeeperThan(levels - 1, (value as JsonObject)[name])) return true
  return false
}

/** From here on `JSON.stringify` writes an exponent, so a float stays a float however often it is stored. */
const FIRST_FLOAT = 1e21

/** Whether a text is a number whose digits a double would change. */
export function isUnsafeNumber(text: string): boolean {
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return false
  const size = Math.abs(Number(text))
  if (size <= Number.MAX_SAFE_INTEGER) return false
  return size < FIRST_FLOAT || size === Number.POSITIVE_INFINITY || /^-?\d+$/.test(text)
}

/** Also true for some texts within strings, after which the numbers decide. Costs a tenth of `JSON.parse`. */
const maybeUnsafe = (text: string): boolean => hasLongNumber(text) || EXPONENT.test(text)

const EXPONENT = /\d[eE][+-]?\d+(?:[\s,\]}]|$)/

/** Digits of the smallest integer beyond 2^53. */
const LONG = 16

/** Whether a number begins with 16 digits. One of them is at a multiple of 16, so few other characters are looked at. */
function hasLongNumber(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text, at)) continue
    let start = at
    let end = at + 1
    while (start > 0 && isDigit(text, start - 1)) start--
    while (isDigit(text, end)) end++
    if (end - start >= LONG && BEFORE_NUMBER.test(text.slice(Math.max(0, start - 2), start))) return true
    // A text may hold a million digits: each is looked at once.
    at = end
  }
  return false
}

const BEFORE_NUMBER = /(?:^|[\s:,[])-?$/

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}

const NUMBER = /-?\d[\d.eE+-]*/y

/** `text` is JSON. No regular expression reads the strings: it would need memory for each of their characters. */
function quoteUnsafeNumbers(text: string): string {
  let quoted = ''
  let copied = 0
  for (let at = 0; at < text.length; ) {
    NUMBER.lastIndex = at
    const number = NUMBER.exec(text)?.[0]
    if (number === undefined) {
      at = text[at] === '"' ? endOfString(text, at) : at + 1
      continue
    }
    if (isUnsafeNumber(number)) {
      quoted += `${text.slice(copied, at)}"${number}"`
      copied = at + number.length
    }
    at += number.length
  }
  return quoted + text.slice(copied)
}

/** The index after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); ; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text[at - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return at + 1
  }
}
