/** Store files of older versions: their tables are brought up to date, and their data is that of the tenant with the empty name. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { delivered, event, ids, record, settlement } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import { type Engine, openEngine } from '../../../runtime/store/sqlite/engine.ts'
import { MIGRATIONS } from '../../../runtime/store/sqlite/migrations.ts'
import { sqliteStore, sqliteStores } from '../../../runtime/store/sqlite/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
const clock = new TestClock()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A file of an older version, with data of that version or of `filledIn`. */
async function oldFile(
  version: number,
  fill: (db: Engine) => void = () => undefined,
  filledIn = version,
): Promise<string> {
  const path = join(folder, `v${version}-${Math.random()}.db`)
  const db = await openEngine(path)
  // As the store does: steps rebuild tables that others refer to.
  db.exec('PRAGMA foreign_keys = OFF')
  for (const step of MIGRATIONS.slice(0, filledIn)) db.exec(step)
  fill(db)
  for (const step of MIGRATIONS.slice(filledIn, version)) db.exec(step)
  db.exec(`PRAGMA user_version = ${version}`)
  db.close()
  return path
}

/** The last version whose tables have no tenants. */
const LAST_OF_ONE_TENANT = 7

/** Records: one delivered two events, one is pending, one is dead. The newest was dropped by retention. */
function fill(db: Engine): void {
  const outcome = JSON.stringify(
    delivered(
      event('M', { key: 'k1', time: '2026-03-02T10:00:00.000Z' }),
      event('M', { key: 'k2', time: '2026-03-03T10:00:00.000Z' }),
      event('Profile'),
    ),
  )
  // Its stored group does not name the field.
  const fault = { kind: 'data', code: 'x', message: '', fields: ['key'] }
  const dead = JSON.stringify({ status: 'dead', fault, events: [] })
  const insert = db.prepare(`
    INSERT INTO records (id, ingress, lane, workspace, ordering_key, lookup_ids, received_at, scope, status, queue_head,
      settled_at, outcome)
    VALUES (?, 'webhook', 'live', 'w1', ?, '["id"]', 1, 'live', ?, ?, ?, ?)`)
  insert.run('a', 'k:a', 'delivered', null, 5, outcome)
  insert.run('b', 'k:b', 'pending', 1, null, null)
  insert.run('c', 'k:c', 'dead', null, 6, dead)
  insert.run('dropped', 'k:d', 'delivered', null, 7, outcome)
  db.exec(`
    DELETE FROM records WHERE id = 'dropped';
    INSERT INTO bodies (seq, body) SELECT seq, '{}' FROM records;
    INSERT INTO lookup_ids (lookup_id, seq) SELECT 'id', seq FROM records;
    INSERT INTO delivered_keys (key, delivered_at, seq) VALUES ('k1', 5, 1), ('k2', 5, 1), ('k3', 7, 4);
    INSERT INTO events (seq, event_index, metric, status, settled_at) VALUES
      (1, 0, 'M', 'delivered', 5), (1, 1, 'M', 'delivered', 5), (1, 2, 'Profile', 'delivered', 5), (3, 0, '', 'dead', 6);
    INSERT INTO dead_letters (seq, group_name, settled_at) VALUES (3, 'x||', 6);
    INSERT INTO tallies (scope, metric, status, reason, count) VALUES
      ('live', 'M', 'delivered', '', 2), ('live', '', 'dead', 'x', 1);
    INSERT INTO checkpoints (name, value) VALUES ('page', '7');
    INSERT INTO cache (namespace, key, value, fetched_at) VALUES ('team', '1', '"Support"', 5);
    INSERT INTO contacts (contact, updated_at) VALUES ('c1', 3);`)
}

const versions = MIGRATIONS.map((_, version) => version).filter((version) => version > 1)

test.each(versions)(
  'a file of version %i keeps all that it holds, for the tenant with the empty name',
  async (version) => {
    const path = await oldFile(version, fill, Math.min(version, LAST_OF_ONE_TENANT))
    const stores = await sqliteStores(path, { clock })
    const store = stores.of('')
    expect(ids(await store.trace('id'))).toEqual(['a', 'b', 'c'])
    expect(await store.trace('k3')).toEqual([])
    expect(await store.filterDelivered(['k1', 'k3', 'k4'])).toEqual(new Set(['k1', 'k3']))
    expect((await store.events({ limit: 10 })).map(({ metric, key }) => [metric, key])).toEqual([
      ['', undefined],
      ['Profile', undefined],
      ['M', 'k2'],
      ['M', 'k1'],
    ])
    expect((await store.findEvents({ status: 'dead', reason: 'x', limit: 10 })).map(({ id, at }) => [id, at])).toEqual([
      [4, 6],
    ])
    expect((await store.groupDeadLetters()).map(({ count, example }) => [count, example])).toEqual([[1, 'c']])
    expect(await store.readCheckpoint('page')).toBe(7)
    expect(await store.readCache('team', ['1'])).toEqual([{ key: '1', value: 'Support', at: 5 }])
    expect(await store.readContacts(['c1'])).toEqual([{ contact: 'c1', updatedAt: 3 }])
    expect(await stores.of('other').trace('id')).toEqual([])
    const [held] = await store.lease({ lane: 'live', limit: 10, leaseMs: 1_000 })
    expect(held?.id).toBe('b')
    if (held) expect(await store.settle([settlement(held, delivered())])).toBe(1)
    // No number is given twice: the key k3 names the record that was dropped.
    await store.append([record('new')])
    expect((await store.trace('new')).map(({ seq }) => seq)).toEqual([5])
    await stores.close()
  },
)

