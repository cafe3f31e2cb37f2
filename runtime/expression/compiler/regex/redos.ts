/** Detects ReDoS: whether a regular expression may backtrack without practical bound, before it ever runs. */
import { type Ambiguity, findAmbiguity } from './ambiguity.ts'
import { FEW_WAYS } from './few-ways.ts'
import { buildNfa, type Nfa } from './nfa.ts'
import { parseRegex, type Span } from './parse.ts'
import { RegexTooLarge } from './too-large.ts'

/**
 * Worst-case time of matching: linear in the length of the string (1), quadratic (2), or worse (3), with the reason.
 *
 * Quadratic is accepted. Nearly every pattern that searches within a string needs it (`\s+$`, `<[^>]*>`, an e-mail
 * address), and an evaluation is charged the square in steps, so it ends in time. At cubic time a string of 10,000
 * characters takes three minutes, and one of 100,000 two days.
 */
export type BacktrackingVerdict =
  | {
      readonly power: 1 | 2
      /** A constant factor of the time: the ways to match one string that arise outside of loops. Absent if few. */
      readonly ways?: number
    }
  | {
      readonly power: 3
      readonly ways?: undefined
      readonly reason: 'exponential' | 'polynomial' | 'too-large'
      /** The parts that can match the same string, as offsets into the source. */
      readonly parts: readonly Span[]
    }

/** A process that loads specs without end does not keep them all. */
const MAX_VERDICTS = 1_000

const verdicts = new Map<string, BacktrackingVerdict>()

export function analyzeBacktracking(regex: RegExp): BacktrackingVerdict {
  const key = String(regex)
  const cached = verdicts.get(key)
  if (cached !== undefined) return cached
  const verdict = analyze(regex)
  if (verdicts.size >= MAX_VERDICTS) verdicts.clear()
  verdicts.set(key, verdict)
  return verdict
}

function analyze(regex: RegExp): BacktrackingVerdict {
  try {
    const nfa = buildNfa(parseRegex(regex))
    return toVerdict(findAmbiguity(nfa), nfa)
  } catch (error) {
    if (!(error instanceof RegexTooLarge)) throw error
    const { part } = error
    return part === undefined
      ? { power: 3, reason: 'too-large', parts: [] }
      : { power: 3, reason: 'exponential', parts: [part] }
  }
}

function toVerdict({ power, loops, ways }: Ambiguity, nfa: Nfa): BacktrackingVerdict {
  if (power < 2) return { power: power === 0 ? 1 : 2, ...(ways > FEW_WAYS ? { ways } : {}) }
  return power === Number.POSITIVE_INFINITY
    ? { power: 3, reason: 'exponential', parts: [findEnclosingRepetition(loops, nfa)] }
    : { power: 3, reason: 'polynomial', parts: findRepetitions(loops, nfa) }
}

/** The shortest repetition that contains all of these states. */
function findEnclosingRepetition(loops: readonly number[], { states, repeats }: Nfa): Span {
  const spans = loops.map((state) => states[state]?.span).filter((span) => span !== undefined)
  const [start, end] = [Math.min(...spans.map(([from]) => from)), Math.max(...spans.map(([, to]) => to))]
  const enclosing = repeats.filter(([from, to]) => from <= start && to >= end)
  // Of two nested repetitions that cause the ambiguity, prefer the outer one.
  const nested = enclosing.filter((each) => repeats.some((other) => other !== each && isWithin(other, each)))
  const [shortest = [start, end] as const] = [...(nested.length > 0 ? nested : enclosing)].sort(byLength)
  return shortest
}

const byLength = (a: Span, b: Span): number => a[1] - a[0] - (b[1] - b[0])

const isWithin = (inner: Span, outer: Span): boolean => inner[0] >= outer[0] && inner[1] <= outer[1]

/** The innermost repetition of each of these states, in the order of the text. */
function findRepetitions(loops: readonly number[], { states, repeats }: Nfa): readonly Span[] {
  const found = loops.flatMap((state) => {
    const span = states[state]?.span
    if (span === undefined) return []
    const [shortest] = repeats.filter((repeat) => isWithin(span, repeat)).sort(byLength)
    return [shortest ?? span]
  })
  return found.sort(([a], [b]) => a - b)
}
