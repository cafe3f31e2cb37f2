/** What a host's own parts throw, as faults that waiting can mend: no record is to blame for them. */
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'

type Asked = 'append' | 'readCheckpoint' | 'filterDelivered' | 'readCache' | 'writeCache' | 'deleteCache'

/** All that is asked of a store on the way of one record. */
export function storeWithTransientFaults(store: Store): Pick<Store, Asked> {
  const ask = <T>(question: () => Promise<T>) => asTransientFault(question, 'store/failed', 'the store failed')
  return {
    append: (...given) => ask(() => store.append(...given)),
    readCheckpoint: (name) => ask(() => store.readCheckpoint(name)),
    filterDelivered: (keys) => ask(() => store.filterDelivered(keys)),
    readCache: (...given) => ask(() => store.readCache(...given)),
    writeCache: (...given) => ask(() => store.writeCache(...given)),
    deleteCache: (...given) => ask(() => store.deleteCache(...given)),
  }
}

/** A `Fault` says itself who must act; anything else may have passed by the next attempt. */
export async function asTransientFault<T>(question: () => Promise<T>, code: string, message: string): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('transient', code, message, { cause: error })
  }
}
