/** What a host's own parts throw, as faults that waiting can mend: no record is to blame for them. */
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/ports.ts'

type Asked = 'append' | 'checkpoint' | 'delivered' | 'cached' | 'cache' | 'uncache'

/** All that is asked of a store on the way of one record. */
export function blameless(store: Store): Pick<Store, Asked> {
  const ask = <T>(question: () => Promise<T>) => orWait(question, 'store/failed', 'the store failed')
  return {
    append: (...given) => ask(() => store.append(...given)),
    checkpoint: (name) => ask(() => store.checkpoint(name)),
    delivered: (keys) => ask(() => store.delivered(keys)),
    cached: (...given) => ask(() => store.cached(...given)),
    cache: (...given) => ask(() => store.cache(...given)),
    uncache: (...given) => ask(() => store.uncache(...given)),
  }
}

/** A `Fault` says itself who must act; anything else may have passed by the next attempt. */
export async function orWait<T>(question: () => Promise<T>, code: string, message: string): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('transient', code, message, { cause: error })
  }
}
