/** Holds the verdicts of the ReDoS analysis against recheck's: what the analysis accepts, recheck finds no slower. */
import { runInNewContext } from 'node:vm'
import type { Diagnostics } from 'recheck'
import { analyzeBacktracking } from '../../../runtime/expression/compiler/regex/redos.ts'
import { seededRandom } from '../open-intercom.ts'
import { generateRegex } from './generate.ts'

// Read by recheck at each call: the version in JavaScript, which gives the same result everywhere.
process.env.RECHECK_SYNC_BACKEND = 'pure'
const { checkSync } = await import('recheck')

export interface RegexDifference {
  readonly regex: string
  /** Accepted as growing with the text's length to this power. */
  readonly power: number
  /** What recheck says. */
  readonly complexity: string
  /** A text that takes as long as recheck says. */
  readonly attack: string
  readonly seed: number
}

export interface RegexesChecked {
  /** Regular expressions by the analysis' verdict and recheck's. */
  readonly tally: Readonly<Record<string, number>>
  readonly differences: readonly RegexDifference[]
}

interface CheckOptions {
  readonly count: number
  readonly seed: number
  /** Milliseconds for each regular expression; recheck has no opinion on what takes longer. */
  readonly timeout: number
}

/** Each regular expression has a seed of its own, counted up from the given one. */
export function checkRegexes(
  { count, seed, timeout }: CheckOptions,
  report: (done: number) => void = () => undefined,
): RegexesChecked {
  const tally: Record<string, number> = {}
  const differences: RegexDifference[] = []
  for (let own = seed; own < seed + count; own++) {
    const difference = checkRegex(own, timeout, (what) => {
      tally[what] = (tally[what] ?? 0) + 1
    })
    if (difference !== undefined) differences.push(difference)
    report(own - seed)
  }
  return { tally, differences }
}

function checkRegex(seed: number, timeout: number, count: (what: string) => void): RegexDifference | undefined {
  // Neighbouring seeds begin alike, unless spread.
  const { source, flags } = generateRegex(seededRandom((seed * 2_654_435_761) % 2 ** 32))
  const regex = new RegExp(source, flags)
  const verdict = analyzeBacktracking(regex)
  if (verdict.power === 3) {
    count(`refused as ${verdict.reason}`)
    return undefined
  }
  const opinion = askRecheck({ source, flags }, timeout)
  count(`${verdict.power === 1 ? 'linear' : 'quadratic'}, recheck: ${opinion.complexity}`)
  if (opinion.degree <= verdict.power) return undefined
  // Its model of the engine is coarser in places: it lets iterations beyond the minimum match nothing.
  if (isQuick(regex, opinion.attack.string)) {
    count('recheck: slower, but its attack ends at once')
    return undefined
  }
  const { complexity, attack } = opinion
  return { regex: String(regex), power: verdict.power, complexity, attack: attack.pattern, seed }
}

/** Milliseconds. Its attacks take many times as long where they succeed. */
const QUICK = 500

function isQuick({ source, flags }: RegExp, text: string): boolean {
  try {
    runInNewContext('new RegExp(source, flags).test(text)', { source, flags, text }, { timeout: QUICK })
    return true
  } catch {
    return false
  }
}

export interface RecheckOpinion {
  readonly complexity: string
  /** Infinite if exponential; 0 if recheck found no answer. */
  readonly degree: number
  /** A text that takes as long, and how it is made. */
  readonly attack: { readonly string: string; readonly pattern: string }
}

export function askRecheck({ source, flags }: Pick<RegExp, 'source' | 'flags'>, timeout: number): RecheckOpinion {
  const unknown: RecheckOpinion = { complexity: 'unknown', degree: 0, attack: { string: '', pattern: '' } }
  let diagnostics: Diagnostics
  try {
    diagnostics = checkSync(source, flags, { timeout })
  } catch (error) {
    // Its version in JavaScript exhausts the stack on some.
    if (error instanceof RangeError) return unknown
    throw error
  }
  if (diagnostics.status === 'unknown') return unknown
  const { complexity } = diagnostics
  const attack = diagnostics.status === 'vulnerable' ? diagnostics.attack : unknown.attack
  if (complexity.type === 'polynomial') return { complexity: complexity.summary, degree: complexity.degree, attack }
  const degree = complexity.type === 'exponential' ? Number.POSITIVE_INFINITY : 1
  return { complexity: complexity.summary, degree, attack }
}
