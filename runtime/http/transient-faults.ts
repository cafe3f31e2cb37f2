/** Turns errors of a host's own parts (its store, its credentials) into transient faults: no record is to blame. */
import { errorName } from '../lib/error-name.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'

type RecordMethods =
  | 'append'
  | 'readCheckpoint'
  | 'writeCheckpoints'
  | 'compareAndSwapCheckpoint'
  | 'filterDelivered'
  | 'filterWaiting'
  | 'beginSends'
  | 'readSends'
  | 'forgetSends'
  | 'moveSends'
  | 'isQueued'
  | 'readContacts'
  | 'contactsSharing'
  | 'readCache'
  | 'writeCache'
  | 'deleteCache'

/** The methods of a store that receiving and delivering a record calls. */
export function storeWithTransientFaults(store: Store): Pick<Store, RecordMethods> {
  const guard = <T>(call: () => Promise<T>) => asTransientFault(call, 'store/failed', 'the store failed')
  return {
    append: (...args) => guard(() => store.append(...args)),
    readCheckpoint: (name) => guard(() => store.readCheckpoint(name)),
    writeCheckpoints: (entries) => guard(() => store.writeCheckpoints(entries)),
    compareAndSwapCheckpoint: (...args) => guard(() => store.compareAndSwapCheckpoint(...args)),
    filterDelivered: (keys) => guard(() => store.filterDelivered(keys)),
    filterWaiting: (keys) => guard(() => store.filterWaiting(keys)),
    beginSends: (sends) => guard(() => store.beginSends(sends)),
    readSends: (keys) => guard(() => store.readSends(keys)),
    forgetSends: (keys) => guard(() => store.forgetSends(keys)),
    moveSends: (...args) => guard(() => store.moveSends(...args)),
    isQueued: (...args) => guard(() => store.isQueued(...args)),
    readContacts: (contacts) => guard(() => store.readContacts(contacts)),
    contactsSharing: (...args) => guard(() => store.contactsSharing(...args)),
    readCache: (...args) => guard(() => store.readCache(...args)),
    writeCache: (...args) => guard(() => store.writeCache(...args)),
    deleteCache: (...args) => guard(() => store.deleteCache(...args)),
  }
}

/** A `Fault` passes unchanged; any other error is told by its name, and may be gone by the next attempt. */
export async function asTransientFault<T>(call: () => Promise<T>, code: string, message: string): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof Fault) throw error
    const hint = isOfOtherRequest(error) ? OTHER_REQUEST : ''
    throw new Fault('transient', code, `${message} (${errorName(error)})${hint}`, { cause: error })
  }
}

const OTHER_REQUEST =
  ': it belongs to another request of this Worker. A connector that is kept in module scope needs parts that are opened for each call: storePerCall(() => …)'

/** Workers refuse to use what another request has opened. Only the message says so. */
const isOfOtherRequest = (error: unknown): boolean =>
  error instanceof Error && /on behalf of a different (request|Durable Object)/.test(error.message)