test('a file of version 3 counts the delivered events that it still holds by their day', async () => {
  const store = await sqliteStore(await oldFile(3, fill), { clock })
  expect(await store.deliveredByDay('M')).toEqual([
    { day: '2026-03-02', count: 1 },
    { day: '2026-03-03', count: 1 },
  ])
  expect(await store.deliveredByDay('Profile')).toEqual([])
  await store.close()
})

test('a file of version 8 counts the events that it still holds by when they happened, apart by origin', async () => {
  const DAY = 86_400_000
  const today = Date.parse('2026-03-04')
  const path = await oldFile(8, (db) => {
    const outcome = JSON.stringify(
      delivered(
        event('M', { key: 'k1', time: '2026-03-02T10:20:00.000Z' }),
        event('M', { key: 'k2', time: '2022-03-03T10:00:00.000Z' }),
        event('Profile'),
      ),
    )
    const insert = db.prepare(`
      INSERT INTO records (tenant, id, ingress, lane, workspace, ordering_key, lookup_ids, received_at, scope, status,
        settled_at, outcome)
      VALUES (0, ?, 'webhook', 'live', 'w1', 'k', '[]', 1, ?, 'delivered', ${today}, ?)`)
    for (const scope of ['live', 'run-1', 'reconcile']) insert.run(scope, scope, outcome)
    db.exec(`
      INSERT INTO events (seq, event_index, metric, status, settled_at) VALUES
        (1, 0, 'M', 'delivered', ${today}), (1, 2, 'Profile', 'delivered', ${today}),
        (2, 0, 'M', 'delivered', ${today}), (2, 1, 'M', 'delivered', ${today}), (3, 0, 'M', 'delivered', ${today});
      INSERT INTO tallies (tenant, scope, metric, status, reason, count) VALUES
        (0, 'run-1', 'M', 'delivered', '', 2), (0, 'live', 'M', 'delivered', '', 9), (0, 'live', 'Profile', 'delivered', '', 8);
      INSERT INTO daily_counts (tenant, start, metric, status, count) VALUES
        (0, ${today}, 'M', 'delivered', 4), (0, ${today - 9 * DAY}, 'M', 'delivered', 7),
        (0, ${today - 9 * DAY}, 'Profile', 'delivered', 6), (0, ${today}, 'Profile', 'delivered', 2);`)
  })
  const store = await sqliteStore(path, { clock })
  const counts = async (by: 'hour' | 'day') =>
    (await store.activity({ since: 0, until: today + DAY, by })).map(({ hour, metric, origin, count }) =>
      [new Date(hour).toISOString().slice(0, 13), metric, origin, count].join(' '),
    )
  const happened = (hour: string) =>
    ['history', 'live', 'reconcile'].map((origin) => `2026-03-02T${hour} M ${origin} 1`)
  expect(await counts('hour')).toEqual([...happened('10'), '2026-03-04T00 Profile live 1'])
  // No import has counted the profiles whose records were dropped. Nothing tells when the events of M happened.
  expect(await counts('day')).toEqual([
    '2022-03-03T00 M history 1',
    '2026-02-23T00 Profile live 6',
    ...happened('00'),
    '2026-03-04T00 Profile live 1',
  ])
  const imported = await store.findEvents({ origin: 'history', metric: 'M', run: 'run-1', limit: 10 })
  expect(imported.map(({ key, at }) => [key, new Date(at).toISOString()])).toEqual([
    ['k1', '2026-03-02T10:20:00.000Z'],
    ['k2', '2022-03-03T10:00:00.000Z'],
  ])
  await store.close()
})

test('an old file has the tables and indexes of a new one', async () => {
  const shape = async (path: string) => {
    await (await sqliteStore(path, { clock })).close()
    const db = await openEngine(path)
    const rows = (sql: string) => db.prepare(sql).all() as { readonly name: string; readonly sql: string | null }[]
    const indexes = rows("SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name")
    const tables = rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map(({ name }) => [
      name,
      rows(`SELECT name, type, "notnull", pk FROM pragma_table_xinfo('${name}') ORDER BY name`).map((row) => ({
        ...row,
      })),
      rows(`SELECT "table", "from", on_delete FROM pragma_foreign_key_list('${name}')`).map((row) => ({ ...row })),
    ])
    db.close()
    return { tables, indexes: indexes.map(({ name, sql }) => [name, sql?.replace(/\s+/g, ' ')]) }
  }
  expect(await shape(await oldFile(1))).toEqual(await shape(join(folder, 'new.db')))
})
