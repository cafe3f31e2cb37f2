/** The whole contract of a store, by Node's own test runner: `node --import tsx --test examples/own-store/store.test.ts`. */
import { describe, test } from 'node:test'
import { testStore } from 'intercom-to-klaviyo/conformance'
import { sqlStore } from 'intercom-to-klaviyo/runtime'
import { databaseSql } from './database-sql.ts'

testStore(
  async ({ clock }) => {
    const stores = await sqlStore(databaseSql(':memory:'), { clock })
    // One of its tenants. Closing it alone does nothing, so all are closed in its place.
    return Object.assign(stores.of('tenant-1'), { close: () => stores.close() })
  },
  { describe, test },
  { programs: { count: 5, seed: 1 } },
)
