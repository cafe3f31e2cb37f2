/** The text of a regular expression that JavaScript has taken already, as a tree. Flags `u` and `v` are not known here. */
import { anyButLineEnds, anyCase, classes, type Ranges, without } from './characters.ts'

/** Offsets into the regular expression's source. */
export type Span = readonly [start: number, end: number]

export type Tree =
  | { readonly kind: 'set'; readonly set: Ranges; readonly span: Span }
  | { readonly kind: 'sequence' | 'choice'; readonly items: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly item: Tree; readonly min: number; readonly max: number; readonly span: Span }
  /** `^`, `$`, `\b`: takes nothing, and may not hold. */
  | { readonly kind: 'edge'; readonly isStart: boolean }
  /** `(?=…)` and its like: what is in it takes nothing in the end. */
  | { readonly kind: 'look'; readonly item: Tree }
  /** `\1`: what a group has matched. */
  | { readonly kind: 'again'; readonly group: number | string }

export interface Syntax {
  readonly tree: Tree
  /** By number and by name. */
  readonly groups: ReadonlyMap<number | string, Tree>
}

interface Reader {
  readonly source: string
  readonly ignoreCase: boolean
  readonly multiline: boolean
  readonly groups: Map<number | string, Tree>
  readonly count: number
  readonly named: boolean
  opened: number
  at: number
}

export function read({ source, flags }: Pick<RegExp, 'source' | 'flags'>): Syntax {
  // Brackets in a class or behind a backslash open nothing.
  const opening = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, '').match(/\((?!\?(?!<[^=!]))/g) ?? []
  const reader: Reader = {
    ...{ source, ignoreCase: flags.includes('i'), multiline: flags.includes('m'), groups: new Map() },
    ...{ count: opening.length, named: /\(\?<[^=!]/.test(source), opened: 0, at: 0 },
  }
  return { tree: readChoice(reader), groups: reader.groups }
}

/** Takes this text if it comes next. */
function take(reader: Reader, text: string): boolean {
  if (!reader.source.startsWith(text, reader.at)) return false
  reader.at += text.length
  return true
}

/** Takes what a pattern finds right here. */
function match(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  const found = pattern.exec(reader.source.slice(reader.at))
  if (found !== null) reader.at += found[0].length
  return found
}

function readChoice(reader: Reader): Tree {
  const items = [readSequence(reader)]
  while (take(reader, '|')) items.push(readSequence(reader))
  return { kind: 'choice', items }
}

function readSequence(reader: Reader): Tree {
  const items: Tree[] = []
  while (reader.at < reader.source.length && !/[|)]/.test(reader.source.charAt(reader.at))) {
    const start = reader.at
    items.push(readQuantifier(reader, readAtom(reader), start))
  }
  return { kind: 'sequence', items }
}

function readQuantifier(reader: Reader, item: Tree, start: number): Tree {
  const found = match(reader, /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/)
  if (found === null) return item
  const [, sign, least = '', comma, most] = found
  const [min, max] =
    sign === undefined
      ? [Number(least), most ? Number(most) : comma ? Number.POSITIVE_INFINITY : Number(least)]
      : [sign === '+' ? 1 : 0, sign === '?' ? 1 : Number.POSITIVE_INFINITY]
  return { kind: 'repeat', item, min, max, span: [start, reader.at] }
}

function readAtom(reader: Reader): Tree {
  const start = reader.at
  if (take(reader, '(')) return readGroup(reader)
  if (take(reader, '^')) return { kind: 'edge', isStart: !reader.multiline }
  if (take(reader, '$') || match(reader, /^\\b/i)) return { kind: 'edge', isStart: false }
  if (take(reader, '[')) return setOf(reader, readClass(reader), start)
  if (take(reader, '.')) return setOf(reader, anyButLineEnds, start)
  const again = reader.named ? match(reader, /^\\(?:([1-9]\d*)|k<([^>]*)>)/) : numbered(reader)
  if (again) return { kind: 'again', group: again[2] ?? Number(again[1]) }
  return setOf(reader, readCharacter(reader), start)
}

/** `\12` is a group only if there are as many; otherwise it is a character. */
function numbered(reader: Reader): RegExpExecArray | null {
  const found = /^\\([1-9]\d*)/.exec(reader.source.slice(reader.at))
  return found !== null && Number(found[1]) <= reader.count ? match(reader, /^\\([1-9]\d*)/) : null
}

function setOf({ ignoreCase, at }: Reader, set: Ranges, start: number): Tree {
  return { kind: 'set', set: ignoreCase ? anyCase(set) : set, span: [start, at] }
}

function readGroup(reader: Reader): Tree {
  const [, sign, name] = match(reader, /^\?(?:(<?[=!])|<([^>]*)>|[a-z-]*:)/) ?? []
  const isCapture = name !== undefined || reader.source.charAt(reader.at - 1) === '('
  const number = isCapture ? ++reader.opened : 0
  const item = readChoice(reader)
  take(reader, ')')
  if (sign !== undefined) return { kind: 'look', item }
  if (isCapture) reader.groups.set(number, item)
  if (name !== undefined) reader.groups.set(name, item)
  return item
}

function readClass(reader: Reader): Ranges {
  const isNot = take(reader, '^')
  const ranges: (readonly [number, number])[] = []
  while (reader.at < reader.source.length && !take(reader, ']')) {
    const from = readCharacter(reader, true)
    const isRange = /^-[^\]]/.test(reader.source.slice(reader.at)) && isSingle(from)
    if (!isRange) {
      ranges.push(...from)
      continue
    }
    take(reader, '-')
    const to = readCharacter(reader, true)
    if (isSingle(to)) ranges.push([from[0]?.[0] ?? 0, to[0]?.[0] ?? 0])
    else ranges.push(...from, [0x2d, 0x2d], ...to)
  }
  const all = reader.ignoreCase ? anyCase(ranges) : ranges
  return isNot ? without(all) : all
}

const isSingle = ([first, ...rest]: Ranges): boolean => rest.length === 0 && first?.[0] === first?.[1]

const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

/** One character, or `\d` and its like. */
function readCharacter(reader: Reader, inClass = false): Ranges {
  const one = (code: number): Ranges => [[code, code]]
  const found = match(reader, /^\\(?:x([\da-f]{2})|u([\da-f]{4})|c([a-z])|([0-3]?[0-7]{1,2}))/i)
  if (found !== null) {
    const [, byte, unit, control, octal] = found
    if (control !== undefined) return one(control.charCodeAt(0) % 32)
    return one(octal === undefined ? Number.parseInt(byte ?? unit ?? '', 16) : Number.parseInt(octal, 8))
  }
  const escaped = take(reader, '\\')
  const character = reader.source.charAt(reader.at++)
  const known = escaped ? classes[character] : undefined
  if (known !== undefined) return known
  if (escaped && inClass && character === 'b') return one(8)
  return one((escaped ? controls[character] : undefined) ?? character.charCodeAt(0))
}
