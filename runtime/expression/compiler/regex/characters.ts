/** Character sets of a regular expression without flag `u`, as ranges of UTF-16 code units. */

export type CharacterSet = readonly (readonly [from: number, to: number])[]

const MAX_CODE_UNIT = 0xffff

export const anyCharacter: CharacterSet = [[0, MAX_CODE_UNIT]]

/** The complement of a set. */
export function complement(ranges: CharacterSet): CharacterSet {
  const gaps: [number, number][] = []
  let next = 0
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    if (from > next) gaps.push([next, from - 1])
    next = Math.max(next, to + 1)
  }
  return next > MAX_CODE_UNIT ? gaps : [...gaps, [next, MAX_CODE_UNIT]]
}

const parseSet = (pairs: string): CharacterSet =>
  [...pairs.matchAll(/(.)(.)/gs)].map(([, from = '', to = '']) => [from.charCodeAt(0), to.charCodeAt(0)])

const digits = parseSet('09')
const words = parseSet('09AZaz__')
const spaces = parseSet(
  '\t\r  \u00a0\u00a0\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f\u3000\u3000\ufeff\ufeff',
)

/** `.` */
export const notLineTerminator = complement(parseSet('\n\n\r\r\u2028\u2029'))

/** `\d`, `\W` …, by their letter. */
export const characterClasses: Readonly<Record<string, CharacterSet>> = {
  d: digits,
  D: complement(digits),
  s: spaces,
  S: complement(spaces),
  w: words,
  W: complement(words),
}

/**
 * A set under flag `i`. Only the first 500 characters of a range are folded: the rest of a large one holds both cases.
 */
export function ignoreCase(ranges: CharacterSet): CharacterSet {
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
 * Partitions all characters into classes that no set distinguishes, and returns the classes of each set. Two sets share
 * a character exactly if they share a class.
 */
export function partition(sets: readonly CharacterSet[]): readonly (readonly number[])[] {
  const cuts = new Set([0])
  for (const [from, to] of sets.flat()) cuts.add(from).add(to + 1)
  const classIds = new Map<string, number>()
  const classes: number[][] = sets.map(() => [])
  for (const cut of cuts) {
    const holders = [...sets.keys()].filter((i) => sets[i]?.some(([from, to]) => from <= cut && cut <= to))
    const key = holders.join()
    if (classIds.has(key)) continue
    classIds.set(key, classIds.size)
    for (const i of holders) classes[i]?.push(classIds.size - 1)
  }
  return classes
}
