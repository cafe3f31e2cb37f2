/** Values that are nearly always there at once: waiting a turn for each of many would cost more than they do. */

export type MaybePromise<T> = T | Promise<T>

/** What comes of it: at once, if it is there. */
export function mapMaybe<T, U>(it: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return it instanceof Promise ? it.then(next) : next(it)
}
