/** Owners of leases: one for each store in each process. The leases of dead processes are released at once. */
import { randomUUID } from 'node:crypto'
import type { Connection } from './connection.ts'
import { releaseOwner } from './queue.ts'

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

export function registerOwner(db: Connection, { id, pid, start }: Owner): void {
  db.run('INSERT INTO owners (id, pid, start) VALUES (?, ?, ?)', id, pid, start)
}

/** Releases the leases of an owner without counting an attempt, and removes the owner. */
export function unregisterOwner(db: Connection, owner: Owner): void {
  releaseOwner(db, owner.id, 'untried')
  db.run('DELETE FROM owners WHERE id = ?', owner.id)
}

/**
 * Releases the leases of dead owners. Each counts as an attempt: the record may have killed its process.
 *
 * A wrong guess (two containers that share a file, each with pid 1) costs one second delivery with the same
 * idempotency key, and only once: the owner is removed, and its later leases end by expiry alone.
 */
export function releaseDeadOwners(db: Connection, self: Owner, isAlive: IsProcessAlive): boolean {
  const others = db.all<Owner>('SELECT id, pid, start FROM owners WHERE id <> ?', self.id)
  const dead = others.filter(({ pid, start }) => (pid === self.pid ? start !== self.start : !isAlive(pid)))
  for (const { id } of dead) {
    releaseOwner(db, id, 'tried')
    db.run('DELETE FROM owners WHERE id = ?', id)
  }
  return dead.length > 0
}
