/** Random programs: calls of a store in any order. The same seed gives the same program everywhere. */
import type { LeaseRequest } from '../../../../ports/store.ts'
import type { Lane, Outcome } from '../../../../ports/types.ts'

/** `waiting`: for the contact of the record, `c` and the first digit of its number. `identified`: skipped, but identifies it. */
export type End = Outcome['status'] | 'waiting' | 'identified'

export type Step =
  | { readonly do: 'append'; readonly records: readonly { id: number; order: number; lane: Lane }[] }
  | ({ readonly do: 'lease' } & LeaseRequest)
  | { readonly do: 'settle'; readonly which: number; readonly as: End; readonly later: number }
  | { readonly do: 'release' | 'renew'; readonly which: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'replay' }

/** What programs may hold, by the parts of the contract. */
export interface ProgramFeatures {
  readonly replay: boolean
  /** Records that wait for their contacts. */
  readonly waiting: boolean
}

/** A program of 5 to 60 steps, short ones more often. `seed` is a whole number. */
export function generateProgram(seed: number, features: ProgramFeatures): readonly Step[] {
  const next = createRandom(seed)
  const small = (max: number) => Math.floor(next() * (max + 1))
  const pick = <T>(list: readonly [T, ...T[]]): T => list[small(list.length - 1)] ?? list[0]
  const lane = () => pick<Lane>(['live', 'backfill'])
  const ends: [End, ...End[]] = ['delivered', 'skipped', 'deferred', 'dead']
  if (features.waiting) ends.push('waiting', 'identified')
  const append = (): Step => ({
    do: 'append',
    records: Array.from({ length: small(5) }, () => ({ id: small(40), order: small(3), lane: lane() })),
  })
  const lease = (): Step => {
    const cutOff = pick([undefined, undefined, 'once' as const, 'repeatedly' as const])
    return { do: 'lease', lane: lane(), limit: small(4), leaseMs: small(50), ...(cutOff && { cutOff }) }
  }
  const recent = () => small(next() < 0.5 ? 9 : small(9))
  const settle = (): Step => ({ do: 'settle', which: recent(), as: pick(ends), later: small(60) })
  const renew = (): Step => ({ do: 'renew', which: recent() })
  const advance = (): Step => ({ do: 'advance', ms: small(60) })
  const makers: [() => Step, ...(() => Step)[]] = [
    ...([append, append, append, append] as const),
    ...[lease, lease, lease, lease],
    ...[settle, settle, settle, settle],
    () => ({ do: 'release', which: recent() }),
    ...[renew, renew],
    ...[advance, advance],
  ]
  if (features.replay) makers.push(() => ({ do: 'replay' }))
  return Array.from({ length: 5 + small(next() < 0.5 ? 55 : 20) }, () => pick(makers)())
}

/** Mulberry32, by Tommy Ettinger: numbers in [0, 1) that depend on the seed alone. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
