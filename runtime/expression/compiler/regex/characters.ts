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

/** A set under flag `i`: every character that the engine takes for one of the set. */
export function ignoreCase(ranges: CharacterSet): CharacterSet {
  const added = getCaseVariants().filter(([code]) => ranges.some(([from, to]) => from <= code && code <= to))
  return merge([...ranges, ...added.flatMap(([, others]) => others)])
}

let caseVariants: readonly (readonly [code: number, others: CharacterSet])[] | undefined

/** Every character with others that differ from it by case only. Computed once, on the first use of flag `i`. */
function getCaseVariants(): NonNullable<typeof caseVariants> {
  if (caseVariants !== undefined) return caseVariants
  const byUpperCase = new Map<string, number[]>()
  for (let code = 0; code <= MAX_CODE_UNIT; code++) {
    const upper = String.fromCharCode(code).toUpperCase()
    if (upper.length > 1) continue
    const alike = byUpperCase.get(upper)
    if (alike === undefined) byUpperCase.set(upper, [code])
    else alike.push(code)
  }
  const alikes = [...byUpperCase.values()].filter(({ length }) => length > 1)
  caseVariants = alikes.flatMap((codes) => {
    const others: CharacterSet = codes.map((code) => [code, code])
    return codes.map((code) => [code, others] as const)
  })
  return caseVariants
}

/** The same set as the fewest ranges. */
function merge(ranges: CharacterSet): CharacterSet {
  const merged: [number, number][] = []
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
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
