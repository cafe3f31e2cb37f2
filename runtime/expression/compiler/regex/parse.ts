/** Parses a regular expression that JavaScript has accepted. Flags `u` and `v` are not supported. */
import { type CharacterSet, characterClasses, complement, ignoreCase, notLineTerminator } from './characters.ts'

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
  /** `(?=…)` and its kind: consumes nothing after its attempt. */
  | { readonly kind: 'lookaround'; readonly item: RegexNode }
  /** `\1`: the match of a group. */
  | { readonly kind: 'backreference'; readonly group: number | string }

export interface ParsedRegex {
  readonly root: RegexNode
  /** By number and by name. */
  readonly groups: ReadonlyMap<number | string, RegexNode>
}

interface ParserState {
  readonly source: string
  readonly ignoresCase: boolean
  readonly isMultiline: boolean
  readonly groups: Map<number | string, RegexNode>
  readonly groupCount: number
  readonly hasNamedGroups: boolean
  openedGroups: number
  position: number
}

export function parseRegex({ source, flags }: Pick<RegExp, 'source' | 'flags'>): ParsedRegex {
  // Escaped parentheses and those in a character class open no group.
  const opening = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, '').match(/\((?!\?(?!<[^=!]))/g) ?? []
  const state: ParserState = {
    source,
    ignoresCase: flags.includes('i'),
    isMultiline: flags.includes('m'),
    groups: new Map(),
    groupCount: opening.length,
    hasNamedGroups: /\(\?<[^=!]/.test(source),
    openedGroups: 0,
    position: 0,
  }
  return { root: parseAlternatives(state), groups: state.groups }
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
  if (consume(state, '^')) return { kind: 'assertion', isStart: !state.isMultiline }
  if (consume(state, '$') || consumeMatch(state, /^\\b/i)) return { kind: 'assertion', isStart: false }
  if (consume(state, '[')) return setNode(state, parseClass(state), start)
  if (consume(state, '.')) return setNode(state, notLineTerminator, start)
  const reference = state.hasNamedGroups
    ? consumeMatch(state, /^\\(?:([1-9]\d*)|k<([^>]*)>)/)
    : consumeNumberedReference(state)
  if (reference) return { kind: 'backreference', group: reference[2] ?? Number(reference[1]) }
  return setNode(state, parseCharacter(state), start)
}

/** `\12` refers to a group only if there are that many; otherwise it is a character. */
function consumeNumberedReference(state: ParserState): RegExpExecArray | null {
  const found = /^\\([1-9]\d*)/.exec(state.source.slice(state.position))
  return found !== null && Number(found[1]) <= state.groupCount ? consumeMatch(state, /^\\([1-9]\d*)/) : null
}

function setNode({ ignoresCase, position }: ParserState, set: CharacterSet, start: number): RegexNode {
  return { kind: 'set', set: ignoresCase ? ignoreCase(set) : set, span: [start, position] }
}

function parseGroup(state: ParserState): RegexNode {
  const [, sign, name] = consumeMatch(state, /^\?(?:(<?[=!])|<([^>]*)>|[a-z-]*:)/) ?? []
  const isCapture = name !== undefined || state.source.charAt(state.position - 1) === '('
  const number = isCapture ? ++state.openedGroups : 0
  const item = parseAlternatives(state)
  consume(state, ')')
  if (sign !== undefined) return { kind: 'lookaround', item }
  if (isCapture) state.groups.set(number, item)
  if (name !== undefined) state.groups.set(name, item)
  return item
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
  const all = state.ignoresCase ? ignoreCase(ranges) : ranges
  return isNegated ? complement(all) : all
}

const isSingle = ([first, ...rest]: CharacterSet): boolean => rest.length === 0 && first?.[0] === first?.[1]

const CONTROL_CHARACTERS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

/** One character, or a class like `\d`. */
function parseCharacter(state: ParserState, inClass = false): CharacterSet {
  const one = (code: number): CharacterSet => [[code, code]]
  const found = consumeMatch(state, /^\\(?:x([\da-f]{2})|u([\da-f]{4})|c([a-z])|([0-3]?[0-7]{1,2}))/i)
  if (found !== null) {
    const [, byte, unit, control, octal] = found
    if (control !== undefined) return one(control.charCodeAt(0) % 32)
    return one(octal === undefined ? Number.parseInt(byte ?? unit ?? '', 16) : Number.parseInt(octal, 8))
  }
  const escaped = consume(state, '\\')
  const character = state.source.charAt(state.position++)
  const set = escaped ? characterClasses[character] : undefined
  if (set !== undefined) return set
  if (escaped && inClass && character === 'b') return one(8)
  return one((escaped ? CONTROL_CHARACTERS[character] : undefined) ?? character.charCodeAt(0))
}
