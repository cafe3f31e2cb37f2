/** Bounds the ways to match one string that arise outside of loops: a constant factor of the time. */
import { MAX_WAYS, type NfaState } from './nfa.ts'
import { RegexTooLarge } from './too-large.ts'

interface Graph {
  readonly states: readonly NfaState[]
  /** The character classes of each state. */
  readonly classes: readonly (readonly number[])[]
  /** The states of the loop that each state belongs to. */
  readonly loopOf: ReadonlyMap<number, readonly number[]>
}

/**
 * The most ways that continue from any state with the same string. In a loop, one way goes on in it; its exits count
 * once, since how often they are taken is the power.
 */
export function countWays(graph: Graph): number {
  const known = new Map<number, number>()
  const count = (state: number): number => {
    const cached = known.get(state)
    if (cached !== undefined) return cached
    const members = graph.loopOf.get(state) ?? [state]
    const ways = Math.max(1, ...members.map((member) => countExits(member, members, graph, count)))
    if (ways > MAX_WAYS) throw new RegexTooLarge()
    for (const member of members) known.set(member, ways)
    return ways
  }
  return Math.max(...Array.from(graph.states.keys(), count))
}

function countExits(
  from: number,
  members: readonly number[],
  { states, classes }: Graph,
  count: (state: number) => number,
): number {
  const byClass = new Map<number, number>()
  const { next = [], turns = [] } = states[from] ?? {}
  for (const [state, ways] of next) {
    if (members.includes(state)) continue
    for (const each of classes[state] ?? []) byClass.set(each, (byClass.get(each) ?? 0) + ways * count(state))
  }
  let inLookarounds = 0
  for (const [state, ways] of turns) inLookarounds += ways * count(state)
  return Math.max(0, ...byClass.values()) + inLookarounds
}
