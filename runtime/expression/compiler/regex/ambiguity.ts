/** Measures the ambiguity of an NFA: the ways to match one string, which determine the time of a failing search. */
import { partition } from './characters.ts'
import type { Nfa } from './nfa.ts'
import { RegexTooLarge } from './too-large.ts'
import { countWays } from './ways.ts'

/**
 * `power`: the ways grow like the length of the string to this power; infinite if each iteration doubles them.
 * `loops`: states of the ambiguous loops. `ways`: a constant factor, of the choices outside of loops.
 */
export interface Ambiguity {
  readonly power: number
  readonly loops: readonly number[]
  readonly ways: number
}

type Chain = Pick<Ambiguity, 'power' | 'loops'>

/** For each state, its successors by character class. A successor with several ways to it is listed twice. */
type Transitions = readonly (readonly (readonly number[])[])[]

interface Analysis {
  readonly states: Nfa['states']
  readonly transitions: Transitions
  /** For each state, every state reachable from it, those of lookarounds included. */
  readonly reachable: readonly ReadonlySet<number>[]
  stepsLeft: number
}

/** Counted, not timed: the verdict is the same on every machine. */
const MAX_STEPS = 1_000_000
/** Edges followed to find what each state reaches: cheaper steps. */
const MAX_EDGES = 5_000_000

/** Throws `RegexTooLarge` if the analysis takes too long. */
export function findAmbiguity({ states }: Nfa): Ambiguity {
  const classes = partition(states.map(({ set }) => set))
  const analysis = analyze(states, classes)
  const loops = findLoops(analysis)
  for (const loop of loops) {
    if (isExponential(loop, analysis)) return { power: Number.POSITIVE_INFINITY, loops: loop, ways: 1 }
  }
  const loopOf = new Map(loops.flatMap((loop) => loop.map((state) => [state, loop] as const)))
  return { ...findLongestChain(loops, analysis), ways: countWays({ states, classes, loopOf }) }
}

function analyze(states: Nfa['states'], classes: readonly (readonly number[])[]): Analysis {
  const count = 1 + Math.max(0, ...classes.flat())
  const transitions = states.map(({ next }) => {
    const byClass: number[][] = Array.from({ length: count }, () => [])
    for (const [state, ways] of next) {
      for (const characterClass of classes[state] ?? [])
        byClass[characterClass]?.push(...(ways > 1 ? [state, state] : [state]))
    }
    return byClass
  })
  let edgesLeft = MAX_EDGES
  const successors = (at: number): number[] => {
    const { next = new Map<number, number>(), turns = new Map<number, number>() } = states[at] ?? {}
    edgesLeft -= next.size + turns.size
    if (edgesLeft < 0) throw new RegexTooLarge()
    return [...next.keys(), ...turns.keys()]
  }
  const reachable = states.map((_, state) => findReachable([state], successors))
  return { states, transitions, reachable, stepsLeft: MAX_STEPS }
}

/** The states that reach themselves, together with those they reach and that reach them. */
function findLoops({ reachable }: Analysis): readonly (readonly number[])[] {
  const looping = [...reachable.keys()].filter((state) => reachable[state]?.has(state))
  const loops = new Map<number, readonly number[]>()
  for (const state of looping) {
    const loop = looping.filter((other) => reachable[state]?.has(other) && reachable[other]?.has(state))
    loops.set(Math.min(...loop), loop)
  }
  return [...loops.values()]
}

/** All nodes reachable from these by at least one step. */
function findReachable(from: readonly number[], next: (at: number) => Iterable<number>): Set<number> {
  const found = new Set<number>()
  const stack = [...from]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const each of next(at)) {
      if (found.has(each)) continue
      found.add(each)
      stack.push(each)
    }
  }
  return found
}

function countStep(analysis: Analysis): void {
  if (--analysis.stepsLeft < 0) throw new RegexTooLarge()
}

