/** The version of a store file, and its tables brought up to date. */
import { Fault } from '../../ports/fault.ts'
import { SQLITE_TABLES } from '../sql/sqlite-tables.ts'
import type { Connection } from './connection.ts'
import { MIGRATIONS } from './migrations.ts'

/** Reads the version. Throws a `config` fault, and changes nothing, for a file of another program or a newer version. */
export function assertOurs(db: Connection): number {
  const version = db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
  const tables = db.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'").map(({ name }) => name)
  const isOurs = version === 0 ? tables.length === 0 : tables.includes('records') && tables.includes('delivered_keys')
  if (!isOurs) throw new Fault('config', 'store/foreign', FOREIGN)
  if (version > MIGRATIONS.length) throw new Fault('config', 'store/newer', NEWER)
  return version
}

/** Brings the file up to date. Throws as `assertOurs` does. */
export function migrate(db: Connection): void {
  if (assertOurs(db) === MIGRATIONS.length) return
  // A step may rebuild a table that others refer to. Without effect inside a transaction.
  db.exec('PRAGMA foreign_keys = OFF')
  try {
    db.transaction(() => {
      // Read inside the transaction: of two processes that open a new file, the second finds the work done.
      const version = assertOurs(db)
      if (version === 0) db.exec(SQLITE_TABLES)
      else for (const step of MIGRATIONS.slice(version)) db.exec(step)
      db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
    })
  } finally {
    db.exec('PRAGMA foreign_keys = ON')
  }
}

const FOREIGN =
  'the store file is a database of another program; nothing was written. Use another path, which may not exist yet'
const NEWER = 'a newer version of this program wrote the store file: run that version, or use another file'
