/** Builds an NFA of a regular expression in Glushkov form: a state for each position that matches a character. */
import { anyCharacter, type CharacterSet } from './characters.ts'
import type { ParsedRegex, RegexNode, Span } from './parse.ts'
import { RegexTooLarge } from './too-large.ts'
import { findUnsetReferences } from './unset-references.ts'

/** States, each with the number of ways to it. */
type WaysByState = ReadonlyMap<number, number>

export interface NfaState {
  /** The characters it matches. */
  readonly set: CharacterSet
  /** Its part of the source. Absent for the search state, where a match can begin at any offset. */
  readonly span?: Span
  /** Successors. Two ways to one successor are a choice that no character decides. */
  readonly next: Map<number, number>
  /**
   * First states of lookarounds in the opposite direction that begin after this state. They read other characters than
   * the rest: those before the offset where the others read those after it.
   */
  readonly turns: Map<number, number>
  /** The lookaround in the opposite direction that it belongs to. 0 outside any. */
  readonly region: number
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
  /** First states of lookarounds in the opposite direction, reached before any character. */
  readonly turns: WaysByState
  /** Whether it can match the empty string unconditionally. `ends` are the states after which the rest can. */
  readonly isSkippable: boolean
  readonly ends: ReadonlySet<number>
}

interface NfaBuilder {
  readonly states: NfaState[]
  readonly repeats: Span[]
  readonly groups: ParsedRegex['groups']
  /** Back-references that can match nothing because their group took no part. */
  readonly unset: ReturnType<typeof findUnsetReferences>
  /** Groups being expanded for a back-reference. */
  readonly expanding: Set<number>
  /** Of the part being built: whether it is matched from its end to its start. */
  isBackward: boolean
  region: number
  regions: number
  partsLeft: number
}

const MAX_STATES = 1_000
/** Parts built, those without a state included: back-references and copies can double them without end. */
const MAX_PARTS = 20_000
/** A part repeated more often counts as repeated without bound. The limit is lower for a part of variable length. */
const MAX_COPIES = 60
const MAX_VARIABLE_COPIES = 4
/** Ways to match one string outside of loops: they cost no more than a long string. */
export const MAX_WAYS = 65_536

export function buildNfa({ root, groups }: ParsedRegex): Nfa {
  const builder: NfaBuilder = {
    states: [],
    repeats: [],
    groups,
    unset: findUnsetReferences(root),
    expanding: new Set(),
    isBackward: false,
    region: 0,
    regions: 0,
    partsLeft: MAX_PARTS,
  }
  const start = addState(builder, anyCharacter)
  const search = addState(builder, anyCharacter)
  const alternatives = root.kind === 'choice' ? root.items : [root]
  const ends = new Set<number>()
  connect(builder, new Map([[start, 1]]), { first: new Map([[search, 1]]), turns: new Map() })
  connect(builder, new Map([[search, 1]]), { first: new Map([[search, 1]]), turns: new Map() })
  for (const alternative of alternatives) {
    const fragment = toFragment(builder, alternative)
    connect(builder, new Map([[start, 1]]), fragment)
    if (!isAnchored(alternative)) connect(builder, new Map([[search, 1]]), fragment)
    for (const end of fragment.ends) ends.add(end)
  }
  cutSuccess(builder.states, ends, search)
  return builder
}

function isAnchored(node: RegexNode): boolean {
  if (node.kind === 'assertion') return node.isStart
  if (node.kind === 'choice') return node.items.every(isAnchored)
  if (node.kind === 'capture') return isAnchored(node.item)
  return node.kind === 'sequence' && node.items[0] !== undefined && isAnchored(node.items[0])
}

/**
 * Removes the successors of end states. In an end state the match has succeeded, so no failed attempt continues from
 * one; attempts that begin at such a successor begin at the search state.
 */
