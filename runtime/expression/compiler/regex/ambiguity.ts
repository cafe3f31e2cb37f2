/** In how many ways an automaton can take the same text: what decides how long a search that fails goes on. */

import { kindsOf } from './characters.ts'
import { type Automaton, TooLarge } from './nfa.ts'

/**
 * `power`: the ways grow like the length of the text to this power. Infinite if they double with each further turn.
 * `loops`: states of what repeats ambiguously.
 */
export interface Ambiguity {
  readonly power: number
  readonly loops: readonly number[]
}

/** The states after one, by the kind of character they take. A state that can be reached in two ways is there twice. */
type Steps = readonly (readonly (readonly number[])[])[]

interface View {
  readonly steps: Steps
  /** By state, all that can come later. */
  readonly later: readonly ReadonlySet<number>[]
  fuel: number
}

/** Choices that are made once may double the ways, too. So many of them are no more than a long text. */
const MOST_CHOICES = 16

/** Counted, so that the answer is the same on every machine. */
const FUEL = 1_000_000

/** Throws `TooLarge` where finding out would take too long. */
export function ambiguity({ states }: Automaton): Ambiguity {
  const view = viewOf(states)
  const turning = [...states.keys()].filter((state) => view.later[state]?.has(state))
  const circles = new Map<number, readonly number[]>()
  for (const state of turning) {
    const circle = turning.filter((other) => view.later[state]?.has(other) && view.later[other]?.has(state))
    circles.set(Math.min(...circle), circle)
  }
  for (const circle of circles.values()) {
    if (doubles(circle, view)) return { power: Number.POSITIVE_INFINITY, loops: circle }
  }
  const choices = [...states.keys()].filter((state) => !circles.has(state) && !turning.includes(state))
  if (choices.filter((state) => view.steps[state]?.some((next) => next.length > 1)).length > MOST_CHOICES) {
    throw new TooLarge()
  }
  return longestChain([...circles.values()], view)
}

function viewOf(states: Automaton['states']): View {
  const kinds = kindsOf(states.map(({ set }) => set))
  const count = 1 + Math.max(0, ...kinds.flat())
  const steps = states.map(({ next }) => {
    const byKind: number[][] = Array.from({ length: count }, () => [])
    for (const [state, ways] of next) {
      for (const kind of kinds[state] ?? []) for (let i = 0; i < ways; i++) byKind[kind]?.push(state)
    }
    return byKind
  })
  const later = states.map((_, state) => reach([state], (at) => states[at]?.next.keys() ?? []))
  return { steps, later, fuel: FUEL }
}

/** All that comes after these, themselves only if they come again. */
function reach(from: readonly number[], next: (at: number) => Iterable<number>): Set<number> {
  const found = new Set<number>()
  const waiting = [...from]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const each of next(at)) {
      if (found.has(each)) continue
      found.add(each)
      waiting.push(each)
    }
  }
  return found
}

function burn(view: View): void {
  if (--view.fuel < 0) throw new TooLarge()
}

/** Whether there are two ways to go round and come back on the same text. */
function doubles(circle: readonly number[], view: View): boolean {
  const inside = new Set(circle)
  const [home = 0] = circle
  const size = view.steps.length
  const before = new Map<number, number[]>()
  let twice = false
  const pairs = reach([home * size + home], (pair) => {
    const [a, b] = [Math.floor(pair / size), pair % size]
    const found: number[] = []
    for (const [kind, nextOfA] of (view.steps[a] ?? []).entries()) {
      const [left, right] = [nextOfA, view.steps[b]?.[kind] ?? []].map((list) => list.filter((s) => inside.has(s)))
      if (a === b && left && new Set(left).size < left.length) twice = true
      for (const one of left ?? []) for (const other of right ?? []) found.push(one * size + other)
    }
    for (const next of found) {
      burn(view)
      const known = before.get(next)
      if (known === undefined) before.set(next, [pair])
      else known.push(pair)
    }
    return found
  })
  if (twice) return true
  const back = reach([home * size + home], (pair) => before.get(pair) ?? [])
  return [...pairs].some((pair) => Math.floor(pair / size) !== pair % size && back.has(pair))
}

/** The longest row of loops, each of which can hand over to the next at any place of the same text. */
function longestChain(circles: readonly (readonly number[])[], view: View): Ambiguity {
  const first = (circle: readonly number[]): number => circle[0] ?? 0
  const isAfter = (a: readonly number[], b: readonly number[]) =>
    a !== b && view.later[first(a)]?.has(first(b)) === true
  const best = new Map<readonly number[], Ambiguity>()
  const bestOf = (circle: readonly number[]): Ambiguity => {
    const known = best.get(circle)
    if (known !== undefined) return known
    let found: Ambiguity = { power: 0, loops: [] }
    for (const earlier of circles.filter((other) => isAfter(other, circle))) {
      const { power, loops } = bestOf(earlier)
      const handsOver = handOver(earlier, circle, view)
      if (handsOver && power + 1 > found.power) {
        found = { power: power + 1, loops: [...new Set([...loops, first(earlier), first(circle)])] }
      } else if (power > found.power) found = { power, loops }
    }
    best.set(circle, found)
    return found
  }
  return circles.map(bestOf).reduce((a, b) => (b.power > a.power ? b : a), { power: 0, loops: [] })
}

/** Whether one text can be gone round in the first, go from the first to the second, and go round in the second. */
function handOver(from: readonly number[], to: readonly number[], view: View): boolean {
  const size = view.steps.length
  const [inFrom, inTo] = [new Set(from), new Set(to)]
  const step = (triple: number): number[] => {
    const [a, b, c] = [Math.floor(triple / size / size), Math.floor(triple / size) % size, triple % size]
    const found: number[] = []
    for (const [kind, nextOfA] of (view.steps[a] ?? []).entries()) {
      for (const x of nextOfA.filter((s) => inFrom.has(s))) {
        for (const z of (view.steps[c]?.[kind] ?? []).filter((s) => inTo.has(s))) {
          for (const y of view.steps[b]?.[kind] ?? []) {
            burn(view)
            if (inTo.has(y) || view.later[y]?.has(z)) found.push((x * size + y) * size + z)
          }
        }
      }
    }
    return found
  }
  return from.some((p) => to.some((q) => reach([(p * size + p) * size + q], step).has((p * size + q) * size + q)))
}
