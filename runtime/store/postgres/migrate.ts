/** Creates the schema of a store, or brings its tables up to date: one process at a time, all others wait. */
import { Fault } from '../../ports/fault.ts'
import type { Sql, SqlStatements } from '../../ports/sql.ts'
import { MIGRATIONS } from './tables.ts'

/** Names the advisory lock among those of other programs. */
const LOCK_CLASS = 711_205

const NEWER =
  'a newer version of this program wrote the tables of the store: run that version, or use another `schema` in the store URL'
const FOREIGN =
  'the schema holds tables of another program; nothing was written. Use another name as `schema` in the store URL'
const ENCODING =
  'the database does not hold texts in UTF-8: create it with `createdb --encoding=UTF8 --template=template0`'

/** Throws a `config` fault for tables of another program or of a newer version. */
export async function migrate(sql: Sql, schema: string): Promise<void> {
  if ((await readVersion(sql, schema)) === MIGRATIONS.length) return
  await sql.transaction(async (statements) => {
    await statements.run('SELECT pg_advisory_xact_lock($1::int, hashtext($2))', [LOCK_CLASS, schema])
    const encoding = (await statements.get('SHOW server_encoding', [])) as { server_encoding: string }
    if (encoding.server_encoding !== 'UTF8') throw new Fault('config', 'store/unopenable', ENCODING)
    // Without the right to create one, an administrator has created it.
    if (!(await exists(statements, 'to_regnamespace($1)', schema))) await statements.exec(`CREATE SCHEMA ${schema}`)
    // Read under the lock: of two processes that open a new schema, the second finds the work done.
    const version = await readVersion(statements, schema)
    if (version === 0) await statements.exec('CREATE TABLE store_version (version bigint NOT NULL)')
    for (const step of MIGRATIONS.slice(version)) await statements.exec(step)
    await statements.exec('DELETE FROM store_version')
    await statements.run('INSERT INTO store_version (version) VALUES ($1)', [MIGRATIONS.length])
  })
}

async function readVersion(sql: SqlStatements, schema: string): Promise<number> {
  if (!(await exists(sql, 'to_regclass($1)', `${schema}.store_version`))) {
    if (await exists(sql, 'to_regclass($1)', `${schema}.records`)) throw new Fault('config', 'store/foreign', FOREIGN)
    return 0
  }
  const row = (await sql.get(`SELECT version FROM ${schema}.store_version`, [])) as { version: number } | undefined
  const version = row?.version ?? 0
  if (version > MIGRATIONS.length) throw new Fault('config', 'store/newer', NEWER)
  return version
}

async function exists(sql: SqlStatements, lookup: string, name: string): Promise<boolean> {
  const row = (await sql.get(`SELECT ${lookup} IS NOT NULL AS found`, [name])) as { found: boolean } | undefined
  return row?.found === true
}
