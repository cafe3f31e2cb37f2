/** PostgreSQL against the contract of stores, each case as a tenant of one schema; and what only it has to hold. */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { testStore } from '../../../runtime/conformance/contracts/store/test-store.ts'
import type { Clock } from '../../../runtime/ports/effects.ts'
import type { Sql } from '../../../runtime/ports/sql.ts'
import { SteadyClock } from '../../../runtime/store/postgres/database-clock.ts'
import { loadDriver } from '../../../runtime/store/postgres/driver.ts'
import { migrate } from '../../../runtime/store/postgres/migrate.ts'
import { PostgresSql } from '../../../runtime/store/postgres/postgres-sql.ts'
import { parsePostgresUrl } from '../../../runtime/store/postgres/settings.ts'
import { sqlStore } from '../../../runtime/store/sql/sql-store.ts'
import { systemClock } from '../../../runtime/system.ts'
import { type PostgresServer, startPostgres } from '../../helpers/processes/postgres.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
  const settings = parsePostgresUrl(server.url())
  sql = new PostgresSql(await loadDriver(), settings, systemClock)
  await migrate(sql, settings.schema)
}, 60_000)
afterAll(async () => {
  await sql?.close()
  await server?.remove()
})

/** One pool for all cases: opening a schema takes longer than a case. */
let sql: PostgresSql
let cases = 0
async function newTenant({ clock }: { readonly clock: Clock }) {
  const shared: Sql = new Proxy(sql, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (name === 'close') return () => undefined
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  const stores = await sqlStore(shared, { clock: new SteadyClock(clock) })
  return Object.assign(stores.of(`case ${++cases}`), { close: () => stores.close() })
}

const runner = { describe, test }
const programs = { seed: Date.now() % 1e9, count: 20 }
describe('postgres', () => testStore(newTenant, runner, { programs }))
