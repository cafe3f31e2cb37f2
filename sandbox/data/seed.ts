/** The plan of a sandbox's past: how much happened, when, and chance that always falls the same way. */
import type { Random } from '../../runtime/ports/effects.ts'

/** All that is needed to make any record of the past, in any order, at any time. Times are Unix seconds. */
export interface Seed {
  readonly number: number
  readonly workspace: string
  /** The past lies between these two. */
  readonly from: number
  readonly now: number
  readonly conversations: number
  readonly tickets: number
  readonly contacts: number
}

/** Keeps the draws for one purpose apart from those for another. Changing a number changes the data. */
export const STREAMS = {
  contact: 1,
  conversation: 2,
  ticket: 3,
  conversationTime: 4,
  ticketTime: 5,
  conversationLife: 6,
  ticketLife: 7,
  converted: 8,
  gone: 9,
  contactLife: 10,
  people: 11,
} as const

export interface SeededRandom {
  chance(probability: number): boolean
  /** 0 to `below` - 1. */
  int(below: number): number
  pick<T>(list: readonly T[]): T
}

export function seededRandom(random: Random): SeededRandom {
  const int = (below: number) => Math.floor(random() * below)
  return {
    chance: (probability) => random() < probability,
    int,
    pick: <T>(list: readonly T[]) => {
      if (list.length === 0) throw new Error('nothing to pick from')
      return list[int(list.length)] as T
    },
  }
}

/** One draw in [0, 1) that depends on its arguments alone: no state, so no order to keep. */
export function fraction(seed: Seed, salt: number, index: number): number {
  return hash(seed.number, salt, index) / 2 ** 32
}

/** Dice for one record: the same seed, salt and index always give the same throws (mulberry32). */
export function randomFor(seed: Seed, salt: number, index: number): SeededRandom {
  let state = hash(seed.number, salt, index)
  return seededRandom(() => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  })
}

/** The moment of record `index` of `count`: ascending with the index, each somewhere in a slot of its own. */
export function timeOf(seed: Seed, salt: number, index: number, count: number): number {
  return seed.from + Math.floor(((index + fraction(seed, salt, index)) / count) * (seed.now - seed.from))
}

/** How long a record's story lasts: mostly minutes or hours, one in five up to ten days; never beyond now. */
export function lifetime(seed: Seed, salt: number, index: number, created: number): number {
  const draw = fraction(seed, salt, index)
  const seconds = draw < 0.8 ? 300 + draw * 27_000 : (draw - 0.8) * 50 * 86_400
  return Math.max(0, Math.min(Math.floor(seconds), seed.now - created))
}

/** The finalizer of MurmurHash3 over the three numbers. */
function hash(seed: number, salt: number, index: number): number {
  let h = (seed ^ Math.imul(salt, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
