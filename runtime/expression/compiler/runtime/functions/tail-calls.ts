/** Marks functions that the interpreter cannot pass in a tail call: built-in ones, and some that it creates itself. */
const notTailCallable = new WeakSet<object>()

/** A function of `length` parameters that must not be an argument of a tail call. */
export function markNotTailCallable(f: object, length: number): object {
  notTailCallable.add(f)
  return Object.defineProperty(f, 'length', { value: length })
}

export const isNotTailCallable = (value: unknown): boolean => typeof value === 'function' && notTailCallable.has(value)
