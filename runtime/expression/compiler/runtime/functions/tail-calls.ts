/** Functions that the interpreter cannot hand on at the end of a function: those that come along, and some it makes. */
const handed = new WeakSet<object>()

/** A function of so many arguments, which must not be handed on. */
export function markNotTailCallable(it: object, length: number): object {
  handed.add(it)
  return Object.defineProperty(it, 'length', { value: length })
}

export const isNotTailCallable = (it: unknown): boolean => typeof it === 'function' && handed.has(it)
