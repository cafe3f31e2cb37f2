/** Random regular expressions over few characters, so that their parts overlap often. */

export interface RandomRegex {
  readonly source: string
  readonly flags: string
}

/** A number from 0 to 1. */
type Random = () => number

interface Draft {
  readonly random: Random
  groups: number
  /** Parts left to write, so that it ends. */
  left: number
}

export function generateRegex(random: Random): RandomRegex {
  const draft: Draft = { random, groups: 0, left: 3 + below(random, 9) }
  const body = alternatives(draft)
  const source = `${chance(random, 0.6) ? '^' : ''}${body}${chance(random, 0.6) ? '$' : ''}`
  return { source, flags: chance(random, 0.2) ? 'i' : '' }
}

const below = (random: Random, count: number): number => Math.floor(random() * count)
const chance = (random: Random, share: number): boolean => random() < share

function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[below(random, items.length)] ?? items[0]
}

function alternatives(draft: Draft): string {
  const count = chance(draft.random, 0.3) ? 2 + below(draft.random, 2) : 1
  return Array.from({ length: count }, () => sequence(draft)).join('|')
}

function sequence(draft: Draft): string {
  const count = chance(draft.random, 0.05) ? 0 : 1 + below(draft.random, 3)
  let text = ''
  for (let i = 0; i < count && draft.left > 0; i++) text += quantified(draft)
  return text
}

function quantified(draft: Draft): string {
  draft.left--
  const part = atom(draft)
  // An assertion takes no quantifier.
  if (/^(?:\\[bB]|\(\?<?[=!])/.test(part) || !chance(draft.random, 0.5)) return part
  const lazy = chance(draft.random, 0.15) ? '?' : ''
  return part + quantifier(draft.random) + lazy
}

function quantifier(random: Random): string {
  if (chance(random, 0.6)) return pick(random, ['*', '+', '?'])
  const least = below(random, 4)
  const many = 5 + below(random, 40)
  return pick(random, [
    `{${least}}`,
    `{${least},}`,
    `{${least},${least + below(random, 6)}}`,
    `{${many}}`,
    `{0,${many}}`,
  ])
}

function atom(draft: Draft): string {
  const { random } = draft
  const kind = random()
  if (draft.left <= 0 || kind < 0.5) return character(random)
  if (kind < 0.72) return `(?:${alternatives(draft)})`
  if (kind < 0.86) {
    draft.groups++
    return `(${alternatives(draft)})`
  }
  if (kind < 0.92) return draft.groups > 0 ? `(?:\\${1 + below(random, draft.groups)})` : character(random)
  if (kind < 0.94) return pick(random, ['\\b', '\\B'])
  return `(${pick(random, ['?=', '?!', '?<=', '?<!'])}${alternatives(draft)})`
}

const character = (random: Random): string =>
  pick(random, ['a', 'a', 'b', 'c', 'A', '.', '[ab]', '[^a]', '\\w', '\\d', '\\s', '[a-c]', ' ', '1'])
