/** Suggests the known words nearest to an unknown one. */
import { joinWords } from '../lib/format.ts'

/**
 * Known words by distance, nearest first. At most a third of the letters may differ, unless one word contains the
 * other. Excludes words clearly further away than the nearest.
 */
export function nearestWords(word: string, known: Iterable<string>): readonly string[] {
  const lowerCase = word.toLowerCase()
  const candidates = [...new Set(known)].map((candidate) => ({
    candidate,
    distance: measureDistance(lowerCase, candidate.toLowerCase()),
  }))
  const shortest = Math.min(...candidates.map(({ distance }) => distance))
  return candidates
    .filter(({ distance }) => distance <= Math.min(1, shortest + 0.3))
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate, 'en'))
    .map(({ candidate }) => candidate)
}

/** `did you mean "a"?`, or `known: a, b, c` if no word is near. Empty if there are none. */
export function suggest(word: string, known: Iterable<string>, format = (name: string) => `"${name}"`): string {
  const all = [...new Set(known)]
  const [first, second] = nearestWords(word, all)
  if (first === undefined) return all.length === 0 ? '' : `known: ${joinWords(all)}`
  return second === undefined ? `did you mean ${format(first)}?` : `did you mean ${format(first)} or ${format(second)}?`
}

/** 0 for equal words, up to 1 for a plausible suggestion. */
function measureDistance(word: string, candidate: string): number {
  const length = Math.max(word.length, candidate.length)
  // A single edit can turn a word of one or two letters into any other, so half an edit allows none.
  const allowed = length < 3 ? 0.5 : Math.max(1, Math.floor(length / 3))
  const distance = countEdits(word, candidate) / allowed
  if (distance <= 1) return distance
  const [short, long] = word.length < candidate.length ? [word, candidate] : [candidate, word]
  return short.length >= 4 && long.includes(short) ? 1 : 2
}

/** Edit distance that counts a swap of two adjacent letters as one edit (optimal string alignment). */
function countEdits(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(before, j - 2) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return at(row, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? 0
