/** The seed of a sandbox's history: its sizes, its period, and repeatable random numbers. */
import type { Random } from '../../runtime/ports/effects.ts'

/** Determines every record of the history, in any order. Times are Unix seconds. */
export interface Seed {
  readonly number: number
  readonly workspace: string
  /** The history lies between these two. */
  readonly from: number
  readonly now: number
  readonly conversations: number
  readonly tickets: number
  readonly contacts: number
}

/** Separate random streams by purpose. Changing a number changes the data. */
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

/** A number in [0, 1) that depends on its arguments only. */
export function fraction(seed: Seed, stream: number, index: number): number {
  return hash(seed.number, stream, index) / 2 ** 32
}

/** Random numbers for one record: the same seed, stream and index always give the same sequence (mulberry32). */
export function randomFor(seed: Seed, stream: number, index: number): SeededRandom {
  let state = hash(seed.number, stream, index)
  return seededRandom(() => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  })
}

/** The time of record `index` of `count`: ascending with the index, each within a slot of its own. */
export function timeOf(seed: Seed, stream: number, index: number, count: number): number {
  return seed.from + Math.floor(((index + fraction(seed, stream, index)) / count) * (seed.now - seed.from))
}

/** Seconds between a record's first and last change: mostly minutes or hours, one in five up to ten days; never beyond now. */
export function lifetime(seed: Seed, stream: number, index: number, created: number): number {
  const draw = fraction(seed, stream, index)
  const seconds = draw < 0.8 ? 300 + draw * 27_000 : (draw - 0.8) * 50 * 86_400
  return Math.max(0, Math.min(Math.floor(seconds), seed.now - created))
}

/** MurmurHash3's finalizer over the three numbers. */
function hash(seed: number, stream: number, index: number): number {
  let h = (seed ^ Math.imul(stream, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
