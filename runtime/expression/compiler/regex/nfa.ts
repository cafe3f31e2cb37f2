/** Builds an NFA of a regular expression in Glushkov form: a state for each position that matches a character. */
import { anyCharacter, type CharacterSet } from './characters.ts'
import type { ParsedRegex, RegexNode, Span } from './parse.ts'

/** Thrown where the analysis would take too long. */
export class NfaTooLarge extends Error {
  override readonly name = 'NfaTooLarge'
}

/** States, each with the number of ways to it: 1, or 2 for more than one. */
type WaysByState = ReadonlyMap<number, number>

export interface NfaState {
  /** The characters it matches. */
  readonly set: CharacterSet
  /** Its part of the source. Absent for the search state, where a match can begin at any offset. */
  readonly span?: Span
  /** Successors. Two ways to one successor are a choice that no character decides. */
  readonly next: Map<number, number>
}

export interface Nfa {
  /** The first is the start state, the second the search state. */
  readonly states: readonly NfaState[]
  readonly repeats: readonly Span[]
}

interface Fragment {
  /** Number of ways to match the empty string. */
  readonly empty: number
  readonly first: WaysByState
  readonly last: WaysByState
  /** Whether it can match the empty string unconditionally. `ends` are the states after which the rest can. */
  readonly isSkippable: boolean
  readonly ends: ReadonlySet<number>
}

interface NfaBuilder {
  readonly states: NfaState[]
  readonly repeats: Span[]
  readonly groups: ParsedRegex['groups']
  /** Groups being expanded for a back-reference. */
  readonly expanding: Set<number | string>
}

const MAX_STATES = 400
/** A part repeated more often counts as repeated without bound. The limit is lower for a part of variable length. */
const MAX_COPIES = 60
const MAX_VARIABLE_COPIES = 4

export function buildNfa({ root, groups }: ParsedRegex): Nfa {
  const builder: NfaBuilder = { states: [], repeats: [], groups, expanding: new Set() }
  const start = addState(builder, anyCharacter)
  const search = addState(builder, anyCharacter)
  const alternatives = root.kind === 'choice' ? root.items : [root]
  const ends = new Set<number>()
  connect(builder, new Map([[start, 1]]), new Map([[search, 1]]))
  connect(builder, new Map([[search, 1]]), new Map([[search, 1]]))
  for (const alternative of alternatives) {
    const fragment = toFragment(builder, alternative)
    connect(builder, new Map([[start, 1]]), fragment.first)
    if (!isAnchored(alternative)) connect(builder, new Map([[search, 1]]), fragment.first)
    for (const end of fragment.ends) ends.add(end)
  }
  cutSuccess(builder.states, ends, search)
  return builder
}

function isAnchored(node: RegexNode): boolean {
  if (node.kind === 'assertion') return node.isStart
  if (node.kind === 'choice') return node.items.every(isAnchored)
  return node.kind === 'sequence' && node.items[0] !== undefined && isAnchored(node.items[0])
}

/**
 * Removes the successors of end states. In an end state the match has succeeded, so no failed attempt continues from
 * one; attempts that begin at such a successor begin at the search state.
 */
function cutSuccess(states: readonly NfaState[], ends: ReadonlySet<number>, search: number): void {
  for (const end of ends) {
    const { next } = states[end] ?? { next: new Map<number, number>() }
    for (const state of next.keys()) if (!ends.has(state)) states[search]?.next.set(state, 1)
    next.clear()
  }
}

function addState({ states }: NfaBuilder, set: CharacterSet, span?: Span): number {
  if (states.length >= MAX_STATES) throw new NfaTooLarge()
  states.push({ set, next: new Map(), ...(span === undefined ? {} : { span }) })
  return states.length - 1
}

function connect({ states }: NfaBuilder, from: WaysByState, to: WaysByState): void {
  for (const [one, ways] of from) {
    const next = states[one]?.next
    for (const [other, more] of to) next?.set(other, Math.min(2, (next.get(other) ?? 0) + ways * more))
  }
}

function addWays(a: WaysByState, b: WaysByState, times = 1): WaysByState {
  if (times === 0) return a
  const sum = new Map(a)
  for (const [state, ways] of b) sum.set(state, Math.min(2, (sum.get(state) ?? 0) + ways * times))
  return sum
}

