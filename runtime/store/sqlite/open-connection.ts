/** Opens the store file: its location, its permissions and the durability it promises. */
import { closeSync, mkdirSync, openSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Clock } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import type { Awaitable } from '../../ports/sql.ts'
import { Connection } from './connection.ts'
import { CORRUPT, isBusy, openEngine, storeFault } from './engine.ts'
import { assertOurs, migrate } from './schema.ts'

/**
 * Milliseconds that SQLite itself waits for another process, which stops this one: enough for a usual transaction. Longer
 * waits are those of `GroupCommit` and of opening.
 */
const BUSY_TIMEOUT = 20
/** How long opening waits for another process, and how often it tries. Milliseconds. */
const OPEN_WAIT = 30_000
const OPEN_RETRY = 250

/**
 * `synchronous = FULL` is the promise of the store: in WAL mode it alone makes a commit survive a power cut
 * (https://sqlite.org/pragma.html#pragma_synchronous). Do not lower it for speed: group commit makes it cheap.
 *
 * The log is checkpointed every 8,000 pages (32 MB) and not every 1,000: an import writes the same index pages again
 * and again, and each checkpoint writes them once.
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
  createPrivateFile(file)
  const db = new Connection(await openEngine(file).catch(rethrowAsFault))
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`)
    // Before WAL, which is written into the file.
    await retryWhileBusy(() => assertOurs(db), clock)
    // SQLite ignores the busy timeout there.
    await retryWhileBusy(() => db.exec('PRAGMA journal_mode = WAL'), clock)
    db.exec(PRAGMAS)
    assertWhole(db, file)
    await retryWhileBusy(() => migrate(db), clock)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Creates the file readable by its owner alone, since records hold personal data; SQLite gives its -wal and -shm files
 * the same mode. A new folder gets a .gitignore: it will also hold the encryption key, and `git add .` would stage both.
 */
function createPrivateFile(file: string): void {
  try {
    const folder = dirname(file)
    const created = mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (created !== undefined) writeFileSync(join(folder, '.gitignore'), '*\n')
    closeSync(openSync(file, 'a', 0o600))
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    throw new Fault(
      'config',
      'store/unopenable',
      `the store file ${file} cannot be created (${code}): check its path and the owner and mode of its folder`,
      { cause },
    )
  }
}

/**
 * SQLite notices that a file was cut off (a copy on a full disk) only when it reads the missing pages, after webhooks were
 * acknowledged. With a log beside it, the file may rightly be shorter.
 */
function assertWhole(db: Connection, file: string): void {
  const read = (pragma: 'page_count' | 'page_size') => db.get<Record<string, number>>(`PRAGMA ${pragma}`)?.[pragma] ?? 0
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const [kind, code, message] = CORRUPT
  if (size(`${file}-wal`) === 0 && size(file) < read('page_count') * read('page_size'))
    throw new Fault(kind, code, message)
}

/** Another process may be opening the file, or hold its lock. */
export async function retryWhileBusy<T>(work: () => Awaitable<T>, clock: Clock): Promise<T> {
  for (let left = OPEN_WAIT / OPEN_RETRY; ; left--) {
    try {
      return await work()
    } catch (error) {
      if (left <= 0 || !isBusy(error)) throw error
      await clock.sleep(OPEN_RETRY)
    }
  }
}

function rethrowAsFault(error: unknown): never {
  throw storeFault(error)
}
