/** `[...]` after something: by position, by positions, by condition. */
import { consumeSteps, fallBack } from './limits.ts'
import { isNumeric, truthy } from './operators.ts'
import { itemsOf, Sequence } from './sequence.ts'

type Test = (item: unknown) => unknown

/** The name of a field that the interpreter keeps a mark of its own under, wherever it stands. */
function guard(result: unknown): void {
  if (Array.isArray(result) || result instanceof Sequence) return
  if (typeof result === 'object' && result !== null && 'tupleStream' in result && result.tupleStream) fallBack()
}

const nothing = new Sequence([])

/** `[3]`, `[-1]`: a number that is written out. */
export function at(result: unknown, index: number): unknown {
  guard(result)
  const items = itemsOf(result)
  return items[index < 0 ? items.length + index : index] ?? atKept(items, index)
}

/** The same, where it matters that one item is a sequence. */
export function atKept(result: unknown, index: number): unknown {
  guard(result)
  const items = itemsOf(result)
  const item = items[index < 0 ? items.length + index : index]
  if (Array.isArray(item)) return item
  return item === undefined ? nothing : new Sequence([item])
}

/** A condition that is true, false or nothing. */
export function where(result: unknown, test: Test): Sequence {
  guard(result)
  const items = itemsOf(result)
  consumeSteps(items.length)
  const found: unknown[] = []
  for (let i = 0; i < items.length; i++) if (test(items[i])) found.push(items[i])
  return new Sequence(found)
}

/** Anything: a number or numbers pick by position, everything else by whether it counts as true. */
export function filter(result: unknown, test: Test): Sequence {
  guard(result)
  const items = itemsOf(result)
  consumeSteps(items.length)
  const found: unknown[] = []
  for (let i = 0; i < items.length; i++) {
    const answer = test(items[i])
    // As nearly always; what is left may be positions.
    if (typeof answer === 'string' || typeof answer === 'boolean') {
      if (answer) found.push(items[i])
    } else for (let left = times(answer, i, items.length); left > 0; left--) found.push(items[i])
  }
  return new Sequence(found)
}

/** How often an item is picked by what its condition gave. */
export function times(answer: unknown, index: number, length: number): number {
  const positions = isNumeric(answer) ? [answer] : answer
  if (!Array.isArray(positions) || !areNumbers(positions)) return truthy(answer) ? 1 : 0
  const floors = positions.map(Math.floor)
  return floors.filter((floor) => (floor < 0 ? length + floor : floor) === index).length
}

/** Looks at all of them, since one that is out of range is an error. */
const areNumbers = (list: readonly unknown[]): list is number[] => list.filter((item) => !isNumeric(item)).length === 0
