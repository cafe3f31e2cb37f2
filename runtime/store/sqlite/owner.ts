/** Owners of leases: one for each store in each process. The leases of dead processes are released at once. */
import { randomUUID } from 'node:crypto'
import type { Connection } from './connection.ts'
import { delaySuspects, releaseOwner } from './queue.ts'

export interface Owner {
  readonly id: string
  readonly pid: number
  /** Distinguishes this process from an earlier one with the same pid: in a container the pid is always 1. */
  readonly start: string
}

/** Whether a process of this machine is running. */
export type IsProcessAlive = (pid: number) => boolean

const START: string = randomUUID()
let stores = 0

/** A new owner in this process. Two stores on one file, even in one process, are two owners. */
export function createOwner(pid = process.pid, start = START): Owner {
  stores += 1
  return { id: `${pid}.${start}.${stores}`, pid, start }
}

export function registerOwner(db: Connection, { id, pid, start }: Owner, now: number): void {
  const sql = 'INSERT INTO owners (id, pid, start, opened_at, last_lease) VALUES (?, ?, ?, ?, ?)'
  db.run(sql, id, pid, start, now, now)
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

interface KnownOwner extends Owner {
  readonly opened_at: number
  readonly last_lease: number
}

const OTHERS = 'SELECT id, pid, start, opened_at, last_lease FROM owners WHERE id <> ?'

/**
 * Releases the leases of dead owners. Each counts as cut off: the record may have killed its process. A record that was
 * cut off twice is next tried when this process has outlived the dead one: one that dies of another cause at some time
 * after each start then dies without that record.
 *
 * A wrong guess (two containers that share a file, each with pid 1) costs one second delivery with the same
 * idempotency key, and only once: the owner is removed, and its later leases end by expiry alone.
 */
export function releaseDeadOwners(db: Connection, self: Owner, isAlive: IsProcessAlive, now: number): boolean {
  const others = db.all<KnownOwner>(OTHERS, self.id)
  const dead = others.filter(({ pid, start }) => (pid === self.pid ? start !== self.start : !isAlive(pid)))
  for (const { id } of dead) {
    releaseOwner(db, id, 'cut-off')
    db.run('DELETE FROM owners WHERE id = ?', id)
  }
  const longest = Math.max(0, ...dead.map(({ opened_at, last_lease }) => last_lease - opened_at))
  if (dead.length > 0) delaySuspects(db, now + Math.min(LONGEST_DELAY, longest + MARGIN))
  return dead.length > 0
}
