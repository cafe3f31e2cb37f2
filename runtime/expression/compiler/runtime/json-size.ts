/** Measures values. A part that occurs many times counts each time but is measured once, which bounds the work. */
import { PER_STEP } from './limits.ts'

/** The size of a value, by its parts. */
interface Scale {
  /** Of a text of this length. */
  readonly text: (length: number) => number
  /** Of any other value, and of a list or an object in addition to its parts. */
  readonly value: number
  /** Of a key of this length. */
  readonly key: (length: number) => number
}

const CHARACTERS: Scale = { text: (length) => length + 2, value: 1, key: (length) => length + 3 }
const VALUES: Scale = { text: (length) => 1 + Math.floor(length / PER_STEP), value: 1, key: () => 0 }
const PARTS: Scale = { text: () => 1, value: 1, key: () => 0 }
/** Writing a number takes as long as four characters. */
const WORK: Scale = { text: (length) => length + 4, value: 4, key: (length) => length + 4 }

/** Characters as JSON, approximately, after `toPlainJson`. Infinite for a value that contains itself. */
export const countCharacters = (value: unknown): number => measure(value, CHARACTERS, new Map())

/** Values within a value, itself included. A long text counts as many. */
export const countValues = (value: unknown): number => measure(value, VALUES, new Map())

/** Values within a value, itself included. */
export const countParts = (value: unknown): number => measure(value, PARTS, new Map())

/** Steps to read the whole of a value, or to write it as a text. */
export const countReadingSteps = (value: unknown): number => Math.floor(measure(value, WORK, new Map()) / PER_STEP)

type MeasuredSizes = Map<object, number>

function measure(value: unknown, scale: Scale, measured: MeasuredSizes): number {
  if (typeof value === 'string') return scale.text(value.length)
  if (typeof value !== 'object' || value === null) return scale.value
  const size = measured.get(value)
  if (size !== undefined) return size
  measured.set(value, Number.POSITIVE_INFINITY)
  let total = scale.value
  if (Array.isArray(value)) for (const item of value) total += measure(item, scale, measured)
  else if (!isInterpreterFunction(value)) {
    for (const [key, member] of Object.entries(value)) total += scale.key(key.length) + measure(member, scale, measured)
  }
  measured.set(value, total)
  return total
}

/** Whether the value is a function of the interpreter, which references every environment around it. */
const isInterpreterFunction = (value: object): boolean =>
  Object.values(value).some((member) => typeof member === 'function')

/** Items of a list and of the lists within it. */
export const countItems = (list: readonly unknown[]): number => countNested(list, noMembers, new Map())

/** The same, and the members of the objects among them, or of a single object. */
export function countMembers(value: unknown): number {
  return Array.isArray(value) ? countNested(value, countKeys, new Map()) : countKeys(value)
}

const noMembers = (): number => 0

const countKeys = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Object.keys(value).length : 0

function countNested(list: readonly unknown[], countOf: (item: unknown) => number, counted: MeasuredSizes): number {
  const count = counted.get(list)
  if (count !== undefined) return count
  let total = list.length
  for (const item of list) total += Array.isArray(item) ? countNested(item, countOf, counted) : countOf(item)
  counted.set(list, total)
  return total
}

/** Levels of lists and objects within each other. */
export const countLevels = (value: unknown): number => measureDepth(value, new Map())

function measureDepth(value: unknown, measured: MeasuredSizes): number {
  if (typeof value !== 'object' || value === null) return 0
  const depth = measured.get(value)
  if (depth !== undefined) return depth
  measured.set(value, 0)
  let deepest = 0
  for (const member of Object.values(value)) deepest = Math.max(deepest, measureDepth(member, measured))
  measured.set(value, deepest + 1)
  return deepest + 1
}
