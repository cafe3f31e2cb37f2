/** PostgreSQL against the contract of stores, each case as a tenant of one schema; and what only it has to hold. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testStore } from '../../../runtime/conformance/contracts/store/test-store.ts'
import type { Clock } from '../../../runtime/ports/effects.ts'
import type { Sql } from '../../../runtime/ports/sql.ts'
import { SteadyClock } from '../../../runtime/store/postgres/database-clock.ts'
import { loadDriver } from '../../../runtime/store/postgres/driver.ts'
import { migrate } from '../../../runtime/store/postgres/migrate.ts'
import { PostgresSql } from '../../../runtime/store/postgres/postgres-sql.ts'
import { parsePostgresUrl } from '../../../runtime/store/postgres/settings.ts'
import { MIGRATIONS } from '../../../runtime/store/postgres/tables.ts'
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

test('the tables of version 1 count the events that they hold by when they happened, apart by origin', async () => {
  const settings = parsePostgresUrl(server.url('old'))
  const old = new PostgresSql(await loadDriver(), settings, systemClock)
  const today = Date.parse('2026-03-04')
  const outcome = (message: string) =>
    JSON.stringify({ status: 'delivered', events: [{ metric: 'M', time: '2026-03-02T10:20:00.000Z', message }] })
  await old.exec(`CREATE SCHEMA old; ${MIGRATIONS[0]}
    CREATE TABLE store_version (version bigint NOT NULL); INSERT INTO store_version VALUES (1);
    INSERT INTO tenants (number, name) VALUES (1, 'a');
    INSERT INTO records (seq, tenant, id, ingress, lane, workspace, ordering_key, lookup_ids, received_at, scope, status,
      settled_at, outcome)
    SELECT ordinality, 1, scope, 'webhook', 'live', 'w1', 'k', '[]', 1, scope, 'delivered', ${today},
      CASE scope WHEN 'reconcile' THEN '${outcome('\u0000')}' ELSE '${outcome('')}' END
    FROM unnest(ARRAY['live', 'run-1', 'reconcile']) WITH ORDINALITY AS scopes (scope, ordinality);
    INSERT INTO events (tenant, seq, event_index, metric, status, settled_at)
    SELECT 1, seq, 0, 'M', 'delivered', ${today} FROM records;
    INSERT INTO daily_counts (tenant, start, metric, status, count) VALUES
      (1, ${today}, 'M', 'delivered', 3), (1, ${today - 9 * 86_400_000}, 'N', 'delivered', 7);`)
  await migrate(old, settings.schema)
  const stores = await sqlStore(old, { clock: new SteadyClock(systemClock) })
  const store = stores.of('a')
  const counts = async (by: 'hour' | 'day') =>
    (await store.activity({ since: 0, until: today + 86_400_000, by })).map(({ hour, metric, origin, count }) =>
      [new Date(hour).toISOString().slice(0, 13), metric, origin, count].join(' '),
    )
  // A text of JSON with a NUL is none to PostgreSQL: its event counts by settlement.
  const byHour = ['2026-03-02T10 M history 1', '2026-03-02T10 M live 1', '2026-03-04T00 M reconcile 1']
  expect(await counts('hour')).toEqual(byHour)
  expect(await counts('day')).toEqual(['2026-02-23T00 N live 7', ...byHour.map((it) => it.replace('T10', 'T00'))])
  const found = await store.findEvents({ metric: 'M', limit: 10 })
  expect(found.map(({ origin, at }) => [origin, new Date(at).toISOString()])).toEqual([
    ['reconcile', '2026-03-04T00:00:00.000Z'],
    ['history', '2026-03-02T10:20:00.000Z'],
    ['live', '2026-03-02T10:20:00.000Z'],
  ])
  await stores.close()
})
