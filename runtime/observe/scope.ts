/** Tells a request for whom it is sent, however many functions are between: a destination of a host needs no argument for it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { ObservedRecord } from '../ports/observation.ts'
import type { Observer } from './observer.ts'

export interface ObservationScope {
  readonly observer: Observer
  /** The record in work. */
  readonly record?: ObservedRecord
  /** The page, the lookup or the call of the destination in work. */
  readonly call?: number
}

let calls = 0

/** A number for a page, a lookup or a call of the destination. */
export const nextCall = (): number => ++calls

// One for the process, since a scope names its observer. Costs nothing until the first `runInScope`.
const scopes = new AsyncLocalStorage<ObservationScope>()

/** Undefined while nothing is observed. */
export const currentScope = (): ObservationScope | undefined => scopes.getStore()

/** Runs the work in a scope, with all that it starts. */
export const runInScope = <T>(scope: ObservationScope, work: () => T): T => scopes.run(scope, work)

/** Runs the work in a scope without a record, if anything is observed. */
export const runObserved = <T>(observer: Observer, work: () => T): T =>
  observer.isOn ? scopes.run({ observer }, work) : work()

/** The same for all that a generator does. */
export async function* generateObserved<T>(observer: Observer, items: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    for (;;) {
      const step = await runObserved(observer, () => items.next())
      if (step.done) return
      yield step.value
    }
  } finally {
    await items.return(undefined)
  }
}
