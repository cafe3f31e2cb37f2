/** Stores in memory for any number of tenants: for tests and trials. */
import type { Clock } from '../../ports/effects.ts'
import type { Store } from '../../ports/store.ts'
import type { Stores } from '../../ports/stores.ts'
import { memoryStore } from './store.ts'

export function memoryStores({ clock }: { readonly clock: Clock }): Stores {
  const stores = new Map<string, Store>()
  return {
    of(tenant) {
      const store = stores.get(tenant) ?? memoryStore({ clock })
      stores.set(tenant, store)
      return store
    },
    list: async () => [...stores.keys()].sort(),
    async delete(tenant) {
      await stores.get(tenant)?.close()
      stores.delete(tenant)
    },
    async close() {
      for (const store of stores.values()) await store.close()
    },
  }
}
