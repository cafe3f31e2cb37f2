/** A regular expression as an automaton: one state for each character it may take, and which may come after which. */
import { anything, type Ranges } from './characters.ts'
import type { Span, Syntax, Tree } from './parse.ts'

/** Larger ones are not looked into. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/** In how many ways: one, or 2 for more than one. */
type Ways = ReadonlyMap<number, number>

export interface State {
  /** The characters it takes. */
  readonly set: Ranges
  /** Where it is written. Absent: the search, which lets a match begin anywhere. */
  readonly span?: Span
  /** The states that may come next. Two ways from one to another are a choice that no character decides. */
  readonly next: Map<number, number>
}

export interface Automaton {
  /** The first is where everything begins, the second the search. */
  readonly states: readonly State[]
  readonly repeats: readonly Span[]
}

interface Part {
  /** In how many ways it may match nothing. */
  readonly empty: number
  readonly first: Ways
  readonly last: Ways
  /** Whether it may match nothing where no condition can say no, and the states after which that holds. */
  readonly freely: boolean
  readonly ends: ReadonlySet<number>
}

interface Build {
  readonly states: State[]
  readonly repeats: Span[]
  readonly groups: Syntax['groups']
  /** Groups that are being repeated by a reference to them. */
  readonly open: Set<number | string>
}

const MOST_STATES = 400
/** A part that is to come more often is taken to come as often as it likes; so is one that varies in itself. */
const MOST_COPIES = 60
const MOST_VARYING = 4

export function automaton({ tree, groups }: Syntax): Automaton {
  const build: Build = { states: [], repeats: [], groups, open: new Set() }
  const start = addState(build, anything)
  const search = addState(build, anything)
  const all = tree.kind === 'choice' ? tree.items : [tree]
  const ends = new Set<number>()
  connect(build, new Map([[start, 1]]), new Map([[search, 1]]))
  connect(build, new Map([[search, 1]]), new Map([[search, 1]]))
  for (const each of all) {
    const part = partOf(build, each)
    connect(build, new Map([[start, 1]]), part.first)
    if (!isAnchored(each)) connect(build, new Map([[search, 1]]), part.first)
    for (const end of part.ends) ends.add(end)
  }
  cutSuccess(build.states, ends, search)
  return build
}

function isAnchored(tree: Tree): boolean {
  if (tree.kind === 'edge') return tree.isStart
  if (tree.kind === 'choice') return tree.items.every(isAnchored)
  return tree.kind === 'sequence' && tree.items[0] !== undefined && isAnchored(tree.items[0])
}

/**
 * After one of these all is over, so what was tried in vain holds none of them. Attempts that began at one of them,
 * on the way that led to the match, take the place of others that the search began.
 */
function cutSuccess(states: readonly State[], ends: ReadonlySet<number>, search: number): void {
  for (const end of ends) {
    const { next } = states[end] ?? { next: new Map<number, number>() }
    for (const state of next.keys()) if (!ends.has(state)) states[search]?.next.set(state, 1)
    next.clear()
  }
}

function addState({ states }: Build, set: Ranges, span?: Span): number {
  if (states.length >= MOST_STATES) throw new TooLarge()
  states.push({ set, next: new Map(), ...(span === undefined ? {} : { span }) })
  return states.length - 1
}

function connect({ states }: Build, from: Ways, to: Ways): void {
  for (const [one, ways] of from) {
    const next = states[one]?.next
    for (const [other, more] of to) next?.set(other, Math.min(2, (next.get(other) ?? 0) + ways * more))
  }
}

function plus(a: Ways, b: Ways, times = 1): Ways {
  if (times === 0) return a
  const sum = new Map(a)
  for (const [state, ways] of b) sum.set(state, Math.min(2, (sum.get(state) ?? 0) + ways * times))
  return sum
}

const none: Part = { empty: 1, first: new Map(), last: new Map(), freely: true, ends: new Set() }

function partOf(build: Build, tree: Tree): Part {
  switch (tree.kind) {
    case 'set': {
      const state = addState(build, tree.set, tree.span)
      const alone = new Map([[state, 1]])
      return { empty: 0, first: alone, last: alone, freely: false, ends: new Set([state]) }
    }
    case 'sequence':
      return tree.items.reduce((before, each) => inSequence(build, before, partOf(build, each)), none)
    case 'choice':
      return tree.items.map((each) => partOf(build, each)).reduce(either)
    case 'edge':
      return { ...none, freely: false }
    case 'look': {
      // It is tried, and whatever it finds, the rest goes on from where it began.
      const { first } = partOf(build, tree.item)
      return { ...none, first, freely: false }
    }
    case 'again':
      return repeated(build, tree.group)
    case 'repeat':
      return repeat(build, tree)
  }
}

function inSequence(build: Build, a: Part, b: Part): Part {
  connect(build, a.last, b.first)
  return {
    empty: Math.min(2, a.empty * b.empty),
    first: plus(a.first, b.first, a.empty),
    last: plus(b.last, a.last, b.empty),
    freely: a.freely && b.freely,
    ends: b.freely ? new Set([...a.ends, ...b.ends]) : b.ends,
  }
}

const either = (a: Part, b: Part): Part => ({
  empty: Math.min(2, a.empty + b.empty),
  first: plus(a.first, b.first),
  last: plus(a.last, b.last),
  freely: a.freely || b.freely,
  ends: new Set([...a.ends, ...b.ends]),
})

/** A reference stands for anything its group could match. */
function repeated(build: Build, group: number | string): Part {
  const tree = build.groups.get(group)
  if (tree === undefined || build.open.has(group)) return { ...none, freely: false }
  build.open.add(group)
  const { freely: _, ends: __, ...part } = partOf(build, tree)
  build.open.delete(group)
  return { ...part, freely: false, ends: new Set() }
}

function repeat(build: Build, { item, min, max, span }: Extract<Tree, { kind: 'repeat' }>): Part {
  if (max === 0) return none
  if (max === 1) return min === 1 ? partOf(build, item) : optional(partOf(build, item))
  if (max > min) build.repeats.push(span)
  if (!isFixed(item) && max > MOST_VARYING) return loop(build, item, min)
  let part = none
  const copies = Math.min(min, MOST_COPIES)
  for (let i = 0; i < copies; i++) part = inSequence(build, part, partOf(build, item))
  if (copies < min || max - min > 8) return inSequence(build, part, loop(build, item, 0))
  return inSequence(build, part, upTo(build, item, max - min))
}

function loop(build: Build, item: Tree, min: number): Part {
  const part = partOf(build, item)
  connect(build, part.last, part.first)
  return min === 0 ? optional(part) : part
}

/** JavaScript takes no turn that matches nothing, so leaving it out is the one way to. */
const optional = (part: Part): Part => ({ ...part, empty: 1, freely: true })

function upTo(build: Build, item: Tree, most: number): Part {
  if (most === 0) return none
  return optional(inSequence(build, partOf(build, item), upTo(build, item, most - 1)))
}

/** Whether all it matches is of one length, in one way. */
function isFixed(tree: Tree): boolean {
  if (tree.kind === 'set') return true
  if (tree.kind === 'repeat') return tree.min === tree.max && isFixed(tree.item)
  return (tree.kind === 'sequence' || (tree.kind === 'choice' && tree.items.length === 1)) && tree.items.every(isFixed)
}
