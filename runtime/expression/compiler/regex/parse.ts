/** Parses a regular expression that JavaScript has accepted. Flags `u` and `v` are not supported: JSONata has neither. */
import {
  anyCharacter,
  type CharacterSet,
  characterClasses,
  complement,
  ignoreCase,
  notLineTerminator,
} from './characters.ts'
import { RegexTooLarge } from './too-large.ts'

/** Offsets into the regular expression's source. */
export type Span = readonly [start: number, end: number]

export type RegexNode =
  | { readonly kind: 'set'; readonly set: CharacterSet; readonly span: Span }
  | { readonly kind: 'sequence' | 'choice'; readonly items: readonly RegexNode[] }
  | {
      readonly kind: 'repeat'
      readonly item: RegexNode
      readonly min: number
      readonly max: number
      readonly span: Span
    }
  /** `^`, `$`, `\b`: consumes nothing, and may fail. */
  | { readonly kind: 'assertion'; readonly isStart: boolean }
  /** `(?=…)` and its kind: consumes nothing after its attempt. JavaScript matches `(?<=…)` from its end to its start. */
  | { readonly kind: 'lookaround'; readonly item: RegexNode; readonly isBehind: boolean; readonly isNegative: boolean }
  /** `(…)`, by its number. */
  | { readonly kind: 'capture'; readonly item: RegexNode; readonly group: number }
  /** `\1`: the match of a group; several groups may share a name. */
  | { readonly kind: 'backreference'; readonly groups: readonly number[] }

export interface ParsedRegex {
  readonly root: RegexNode
  readonly groups: ReadonlyMap<number, RegexNode>
}

/** `s`, `i` and `m`: of the whole regular expression, or of a group like `(?i:…)`. */
interface Modifiers {
  readonly isDotAll: boolean
  readonly ignoresCase: boolean
  readonly isMultiline: boolean
}

interface ParserState {
  readonly source: string
  modifiers: Modifiers
  readonly groups: Map<number, RegexNode>
  readonly groupCount: number
  /** The numbers of the groups of each name. */
  readonly names: ReadonlyMap<string, readonly number[]>
  openedGroups: number
  depth: number
  position: number
}

/** Groups within groups. */
const MAX_DEPTH = 200

export function parseRegex({ source, flags }: Pick<RegExp, 'source' | 'flags'>): ParsedRegex {
  const openings = findOpenings(source)
  const state: ParserState = {
    source,
    modifiers: applyModifiers({ isDotAll: false, ignoresCase: false, isMultiline: false }, flags),
    groups: new Map(),
    groupCount: openings.length,
    names: groupByName(openings),
    openedGroups: 0,
    depth: 0,
    position: 0,
  }
  return { root: parseAlternatives(state), groups: state.groups }
}