const EMPTY: Fragment = { empty: 1, first: new Map(), last: new Map(), isSkippable: true, ends: new Set() }

function toFragment(builder: NfaBuilder, node: RegexNode): Fragment {
  switch (node.kind) {
    case 'set': {
      const state = addState(builder, node.set, node.span)
      const alone = new Map([[state, 1]])
      return { empty: 0, first: alone, last: alone, isSkippable: false, ends: new Set([state]) }
    }
    case 'sequence':
      return node.items.reduce((before, each) => concatenate(builder, before, toFragment(builder, each)), EMPTY)
    case 'choice':
      return node.items.map((each) => toFragment(builder, each)).reduce(alternate)
    case 'assertion':
      return { ...EMPTY, isSkippable: false }
    case 'lookaround': {
      // Whatever it matches, the rest continues at the offset where it began.
      const { first } = toFragment(builder, node.item)
      return { ...EMPTY, first, isSkippable: false }
    }
    case 'backreference':
      return backreference(builder, node.group)
    case 'repeat':
      return repeat(builder, node)
  }
}

function concatenate(builder: NfaBuilder, a: Fragment, b: Fragment): Fragment {
  connect(builder, a.last, b.first)
  return {
    empty: Math.min(2, a.empty * b.empty),
    first: addWays(a.first, b.first, a.empty),
    last: addWays(b.last, a.last, b.empty),
    isSkippable: a.isSkippable && b.isSkippable,
    ends: b.isSkippable ? new Set([...a.ends, ...b.ends]) : b.ends,
  }
}

const alternate = (a: Fragment, b: Fragment): Fragment => ({
  empty: Math.min(2, a.empty + b.empty),
  first: addWays(a.first, b.first),
  last: addWays(a.last, b.last),
  isSkippable: a.isSkippable || b.isSkippable,
  ends: new Set([...a.ends, ...b.ends]),
})

/** A back-reference stands for any string that its group can match. */
function backreference(builder: NfaBuilder, group: number | string): Fragment {
  const node = builder.groups.get(group)
  if (node === undefined || builder.expanding.has(group)) return { ...EMPTY, isSkippable: false }
  builder.expanding.add(group)
  const { isSkippable: _, ends: __, ...fragment } = toFragment(builder, node)
  builder.expanding.delete(group)
  return { ...fragment, isSkippable: false, ends: new Set() }
}

function repeat(builder: NfaBuilder, { item, min, max, span }: Extract<RegexNode, { kind: 'repeat' }>): Fragment {
  if (max === 0) return EMPTY
  if (max === 1) return min === 1 ? toFragment(builder, item) : optional(toFragment(builder, item))
  if (max > min) builder.repeats.push(span)
  if (!isFixed(item) && max > MAX_VARIABLE_COPIES) return loop(builder, item, min)
  let fragment = EMPTY
  const copies = Math.min(min, MAX_COPIES)
  for (let i = 0; i < copies; i++) fragment = concatenate(builder, fragment, toFragment(builder, item))
  if (copies < min || max - min > 8) return concatenate(builder, fragment, loop(builder, item, 0))
  return concatenate(builder, fragment, upTo(builder, item, max - min))
}

function loop(builder: NfaBuilder, item: RegexNode, min: number): Fragment {
  const fragment = toFragment(builder, item)
  connect(builder, fragment.last, fragment.first)
  return min === 0 ? optional(fragment) : fragment
}

/** JavaScript rejects an iteration that matches the empty string, so skipping the part is the only way to match it. */
const optional = (fragment: Fragment): Fragment => ({ ...fragment, empty: 1, isSkippable: true })

function upTo(builder: NfaBuilder, item: RegexNode, most: number): Fragment {
  if (most === 0) return EMPTY
  return optional(concatenate(builder, toFragment(builder, item), upTo(builder, item, most - 1)))
}

/** Whether it matches strings of one length only, each in one way. */
function isFixed(node: RegexNode): boolean {
  if (node.kind === 'set') return true
  if (node.kind === 'repeat') return node.min === node.max && isFixed(node.item)
  return (node.kind === 'sequence' || (node.kind === 'choice' && node.items.length === 1)) && node.items.every(isFixed)
}
