/** Values usually available without a promise, to spare the hot path an `await` for each. */

export type MaybePromise<T> = T | Promise<T>

/** Applies `next` at once if the value is available. */
export function mapMaybe<T, U>(it: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return it instanceof Promise ? it.then(next) : next(it)
}

/** All values, in order: at once when each is available. */
export function allMaybe<T>(all: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  const isAvailable = (it: MaybePromise<T>): it is T => !(it instanceof Promise)
  return all.every(isAvailable) ? all : Promise.all(all)
}