function cutSuccess(states: readonly NfaState[], ends: ReadonlySet<number>, search: number): void {
  for (const end of ends) {
    const { next, turns } = states[end] ?? { next: new Map<number, number>(), turns: new Map<number, number>() }
    for (const state of next.keys()) if (!ends.has(state)) states[search]?.next.set(state, 1)
    for (const state of turns.keys()) states[search]?.turns.set(state, 1)
    next.clear()
    turns.clear()
  }
}

function addState({ states, region }: NfaBuilder, set: CharacterSet, span?: Span): number {
  if (states.length >= MAX_STATES) throw new RegexTooLarge()
  states.push({ set, region, next: new Map(), turns: new Map(), ...(span === undefined ? {} : { span }) })
  return states.length - 1
}

function limit(ways: number): number {
  if (ways > MAX_WAYS) throw new RegexTooLarge()
  return ways
}

function connect({ states }: NfaBuilder, from: WaysByState, to: Pick<Fragment, 'first' | 'turns'>): void {
  for (const [one, ways] of from) {
    const state = states[one]
    if (state === undefined) continue
    for (const [other, more] of to.first) state.next.set(other, limit((state.next.get(other) ?? 0) + ways * more))
    for (const [other, more] of to.turns) state.turns.set(other, limit((state.turns.get(other) ?? 0) + ways * more))
  }
}

function addWays(a: WaysByState, b: WaysByState, times = 1): WaysByState {
  if (times === 0) return a
  const sum = new Map(a)
  for (const [state, ways] of b) sum.set(state, limit((sum.get(state) ?? 0) + ways * times))
  return sum
}

const none: WaysByState = new Map()
const EMPTY: Fragment = { empty: 1, first: none, last: none, turns: none, isSkippable: true, ends: new Set() }

function toFragment(builder: NfaBuilder, node: RegexNode): Fragment {
  if (--builder.partsLeft < 0) throw new RegexTooLarge()
  switch (node.kind) {
    case 'set': {
      const state = addState(builder, node.set, node.span)
      const alone = new Map([[state, 1]])
      return { empty: 0, first: alone, last: alone, turns: none, isSkippable: false, ends: new Set([state]) }
    }
    case 'sequence': {
      const items = builder.isBackward ? node.items.toReversed() : node.items
      return items.reduce((before, each) => concatenate(builder, before, toFragment(builder, each)), EMPTY)
    }
    case 'choice':
      return node.items.map((each) => toFragment(builder, each)).reduce(alternate)
    case 'capture':
      return toFragment(builder, node.item)
    case 'assertion':
      return { ...EMPTY, isSkippable: false }
    case 'lookaround':
      return lookaround(builder, node)
    case 'backreference':
      return backreference(builder, node)
    case 'repeat':
      return repeat(builder, node)
  }
}

function concatenate(builder: NfaBuilder, a: Fragment, b: Fragment): Fragment {
  connect(builder, a.last, b)
  return {
    empty: limit(a.empty * b.empty),
    first: addWays(a.first, b.first, a.empty),
    last: addWays(b.last, a.last, b.empty),
    turns: addWays(a.turns, b.turns, a.empty),
    isSkippable: a.isSkippable && b.isSkippable,
    ends: b.isSkippable ? new Set([...a.ends, ...b.ends]) : b.ends,
  }
}

const alternate = (a: Fragment, b: Fragment): Fragment => ({
  empty: limit(a.empty + b.empty),
  first: addWays(a.first, b.first),
  last: addWays(a.last, b.last),
  turns: addWays(a.turns, b.turns),
  isSkippable: a.isSkippable || b.isSkippable,
  ends: new Set([...a.ends, ...b.ends]),
})

/** Whatever it matches, the rest continues at the offset where it began. */
function lookaround(builder: NfaBuilder, node: Extract<RegexNode, { kind: 'lookaround' }>): Fragment {
  const { isBackward, region } = builder
  const turns = node.isBehind !== isBackward
  if (turns) Object.assign(builder, { isBackward: node.isBehind, region: ++builder.regions })
  const { first, turns: inner } = toFragment(builder, node.item)
  Object.assign(builder, { isBackward, region })
  // A lookaround in yet another direction at its very beginning counts as part of this one.
  return { ...EMPTY, isSkippable: false, ...(turns ? { turns: addWays(first, inner) } : { first, turns: inner }) }
}

