/** A store for hosts that keep a connector longer than a store, as a Worker does in module scope. */
import type { Store } from '../ports/store.ts'

/**
 * Asks `open` for the store of each call. For platforms on which what one request opened belongs to that request: the stub
 * of a Durable Object, for example. `open` is called often, and has to be quick.
 */
export function storePerCall(open: () => Store): Store {
  return new Proxy({} as Store, {
    get(_, name) {
      // A promise that resolves to the store would take it for another promise.
      if (name === 'then' || typeof Reflect.get(open(), name) !== 'function') return undefined
      return (...args: readonly unknown[]) => {
        const store = open()
        return Reflect.apply(Reflect.get(store, name), store, args)
      }
    },
  })
}
