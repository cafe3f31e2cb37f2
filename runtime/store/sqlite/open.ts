/** Opens the file: where it lies, who may read it, and what durability it promises. */
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Clock } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import { Connection } from './connection.ts'
import { openEngine } from './engine.ts'
import { storeFault } from './fault.ts'
import { migrate } from './schema.ts'

/** How long a writer waits for another process, milliseconds. Transactions of ours take a few, a large prune some 100. */
const BUSY_TIMEOUT = 10_000

/** How often to try again to switch a new file to WAL: SQLite answers "busy" to that at once, without the timeout. */
const OPEN_TRIES = 50

/**
 * `synchronous = FULL` is the promise of the store: in WAL mode it alone makes a commit survive a power cut
 * (https://sqlite.org/pragma.html#pragma_synchronous). Do not lower it for speed; group commit is what makes it cheap.
 *
 * The log is folded into the file every 8,000 pages (32 MB) and not every 1,000: an import writes the same pages of
 * its indexes again and again, and each folding writes them once.
 */
const PRAGMAS = `
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -16000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA wal_autocheckpoint = 8000;
`

export async function openConnection(path: string, clock: Clock): Promise<Connection> {
  const file = resolve(path)
  createPrivately(file)
  const db = new Connection(await openEngine(file).catch(refuse))
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`)
    await useWal(db, clock)
    db.exec(PRAGMAS)
    migrate(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Records hold personal data, so only their owner may read them. SQLite gives its -wal and -shm files the same mode.
 * A folder made for them tells git to leave it out: it will hold a key, too, and `git add .` is quickly said.
 */
function createPrivately(file: string): void {
  try {
    const folder = dirname(file)
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (made !== undefined) writeFileSync(join(folder, '.gitignore'), '*\n')
    closeSync(openSync(file, 'a', 0o600))
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    throw new Fault('config', 'store/unopenable', `the store file ${file} cannot be created (${code})`, { cause })
  }
}

async function useWal(db: Connection, clock: Clock): Promise<void> {
  for (let left = OPEN_TRIES; ; left--) {
    try {
      db.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (left === 0 || storeFault(error).code !== 'store/busy') throw error
      await clock.sleep(20)
    }
  }
}

function refuse(error: unknown): never {
  throw storeFault(error)
}
