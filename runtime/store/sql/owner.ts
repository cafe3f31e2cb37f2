/** Owners of leases: one for each store in each process. The leases and claims of dead processes end at once. */
import { randomUUID } from 'node:crypto'
import type { ProcessIdentity } from '../../ports/effects.ts'
import { delaySuspects, type QueuePosition, releaseOwner } from './queue.ts'
import { statement } from './statement.ts'
import { all, type RowQuery, run, type Steps } from './steps.ts'

/** One open store of a process. Two stores on one file, even in one process, are two owners. */
export interface Owner {
  readonly id: string
  /** The id of its process. */
  readonly process: string
}

export function createOwner(self: ProcessIdentity): Owner {
  return { id: `${self.id}/${randomUUID()}`, process: self.id }
}

/** The id of the process of an owner. */
export const processOf = (owner: string): string => owner.replace(/\/[^/]*$/, '')

// The column `start` holds the id of the process, and `pid` is for people.
const REGISTER = statement('INSERT INTO owners (id, pid, start, opened_at, last_lease) VALUES (?1, ?2, ?3, ?4, ?4)')

export function registerOwner({ id, process }: Owner, now: number): Steps<void> {
  return run(REGISTER, id, Number.parseInt(process, 10) || 0, process, now)
}

const TOUCH = statement('UPDATE owners SET last_lease = ?1 WHERE id = ?2')

/** Notes a sign of life. */
export function touchOwner({ id }: Owner, now: number): Steps<void> {
  return run(TOUCH, now, id)
}

const REMOVE = statement('DELETE FROM owners WHERE id = ?1')

// Never waits for a row that another transaction has locked: the owner is then removed by a later call.
const END_CLAIMS = statement(
  (_, dialect) => `
  UPDATE tenants SET owned_until = 0 WHERE number IN (
    SELECT number FROM tenants WHERE owner = ?1 AND owned_until > 0 ${dialect === 'sqlite' ? '' : 'FOR UPDATE SKIP LOCKED'})`,
)
const REMOVE_WITHOUT_CLAIMS = statement(`
  DELETE FROM owners WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM tenants WHERE owner = ?1 AND owned_until > 0)`)

/** Releases the leases of an owner without counting an attempt, and removes the owner. */
export function* unregisterOwner({ id }: Owner): Steps<void> {
  yield* releaseOwner(id, 'untried')
  yield* run(REMOVE, id)
}

/** Added to the life of a dead process, which renewed its leases of suspects each second; the longest delay. Milliseconds. */
const MARGIN = 2_000
const LONGEST_DELAY = 60_000

/** An owner without leases that has not leased for so long is forgotten: one of another machine that has exited. Milliseconds. */
const FORGET_AFTER = 86_400_000

export interface KnownOwner extends Owner {
  readonly opened_at: number
  readonly last_lease: number
}

const OTHERS = statement('SELECT id, start AS process, opened_at, last_lease FROM owners WHERE id <> ?1')

/** The other owners. */
export const othersQuery = ({ id }: Owner): RowQuery => ({ statement: OTHERS, values: [id] })

/** The owners whose processes are known to have exited. */
export function* findDeadOwners(owner: Owner, self: ProcessIdentity): Steps<readonly KnownOwner[]> {
  return (yield* all<KnownOwner>(OTHERS, owner.id)).filter(({ process }) => self.hasExited(process))
}

/**
 * Releases the leases of owners whose process is known to have exited, and returns their records; ends their claims of
 * tenants. Those of other machines end by expiry. Each lease counts as cut off: the record may have killed its process. A record that was cut off twice is next
 * tried when this process has outlived the dead one: one that dies of another cause at some time after each start then
 * dies without that record.
 */
export function* releaseDeadOwners(owner: Owner, self: ProcessIdentity, now: number): Steps<readonly QueuePosition[]> {
  const dead = yield* findDeadOwners(owner, self)
  if (dead.length === 0) return []
  const released: QueuePosition[] = []
  for (const { id } of dead) {
    released.push(...(yield* releaseOwner(id, 'cut-off')))
    yield* run(END_CLAIMS, id)
    yield* run(REMOVE_WITHOUT_CLAIMS, id)
  }
  const longest = Math.max(0, ...dead.map(({ opened_at, last_lease }) => last_lease - opened_at))
  yield* delaySuspects(now + Math.min(LONGEST_DELAY, longest + MARGIN))
  return released
}

const FORGET = statement(`
  DELETE FROM owners WHERE last_lease < ?1 AND id <> ?2
    AND id NOT IN (SELECT owner FROM records WHERE lease IS NOT NULL AND owner IS NOT NULL)`)

/** Removes owners that no process will ever judge. Their leases, if they come back, end by expiry. */
export function forgetOwners({ id }: Owner, now: number): Steps<void> {
  return run(FORGET, now - FORGET_AFTER, id)
}
