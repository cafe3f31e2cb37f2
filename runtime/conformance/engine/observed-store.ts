/** A store that says when its workers have nothing to do, and shows each outcome. */
import type { Store } from '../../ports/store.ts'
import { LANES, type Lane, type Settlement } from '../../ports/types.ts'

export interface ObservedStore {
  readonly store: Store
  /** Resolves once each lane's worker has found nothing that is due, and nothing is in work. */
  idle(): Promise<void>
}

export function observeStore(store: Store, onSettle: (settlements: readonly Settlement[]) => void): ObservedStore {
  const idleLanes = new Set<Lane>()
  let inWork = 0
  let onIdle: () => void = () => undefined
  const observed: Pick<Store, 'lease' | 'settle' | 'release' | 'wait'> = {
    async lease(request) {
      const leased = await store.lease(request)
      inWork += leased.length
      return leased
    },
    async settle(settlements) {
      const count = await store.settle(settlements)
      inWork -= settlements.length
      idleLanes.clear()
      onSettle(settlements)
      return count
    },
    async release(records) {
      await store.release(records)
      inWork -= records.length
    },
    async wait(lane, ms, signal) {
      if (inWork === 0) idleLanes.add(lane)
      if (idleLanes.size === LANES.length) onIdle()
      await store.wait(lane, ms, signal)
      idleLanes.delete(lane)
    },
  }
  return {
    store: new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(Object.hasOwn(observed, name) ? observed : target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }),
    idle() {
      idleLanes.clear()
      return new Promise((resolve) => {
        onIdle = resolve
      })
    },
  }
}