/** Whether one string leads around the loop and back to its start in two ways. */
function isExponential(loop: readonly number[], analysis: Analysis): boolean {
  const inside = new Set(loop)
  const [entry = 0] = loop
  const size = analysis.transitions.length
  const predecessors = new Map<number, number[]>()
  let hasTwoWays = false
  const pairs = findReachable([entry * size + entry], (pair) => {
    const [a, b] = [Math.floor(pair / size), pair % size]
    const found: number[] = []
    for (const [characterClass, nextOfA] of (analysis.transitions[a] ?? []).entries()) {
      const [left, right] = [nextOfA, analysis.transitions[b]?.[characterClass] ?? []].map((list) =>
        list.filter((s) => inside.has(s)),
      )
      if (a === b && left && new Set(left).size < left.length) hasTwoWays = true
      for (const one of left ?? []) for (const other of right ?? []) found.push(one * size + other)
    }
    for (const next of found) {
      countStep(analysis)
      const existing = predecessors.get(next)
      if (existing === undefined) predecessors.set(next, [pair])
      else existing.push(pair)
    }
    return found
  })
  if (hasTwoWays) return true
  const back = findReachable([entry * size + entry], (pair) => predecessors.get(pair) ?? [])
  return [...pairs].some((pair) => Math.floor(pair / size) !== pair % size && back.has(pair))
}

/** The longest chain of loops in which each can hand over to the next at any offset of one string. */
function findLongestChain(loops: readonly (readonly number[])[], analysis: Analysis): Chain {
  const first = (loop: readonly number[]): number => loop[0] ?? 0
  const isAfter = (a: readonly number[], b: readonly number[]) =>
    a !== b && analysis.reachable[first(a)]?.has(first(b)) === true
  const best = new Map<readonly number[], Chain>()
  const bestOf = (loop: readonly number[]): Chain => {
    const cached = best.get(loop)
    if (cached !== undefined) return cached
    let found: Chain = { power: 0, loops: [] }
    for (const earlier of loops.filter((other) => isAfter(other, loop))) {
      const { power, loops: chain } = bestOf(earlier)
      const continues = canContinue(earlier, loop, analysis)
      if (continues && power + 1 > found.power) {
        found = { power: power + 1, loops: [...new Set([...chain, first(earlier), first(loop)])] }
      } else if (power > found.power) found = { power, loops: chain }
    }
    best.set(loop, found)
    return found
  }
  return loops.map(bestOf).reduce((a, b) => (b.power > a.power ? b : a), { power: 0, loops: [] })
}

/** Whether one string leads around the first loop, from the first to the second, and around the second. */
function canContinue(from: readonly number[], to: readonly number[], analysis: Analysis): boolean {
  const regionOf = ([state = 0]: readonly number[]) => analysis.states[state]?.region
  if (regionOf(from) !== regionOf(to)) return canTurn(from, to, analysis)
  const size = analysis.transitions.length
  const [inFrom, inTo] = [new Set(from), new Set(to)]
  const step = (triple: number): number[] => {
    const [a, b, c] = [Math.floor(triple / size / size), Math.floor(triple / size) % size, triple % size]
    const found: number[] = []
    for (const [characterClass, nextOfA] of (analysis.transitions[a] ?? []).entries()) {
      for (const x of nextOfA.filter((s) => inFrom.has(s))) {
        for (const z of (analysis.transitions[c]?.[characterClass] ?? []).filter((s) => inTo.has(s))) {
          for (const y of analysis.transitions[b]?.[characterClass] ?? []) {
            countStep(analysis)
            if (inTo.has(y) || analysis.reachable[y]?.has(z)) found.push((x * size + y) * size + z)
          }
        }
      }
    }
    return found
  }
  return from.some((p) =>
    to.some((q) => findReachable([(p * size + p) * size + q], step).has((p * size + q) * size + q)),
  )
}

/**
 * Whether one string leads around the first loop and, at any offset, into a lookaround in the opposite direction that
 * reaches the second. What the lookaround reads there is unknown, so it counts as anything.
 */
function canTurn(from: readonly number[], to: readonly number[], analysis: Analysis): boolean {
  const { states, transitions, reachable } = analysis
  const size = transitions.length
  const inFrom = new Set(from)
  const [entry = 0] = from
  const [target = 0] = to
  const reaches = (state: number) => state === target || reachable[state]?.has(target) === true
  const start = entry * size + entry
  const pairs = findReachable([start], (pair) => {
    const found: number[] = []
    for (const [characterClass, nextOfA] of (transitions[Math.floor(pair / size)] ?? []).entries()) {
      for (const a of nextOfA.filter((state) => inFrom.has(state))) {
        for (const b of transitions[pair % size]?.[characterClass] ?? []) {
          countStep(analysis)
          found.push(a * size + b)
        }
      }
    }
    return found
  })
  return [start, ...pairs].some((pair) => [...(states[pair % size]?.turns.keys() ?? [])].some(reaches))
}
