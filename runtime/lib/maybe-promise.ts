/** Values that are available at once in most cases: awaiting each of many would cost more than computing them. */

export type MaybePromise<T> = T | Promise<T>

/** Applies `next` at once if the value is available. */
export function mapMaybe<T, U>(it: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return it instanceof Promise ? it.then(next) : next(it)
}