/** A back-reference stands for any string that its group can match, or for nothing while its group took no part. */
function backreference(builder: NfaBuilder, node: Extract<RegexNode, { kind: 'backreference' }>): Fragment {
  const unset: Fragment = { ...EMPTY, isSkippable: false }
  const fragments = node.groups.flatMap((group) => {
    const item = builder.groups.get(group)
    if (item === undefined || builder.expanding.has(group)) return []
    builder.expanding.add(group)
    const fragment = toFragment(builder, item)
    builder.expanding.delete(group)
    return [{ ...fragment, isSkippable: false, ends: new Set<number>() }]
  })
  if (fragments.length === 0) return unset
  return (builder.unset.has(node) ? [unset, ...fragments] : fragments).reduce(alternate)
}

function repeat(builder: NfaBuilder, { item, min, max, span }: Extract<RegexNode, { kind: 'repeat' }>): Fragment {
  if (max === 0) return EMPTY
  if (max === 1) return min === 1 ? toFragment(builder, item) : optional(toFragment(builder, item))
  const first = toFragment(builder, item)
  const canBeEmpty = first.empty > 0
  if (max > min || !isFixed(item)) builder.repeats.push(span)
  if (!isFixed(item) && max > MAX_VARIABLE_COPIES) {
    if (min === 0 || (!canBeEmpty && (min === 1 || min > MAX_VARIABLE_COPIES))) return loop(builder, first, min)
    if (canBeEmpty && min === 1 && max === Number.POSITIVE_INFINITY) return loopFromEmpty(builder, first)
    // Which of the iterations match nothing is a choice that no character decides.
    if (min > MAX_NULLABLE_COPIES && first.last.size > 0) throw new RegexTooLarge(span)
  }
  const pending = [first]
  const copy = (): Fragment => pending.pop() ?? toFragment(builder, item)
  const copies = Math.min(min, MAX_COPIES)
  let fragment = EMPTY
  for (let i = 0; i < copies; i++) fragment = concatenate(builder, fragment, copy())
  if (copies < min || max - min > 8) return concatenate(builder, fragment, loop(builder, copy(), 0))
  return concatenate(builder, fragment, upTo(builder, copy, max - min))
}

/** More iterations that can be empty have more than `MAX_WAYS` ways. */
const MAX_NULLABLE_COPIES = 16

function loop(builder: NfaBuilder, fragment: Fragment, min: number): Fragment {
  connect(builder, fragment.last, fragment)
  if (min === 0) return optional(fragment)
  // After one of several iterations the rest cannot match the empty string yet.
  return min === 1 ? fragment : { ...fragment, isSkippable: false, ends: new Set() }
}

/** `(…)+` of a part that can be empty: its first iteration can be empty, too, and another one follows. */
function loopFromEmpty(builder: NfaBuilder, fragment: Fragment): Fragment {
  connect(builder, fragment.last, fragment)
  return { ...fragment, first: addWays(fragment.first, fragment.first, fragment.empty) }
}

/**
 * JavaScript rejects an iteration beyond the minimum that matches the empty string, so skipping the part is the only
 * way to match it.
 */
const optional = (fragment: Fragment): Fragment => ({ ...fragment, empty: 1, isSkippable: true })

function upTo(builder: NfaBuilder, copy: () => Fragment, most: number): Fragment {
  if (most === 0) return EMPTY
  const once: Fragment = { ...copy(), empty: 0, isSkippable: false }
  return optional(concatenate(builder, once, upTo(builder, copy, most - 1)))
}

/** Whether it matches strings of one length only, each in one way. */
function isFixed(node: RegexNode): boolean {
  if (node.kind === 'set') return true
  if (node.kind === 'capture') return isFixed(node.item)
  if (node.kind === 'repeat') return node.min === node.max && isFixed(node.item)
  return (node.kind === 'sequence' || (node.kind === 'choice' && node.items.length === 1)) && node.items.every(isFixed)
}
