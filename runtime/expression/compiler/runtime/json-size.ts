/** Measures values. A part that occurs many times counts each time but is measured once, which bounds the work. */

/** Characters as JSON, approximately, after `toPlainJson`. Infinite for a value that contains itself. */
export const countCharacters = (value: unknown): number => measure(value, (text) => text.length + 2, 3, new Map())

/** Values within a value, itself included. */
export const countValues = (value: unknown): number => measure(value, () => 1, 0, new Map())

type MeasuredSizes = Map<object, number>

function measure(
  value: unknown,
  sizeOfText: (text: string) => number,
  sizePerKey: number,
  measured: MeasuredSizes,
): number {
  if (typeof value === 'string') return sizeOfText(value)
  if (typeof value !== 'object' || value === null) return 1
  const size = measured.get(value)
  if (size !== undefined) return size
  measured.set(value, Number.POSITIVE_INFINITY)
  let total = 1
  if (Array.isArray(value)) for (const item of value) total += measure(item, sizeOfText, sizePerKey, measured)
  else if (!isInterpreterFunction(value)) {
    for (const [key, member] of Object.entries(value)) {
      total += (sizePerKey && key.length + sizePerKey) + measure(member, sizeOfText, sizePerKey, measured)
    }
  }
  measured.set(value, total)
  return total
}

/** Whether the value is a function of the interpreter, which references every environment around it. */
const isInterpreterFunction = (value: object): boolean =>
  Object.values(value).some((member) => typeof member === 'function')

/** Items of a list and of the lists within it. */
export const countItems = (list: readonly unknown[]): number => countNested(list, new Map())

function countNested(list: readonly unknown[], counted: MeasuredSizes): number {
  const count = counted.get(list)
  if (count !== undefined) return count
  let total = list.length
  for (const item of list) if (Array.isArray(item)) total += countNested(item, counted)
  counted.set(list, total)
  return total
}
