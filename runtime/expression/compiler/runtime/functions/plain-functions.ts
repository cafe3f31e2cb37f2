/** Built-in functions of numbers and texts, as JSONata computes them. A test holds them to it, on arguments of their signature. */
import { fallBack } from '../limits.ts'

type Numbers = readonly number[]

/** Of a list with items. */
const ofNumbers = (compute: (numbers: Numbers) => number) => (numbers?: Numbers) =>
  numbers === undefined || numbers.length === 0 ? undefined : compute(numbers)

const ofNumber = (compute: (number: number) => number) => (number?: number) =>
  number === undefined ? undefined : compute(number)

const ofText =
  <T>(compute: (text: string) => T) =>
  (text?: string) =>
    text === undefined ? undefined : compute(text)

const add = (numbers: Numbers): number => numbers.reduce((total, number) => total + number, 0)

const NUMBER = /^-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?$|^0[xX][0-9A-Fa-f]+$|^0[oO][0-7]+$|^0[bB][01]+$/

function toNumber(value?: number | string | boolean): number | undefined {
  if (value === undefined || typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  const number = NUMBER.test(value) ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : fallBack()
}

/** In characters, of which some take two UTF-16 units. */
function substring(text: string | undefined, start: number, length?: number): string | undefined {
  if (text === undefined) return undefined
  const characters = [...text]
  const from = characters.length + start < 0 ? 0 : start
  if (length === undefined) return characters.slice(from).join('')
  if (length <= 0) return ''
  return characters.slice(from, (from >= 0 ? from : characters.length + from) + length).join('')
}

function substringBefore(text: string | undefined, part: string): string | undefined {
  const at = text === undefined ? -1 : text.indexOf(part)
  return at < 0 ? text : text?.slice(0, at)
}

function substringAfter(text: string | undefined, part: string): string | undefined {
  const at = text === undefined ? -1 : text.indexOf(part)
  return at < 0 ? text : text?.slice(at + part.length)
}

/** White space within becomes one blank, that around it goes. */
const trim = (text: string): string => text.replace(/[ \t\n\r]+/g, ' ').replace(/^ | $/g, '')

function join(texts: readonly string[] | undefined, separator = ''): string | undefined {
  return texts?.join(separator)
}

function reverse(list?: readonly unknown[]): readonly unknown[] | undefined {
  return list === undefined || list.length <= 1 ? list : [...list].reverse()
}

export const plainFunctions = {
  abs: ofNumber(Math.abs),
  average: ofNumbers((numbers) => add(numbers) / numbers.length),
  ceil: ofNumber(Math.ceil),
  floor: ofNumber(Math.floor),
  join,
  length: ofText((text) => [...text].length),
  lowercase: ofText((text) => text.toLowerCase()),
  max: ofNumbers((numbers) => Math.max.apply(Math, numbers as number[])),
  min: ofNumbers((numbers) => Math.min.apply(Math, numbers as number[])),
  number: toNumber,
  reverse,
  substring,
  substringAfter,
  substringBefore,
  sum: (numbers?: Numbers) => (numbers === undefined ? undefined : add(numbers)),
  trim: ofText(trim),
  uppercase: ofText((text) => text.toUpperCase()),
}
