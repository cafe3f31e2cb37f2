/** A lock among all processes that share a store: a lease in a checkpoint, which expires if its holder dies. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'

export interface LockOptions {
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
  /** The checkpoint's name. */
  readonly name: string
  /** The lock is free when its holder has not renewed it for this long and five seconds, milliseconds. */
  readonly leaseMs: number
  /** Who holds the lock, for other processes to show. */
  readonly holder?: string
  /** Whether a holder's process has exited, which frees its lock at once. */
  readonly hasExited?: (holder: string) => boolean
}

/**
 * By how much the clocks of the machines that share a store may differ, milliseconds. Without this allowance, a holder whose
 * clock is ahead by anything would look like one from before a clock was set back, and lose its lock while it runs.
 */
const CLOCK_DIFFERENCE = 5_000

export interface LockHolder {
  readonly holder: string
  /** When it acquired the lock, milliseconds since 1970. */
  readonly since: number
}

interface LockLease extends LockHolder {
  readonly expiresAt: number
  /** Distinguishes two leases of one holder. */
  readonly token: string
}

export interface LockWait {
  /** How often to try, milliseconds. */
  readonly pollMs: number
  /** Checked before each try. */
  readonly shouldGiveUp: () => boolean | Promise<boolean>
  readonly signal: AbortSignal
}

export class Lock {
  readonly #options: LockOptions

  constructor(options: LockOptions) {
    this.#options = options
  }

  /** The current holder; undefined while the lock is free. */
  async holder(): Promise<LockHolder | undefined> {
    return (await this.#read()).lease
  }

  /** Acquires the lock, or returns undefined if it is held. */
  async tryAcquire(): Promise<HeldLock | undefined> {
    const { clock, holder = '' } = this.#options
    const { text, lease } = await this.#read()
    if (lease !== undefined) return undefined
    const held = new HeldLock(this.#options, { holder, since: clock.now(), token: randomUUID() })
    return (await held.acquireFrom(text)) ? held : undefined
  }

  /** Tries until it acquires the lock. Returns undefined when `shouldGiveUp` returns true or the signal aborts. */
  async acquire({ pollMs, shouldGiveUp, signal }: LockWait): Promise<HeldLock | undefined> {
    while (!(await shouldGiveUp()) && !signal.aborted) {
      const held = await this.tryAcquire()
      if (held !== undefined) return held
      await this.#options.clock.sleep(pollMs, signal)
    }
    return undefined
  }

  /** The checkpoint's text, and its lease unless expired. */
  async #read(): Promise<{ readonly text?: string; readonly lease?: LockLease }> {
    const { store, clock, name, leaseMs, hasExited = () => false } = this.#options
    const text = await store.readCheckpoint(name)
    if (typeof text !== 'string') return {}
    const lease = JSON.parse(text) as LockLease
    const now = clock.now()
    // A lease further in the future than that predates a clock that was set back.
    const lies = lease.expiresAt > now - CLOCK_DIFFERENCE && lease.expiresAt <= now + leaseMs + CLOCK_DIFFERENCE
    const valid = lies && !hasExited(lease.holder)
    return { text, ...(valid && { lease }) }
  }
}

export class HeldLock {
  readonly #options: LockOptions
  readonly #lease: Omit<LockLease, 'expiresAt'>
  readonly #released = new AbortController()
  #text: string | undefined
  #renewing: Promise<void> | undefined

  constructor(options: LockOptions, lease: Omit<LockLease, 'expiresAt'>) {
    this.#options = options
    this.#lease = lease
  }

  /** Replaces `text` by the first lease. Returns false if another process was faster. */
  acquireFrom(text: string | undefined): Promise<boolean> {
    this.#text = text
    return this.renew()
  }

  /** Extends the lease. Returns false if another process took the lock after it had expired. */
  async renew(): Promise<boolean> {
    const { store, clock, name, leaseMs } = this.#options
    const next = JSON.stringify({ ...this.#lease, expiresAt: clock.now() + leaseMs } satisfies LockLease)
    const renewed = await store.compareAndSwapCheckpoint(name, this.#text, next)
    if (renewed) this.#text = next
    return renewed
  }

  /** Renews the lease until the lock is released. Calls `onLost` if another process took it meanwhile. */
  keepRenewing(everyMs: number, onLost: () => void): void {
    this.#renewing = this.#renewUntilReleased(everyMs, onLost)
  }

  /** Frees the lock, unless another process has taken it meanwhile. */
  async release(): Promise<void> {
    const { store, name } = this.#options
    this.#released.abort()
    await this.#renewing
    await store.compareAndSwapCheckpoint(name, this.#text, undefined)
  }

  async #renewUntilReleased(everyMs: number, onLost: () => void): Promise<void> {
    const { signal } = this.#released
    while (!signal.aborted) {
      await this.#options.clock.sleep(everyMs, signal)
      if (signal.aborted) return
      // Ignores a busy store: if the lease expires meanwhile, a later renewal reports the loss.
      const renewed = await this.renew().catch(() => undefined)
      if (renewed === false) return onLost()
    }
  }
}
