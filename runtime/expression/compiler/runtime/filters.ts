/** `[...]` after a value: filters by position, by positions, and by predicate. */
import { consumeItems, consumeSteps, fallBack } from './limits.ts'
import { isNumeric, truthy } from './operators.ts'
import { itemsOf, Sequence } from './sequence.ts'

type Predicate = (item: unknown) => unknown

/** The interpreter reads a mark of its own under `tupleStream`, on objects of the data too. */
function rejectMarked(result: unknown): void {
  if (Array.isArray(result) || result instanceof Sequence) return
  if (typeof result === 'object' && result !== null && 'tupleStream' in result && result.tupleStream) fallBack()
}

const EMPTY = new Sequence([])

/** `[3]`, `[-1]`: a literal position. */
export function itemAt(result: unknown, index: number): unknown {
  rejectMarked(result)
  const items = itemsOf(result)
  return items[index < 0 ? items.length + index : index] ?? itemAtKeepingArray(items, index)
}

/** A literal position, where it matters that one item is a sequence. */
export function itemAtKeepingArray(result: unknown, index: number): unknown {
  rejectMarked(result)
  const items = itemsOf(result)
  const item = items[index < 0 ? items.length + index : index]
  if (Array.isArray(item)) return item
  return item === undefined ? EMPTY : new Sequence([item])
}

/** A predicate that yields true, false or undefined. */
export function filterByTest(result: unknown, test: Predicate): Sequence {
  rejectMarked(result)
  const items = itemsOf(result)
  consumeSteps(items.length)
  const found: unknown[] = []
  for (let i = 0; i < items.length; i++) if (test(items[i])) found.push(items[i])
  return new Sequence(found)
}

/** Any predicate: a number or numbers select by position, any other value by its truth. */
export function filter(result: unknown, predicate: Predicate): Sequence {
  rejectMarked(result)
  const items = itemsOf(result)
  consumeSteps(items.length)
  const found: unknown[] = []
  for (let i = 0; i < items.length; i++) {
    const value = predicate(items[i])
    // The usual case; any other value may hold positions.
    if (typeof value === 'string' || typeof value === 'boolean') {
      if (value) found.push(items[i])
    } else for (let left = timesSelected(value, i, items.length); left > 0; left--) found.push(items[i])
  }
  return new Sequence(found)
}

/** How often the value of a predicate selects its item. */
export function timesSelected(value: unknown, index: number, length: number): number {
  const positions = isNumeric(value) ? [value] : value
  if (!Array.isArray(positions)) return truthy(value) ? 1 : 0
  if (positions.length > 1) consumeItems(positions.length)
  if (!areNumbers(positions)) return truthy(value) ? 1 : 0
  const floors = positions.map(Math.floor)
  return floors.filter((floor) => (floor < 0 ? length + floor : floor) === index).length
}

/** Checks all of them, since a number out of range is an error. */
const areNumbers = (list: readonly unknown[]): list is number[] => list.filter((item) => !isNumeric(item)).length === 0
