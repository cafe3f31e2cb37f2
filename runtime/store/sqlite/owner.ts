/** Owners of leases: one for each store in each process. The leases of dead processes are released at once. */
import { randomUUID } from 'node:crypto'
import type { ProcessIdentity } from '../../ports/effects.ts'
import type { Connection } from './connection.ts'
import { delaySuspects, releaseOwner } from './queue.ts'

/** One open store of a process. Two stores on one file, even in one process, are two owners. */
export interface Owner {
  readonly id: string
  /** The id of its process. */
  readonly process: string
}

export function createOwner(self: ProcessIdentity): Owner {
  return { id: `${self.id}/${randomUUID()}`, process: self.id }
}

export function registerOwner(db: Connection, { id, process }: Owner, now: number): void {
  // The column `start` holds the id of the process, and `pid` is for people.
  const sql = 'INSERT INTO owners (id, pid, start, opened_at, last_lease) VALUES (?, ?, ?, ?, ?)'
  db.run(sql, id, Number.parseInt(process, 10) || 0, process, now, now)
}

/** Notes a sign of life. */
export function touchOwner(db: Connection, { id }: Owner, now: number): void {
  db.run('UPDATE owners SET last_lease = ? WHERE id = ?', now, id)
}

/** Releases the leases of an owner without counting an attempt, and removes the owner. */
export function unregisterOwner(db: Connection, owner: Owner): void {
  releaseOwner(db, owner.id, 'untried')
  db.run('DELETE FROM owners WHERE id = ?', owner.id)
}

/** Added to the life of a dead process, which renewed its leases of suspects each second; the longest delay. Milliseconds. */
const MARGIN = 2_000
const LONGEST_DELAY = 60_000

/** An owner without leases that has not leased for so long is forgotten: one of another machine that has exited. Milliseconds. */
const FORGET_AFTER = 86_400_000

interface KnownOwner extends Owner {
  readonly opened_at: number
  readonly last_lease: number
}

const OTHERS = 'SELECT id, start AS process, opened_at, last_lease FROM owners WHERE id <> ?'
const FORGET = `
  DELETE FROM owners
  WHERE last_lease < ? AND id <> ? AND id NOT IN (SELECT owner FROM records WHERE lease IS NOT NULL AND owner IS NOT NULL)`

/**
 * Releases the leases of owners whose process is known to have exited; those of other machines end by expiry. Each counts
 * as cut off: the record may have killed its process. A record that was cut off twice is next tried when this process has
 * outlived the dead one: one that dies of another cause at some time after each start then dies without that record.
 */
export function releaseDeadOwners(db: Connection, owner: Owner, self: ProcessIdentity, now: number): boolean {
  const dead = db.all<KnownOwner>(OTHERS, owner.id).filter(({ process }) => self.hasExited(process))
  for (const { id } of dead) {
    releaseOwner(db, id, 'cut-off')
    db.run('DELETE FROM owners WHERE id = ?', id)
  }
  const longest = Math.max(0, ...dead.map(({ opened_at, last_lease }) => last_lease - opened_at))
  if (dead.length > 0) delaySuspects(db, now + Math.min(LONGEST_DELAY, longest + MARGIN))
  return dead.length > 0
}

/** Removes owners that no process will ever judge. Their leases, if they come back, end by expiry. */
export function forgetOwners(db: Connection, owner: Owner, now: number): void {
  db.run(FORGET, now - FORGET_AFTER, owner.id)
}
