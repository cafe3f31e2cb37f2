/** One import at a time on a store: the process that runs it holds a lock. */
import { BACKFILL_LOCK_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { type HeldLock, Lock, type LockHolder } from '../lib/lock.ts'
import { processName } from '../lib/process-identity.ts'
import type { Clock, ProcessIdentity } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { RunningBackfill } from './types.ts'

export interface ProcessLockParts {
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
  readonly processIdentity: ProcessIdentity
}

/** Longer than any transaction can block the process, so a live holder always renews in time. */
const LEASE_MS = 10_000
export const RENEW_EVERY_MS = 2_000

/**
 * Acquires the lock and renews it until it is released. Throws a config `Fault` that names the holder if there is one.
 * Calls `onLost` if another process took the lock meanwhile, after this one was suspended for
 * longer than its lease.
 */
export async function acquireBackfillLock(parts: ProcessLockParts, onLost: () => void): Promise<HeldLock> {
  const lock = backfillLock(parts)
  for (;;) {
    const held = await lock.tryAcquire()
    if (held !== undefined) {
      held.keepRenewing(RENEW_EVERY_MS, onLost)
      return held
    }
    const holder = await lock.holder()
    if (holder !== undefined) throw alreadyRunning(holder, parts.processIdentity)
  }
}

/** The running import of the store, in whatever process; undefined when there is none. */
export async function runningBackfill(parts: ProcessLockParts): Promise<RunningBackfill | undefined> {
  const running = await backfillLock(parts).holder()
  if (running === undefined) return undefined
  const { holder, since } = running
  const { id } = parts.processIdentity
  return { process: processName(holder, id), thisProcess: holder === id, since }
}

/** The lock of a job that one process of a store does at a time: free at once when its process exits. */
export function processLock(name: string, { store, clock, processIdentity }: ProcessLockParts): Lock {
  const hasExited = (id: string) => processIdentity.hasExited(id)
  return new Lock({ store, clock, name, leaseMs: LEASE_MS, holder: processIdentity.id, hasExited })
}

const backfillLock = (parts: ProcessLockParts): Lock => processLock(BACKFILL_LOCK_CHECKPOINT, parts)

function alreadyRunning({ holder, since }: LockHolder, processIdentity: ProcessIdentity): Fault {
  const who = holder === processIdentity.id ? 'this process' : `process ${processName(holder, processIdentity.id)}`
  const message = `an import is running already: ${who} began it at ${new Date(since).toISOString()}. Look there, or stop it first`
  return new Fault(
    'config',
    'backfill/already-running',
    `${message}; if it died on another machine, try again in ${LEASE_MS / 1000 + 5} s`,
  )
}
