/** Values that are nearly always there at once: waiting a turn for each of many would cost more than they do. */

export type Soon<T> = T | Promise<T>

/** What comes of it: at once, if it is there. */
export function after<T, U>(it: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return it instanceof Promise ? it.then(next) : next(it)
}
