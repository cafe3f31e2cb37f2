/** The stores of many tenants on one database. */
import type { Store } from './store.ts'

/** None of them sees another's data. Every implementation passes `testStores` of `./conformance`. */
export interface Stores {
  /** The store of a tenant, by a name of yours, e.g. an account's id. The empty name is that of a store for one tenant. */
  of(tenant: string): Store
  /** The tenants that have written, by name. */
  list(): Promise<readonly string[]>
  /** Removes everything of a tenant. Stop its connector in every process before: what it writes later begins anew. */
  delete(tenant: string): Promise<void>
  /** Closes the stores of all tenants. Closing one of them closes no other. */
  close(): Promise<void>
}