/** Of each capturing group, `(` and its name. Escaped parentheses and those in a character class open none. */
const findOpenings = (source: string): readonly string[] =>
  source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, '').match(/\((?!\?)|\(\?<(?![=!])[^>]*/g) ?? []

function groupByName(openings: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const names = new Map<string, number[]>()
  for (const [index, opening] of openings.entries()) {
    if (opening === '(') continue
    const name = opening.slice('(?<'.length)
    names.set(name, [...(names.get(name) ?? []), index + 1])
  }
  return names
}

const applyModifiers = (before: Modifiers, added: string, removed = ''): Modifiers => {
  const has = (flag: string, value: boolean) => (value || added.includes(flag)) && !removed.includes(flag)
  return {
    isDotAll: has('s', before.isDotAll),
    ignoresCase: has('i', before.ignoresCase),
    isMultiline: has('m', before.isMultiline),
  }
}

/** Consumes this text if it comes next. */
function consume(state: ParserState, text: string): boolean {
  if (!state.source.startsWith(text, state.position)) return false
  state.position += text.length
  return true
}

/** Consumes a match at the current position. `pattern` starts with `^`. */
function consumeMatch(state: ParserState, pattern: RegExp): RegExpExecArray | null {
  const found = pattern.exec(state.source.slice(state.position))
  if (found !== null) state.position += found[0].length
  return found
}

function parseAlternatives(state: ParserState): RegexNode {
  const items = [parseSequence(state)]
  while (consume(state, '|')) items.push(parseSequence(state))
  return { kind: 'choice', items }
}

function parseSequence(state: ParserState): RegexNode {
  const items: RegexNode[] = []
  while (state.position < state.source.length && !/[|)]/.test(state.source.charAt(state.position))) {
    const start = state.position
    items.push(parseQuantifier(state, parseAtom(state), start))
  }
  return { kind: 'sequence', items }
}

function parseQuantifier(state: ParserState, item: RegexNode, start: number): RegexNode {
  const found = consumeMatch(state, /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/)
  if (found === null) return item
  const [, sign, least = '', comma, most] = found
  const [min, max] =
    sign === undefined
      ? [Number(least), most ? Number(most) : comma ? Number.POSITIVE_INFINITY : Number(least)]
      : [sign === '+' ? 1 : 0, sign === '?' ? 1 : Number.POSITIVE_INFINITY]
  return { kind: 'repeat', item, min, max, span: [start, state.position] }
}

function parseAtom(state: ParserState): RegexNode {
  const start = state.position
  if (consume(state, '(')) return parseGroup(state)
  if (consume(state, '^')) return { kind: 'assertion', isStart: !state.modifiers.isMultiline }
  if (consume(state, '$') || consumeMatch(state, /^\\b/i)) return { kind: 'assertion', isStart: false }
  if (consume(state, '[')) return setNode(state, parseClass(state), start)
  if (consume(state, '.')) return setNode(state, state.modifiers.isDotAll ? anyCharacter : notLineTerminator, start)
  const groups = consumeReference(state)
  return groups === undefined ? setNode(state, parseCharacter(state), start) : { kind: 'backreference', groups }
}

/** `\12` refers to a group only if there are that many, `\k<a>` only if there are names; else it is a character. */
function consumeReference(state: ParserState): readonly number[] | undefined {
  const found = /^\\(?:([1-9]\d*)|k<([^>]*)>)/.exec(state.source.slice(state.position))
  const [text = '', number, name] = found ?? []
  const isCharacter = number === undefined ? state.names.size === 0 : Number(number) > state.groupCount
  if (found === null || isCharacter) return undefined
  state.position += text.length
  return number === undefined ? (state.names.get(name ?? '') ?? []) : [Number(number)]
}

function setNode({ modifiers, position }: ParserState, set: CharacterSet, start: number): RegexNode {
  return { kind: 'set', set: modifiers.ignoresCase ? ignoreCase(set) : set, span: [start, position] }
}

function parseGroup(state: ParserState): RegexNode {
  if (++state.depth > MAX_DEPTH) throw new RegexTooLarge()
  const outside = state.modifiers
  const [, sign, name, added, removed] = consumeMatch(state, /^\?(?:(<?[=!])|<([^>]*)>|([a-z]*)(?:-([a-z]*))?:)/) ?? []
  const isCapture = name !== undefined || state.source.charAt(state.position - 1) === '('
  const group = isCapture ? ++state.openedGroups : 0
  if (added !== undefined) state.modifiers = applyModifiers(outside, added, removed)
  const item = parseAlternatives(state)
  consume(state, ')')
  state.modifiers = outside
  state.depth--
  if (sign !== undefined) {
    return { kind: 'lookaround', item, isBehind: sign.startsWith('<'), isNegative: sign.endsWith('!') }
  }
  if (!isCapture) return item
  state.groups.set(group, item)
  return { kind: 'capture', item, group }
}

function parseClass(state: ParserState): CharacterSet {
  const isNegated = consume(state, '^')
  const ranges: (readonly [number, number])[] = []
  while (state.position < state.source.length && !consume(state, ']')) {
    const from = parseCharacter(state, true)
    const isRange = /^-[^\]]/.test(state.source.slice(state.position)) && isSingle(from)
    if (!isRange) {
      ranges.push(...from)
      continue
    }
    consume(state, '-')
    const to = parseCharacter(state, true)
    if (isSingle(to)) ranges.push([from[0]?.[0] ?? 0, to[0]?.[0] ?? 0])
    else ranges.push(...from, [0x2d, 0x2d], ...to)
  }
  const all = state.modifiers.ignoresCase ? ignoreCase(ranges) : ranges
  return isNegated ? complement(all) : all
}

const isSingle = ([first, ...rest]: CharacterSet): boolean => rest.length === 0 && first?.[0] === first?.[1]

const CONTROL_CHARACTERS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

/** A character by its code. The letters are those of the engine: `\X41` is an X. */
const CODE = /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|c([a-zA-Z])|([0-3]?[0-7]{1,2}))/
const CODE_IN_CLASS = /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|c([\w])|([0-3]?[0-7]{1,2}))/

/** One character, or a class like `\d`. */
function parseCharacter(state: ParserState, inClass = false): CharacterSet {
  const one = (code: number): CharacterSet => [[code, code]]
  const found = consumeMatch(state, inClass ? CODE_IN_CLASS : CODE)
  if (found !== null) {
    const [, byte, unit, control, octal] = found
    if (control !== undefined) return one(control.charCodeAt(0) % 32)
    return one(octal === undefined ? Number.parseInt(byte ?? unit ?? '', 16) : Number.parseInt(octal, 8))
  }
  // `\c` before any other character is a backslash.
  const escaped = !state.source.startsWith('\\c', state.position) && consume(state, '\\')
  const character = state.source.charAt(state.position++)
  const set = escaped ? characterClasses[character] : undefined
  if (set !== undefined) return set
  if (escaped && inClass && character === 'b') return one(8)
  return one((escaped ? CONTROL_CHARACTERS[character] : undefined) ?? character.charCodeAt(0))
}
