/** Sets of characters, as ranges of UTF-16 code units: what a regular expression without flag `u` takes at one place. */

export type Ranges = readonly (readonly [from: number, to: number])[]

const LAST = 0xffff

export const anything: Ranges = [[0, LAST]]

export function without(ranges: Ranges): Ranges {
  const gaps: [number, number][] = []
  let next = 0
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    if (from > next) gaps.push([next, from - 1])
    next = Math.max(next, to + 1)
  }
  return next > LAST ? gaps : [...gaps, [next, LAST]]
}

const of = (pairs: string): Ranges =>
  [...pairs.matchAll(/(.)(.)/gs)].map(([, from = '', to = '']) => [from.charCodeAt(0), to.charCodeAt(0)])

const digits = of('09')
const words = of('09AZaz__')
const spaces = of(
  '\t\r  \u00a0\u00a0\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f\u3000\u3000\ufeff\ufeff',
)

/** `.` */
export const anyButLineEnds = without(of('\n\n\r\r\u2028\u2029'))

/** `\d`, `\W` …, by their letter. */
export const classes: Readonly<Record<string, Ranges>> = {
  d: digits,
  D: without(digits),
  s: spaces,
  S: without(spaces),
  w: words,
  W: without(words),
}

/** What flag `i` makes of it. Of large ranges only the Latin letters: the rest of such a range holds both cases itself. */
export function anyCase(ranges: Ranges): Ranges {
  const added: (readonly [number, number])[] = []
  for (const [from, to] of ranges) {
    for (let code = from; code <= Math.min(to, from + 500); code++) {
      const character = String.fromCharCode(code)
      for (const other of [character.toLowerCase(), character.toUpperCase()]) {
        if (other !== character && other.length === 1) added.push([other.charCodeAt(0), other.charCodeAt(0)])
      }
    }
  }
  return [...ranges, ...added]
}

/**
 * Cuts the characters into kinds that none of the sets tells apart, and gives for each set the kinds it takes. Two
 * sets have a character in common exactly if they have a kind in common.
 */
export function kindsOf(sets: readonly Ranges[]): readonly (readonly number[])[] {
  const cuts = new Set([0])
  for (const [from, to] of sets.flat()) cuts.add(from).add(to + 1)
  const taken = new Map<string, number>()
  const kinds: number[][] = sets.map(() => [])
  for (const cut of cuts) {
    const holders = [...sets.keys()].filter((i) => sets[i]?.some(([from, to]) => from <= cut && cut <= to))
    const key = holders.join()
    if (taken.has(key)) continue
    taken.set(key, taken.size)
    for (const i of holders) kinds[i]?.push(taken.size - 1)
  }
  return kinds
}
