/** Whether matching a regular expression can take for ever, said before it ever runs. */
import { ambiguity } from './ambiguity.ts'
import { type Automaton, automaton, TooLarge } from './nfa.ts'
import { read, type Span } from './parse.ts'

/**
 * How long matching takes at worst: like the length of the text (1), like its square (2), or longer, for a reason.
 *
 * The square is where the line is drawn. Nearly every pattern that searches within a text needs it (`\s+$`, `<[^>]*>`,
 * an e-mail address), and with the text's length squared counted against the steps of an evaluation it ends in time.
 * With the cube, a text of 10,000 characters takes three minutes, and one of 100,000 two days.
 */
export type BacktrackingVerdict =
  | { readonly power: 1 | 2 }
  | {
      readonly power: 3
      readonly reason: 'exponential' | 'polynomial' | 'too-large'
      /** The parts that can take the same text, as offsets into its source. */
      readonly parts: readonly Span[]
    }

const known = new Map<string, BacktrackingVerdict>()

export function analyzeBacktracking(regex: RegExp): BacktrackingVerdict {
  const key = String(regex)
  const before = known.get(key)
  if (before !== undefined) return before
  const judgement = judgeAnew(regex)
  known.set(key, judgement)
  return judgement
}

function judgeAnew(regex: RegExp): BacktrackingVerdict {
  try {
    const built = automaton(read(regex))
    const { power, loops } = ambiguity(built)
    if (power < 2) return { power: power === 0 ? 1 : 2 }
    const reason = power === Number.POSITIVE_INFINITY ? 'exponential' : 'polynomial'
    return { power: 3, reason, parts: reason === 'exponential' ? [around(loops, built)] : each(loops, built) }
  } catch (error) {
    if (error instanceof TooLarge) return { power: 3, reason: 'too-large', parts: [] }
    throw error
  }
}

const inOrder = (spans: readonly Span[]): readonly Span[] => [...spans].sort(([a], [b]) => a - b)

/** The shortest repetition that holds all of these. */
function around(loops: readonly number[], { states, repeats }: Automaton): Span {
  const spans = loops.map((state) => states[state]?.span).filter((span) => span !== undefined)
  const [start, end] = [Math.min(...spans.map(([from]) => from)), Math.max(...spans.map(([, to]) => to))]
  const holding = repeats.filter(([from, to]) => from <= start && to >= end)
  // Of the two that make it ambiguous, the outer one holds the other.
  const nested = holding.filter((each) => repeats.some((other) => other !== each && isWithin(other, each)))
  const [shortest = [start, end] as const] = [...(nested.length > 0 ? nested : holding)].sort(byLength)
  return shortest
}

const byLength = (a: Span, b: Span): number => a[1] - a[0] - (b[1] - b[0])

const isWithin = (inner: Span, outer: Span): boolean => inner[0] >= outer[0] && inner[1] <= outer[1]

/** The repetition of each of these. */
function each(loops: readonly number[], { states, repeats }: Automaton): readonly Span[] {
  const found = loops.flatMap((state) => {
    const span = states[state]?.span
    if (span === undefined) return []
    const [shortest] = repeats.filter((each) => isWithin(span, each)).sort(byLength)
    return [shortest ?? span]
  })
  return inOrder(found)
}
