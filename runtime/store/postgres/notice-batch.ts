/**
 * Tells other processes which tenants have new records, after their commit. Not within it: the commits of all
 * transactions that notify take turns in the whole database, each with its write to the disk.
 */
import type { Clock } from '../../ports/effects.ts'
import type { ConnectionPool } from './connections.ts'

/** Milliseconds in which the notices of all tenants are gathered. */
const GATHER = 5
/** Milliseconds until notices that the database did not take are sent again. */
const RETRY = 200
/** A payload has 8,000 bytes at most: beyond so many tenants it says that any may have. */
const MOST = 500

export interface NoticeParts {
  readonly pool: ConnectionPool
  readonly clock: Clock
  readonly channel: string
}

export class NoticeBatch {
  readonly #parts: NoticeParts
  readonly #tenants = new Set<number>()
  readonly #closing = new AbortController()
  #sending: Promise<void> | undefined

  constructor(parts: NoticeParts) {
    this.#parts = parts
  }

  add(tenants: readonly number[]): void {
    for (const tenant of tenants) this.#tenants.add(tenant)
    if (this.#tenants.size > 0) this.#sending ??= this.#send()
  }

  /** Resolves when what was added is told, or its last try has failed. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#sending
  }

  async #send(): Promise<void> {
    const { pool, clock, channel } = this.#parts
    while (this.#tenants.size > 0) {
      await clock.sleep(GATHER)
      const tenants = [...this.#tenants]
      const payload = tenants.length > MOST ? '' : tenants.join(',')
      this.#tenants.clear()
      const isTold = await pool.run('SELECT pg_notify($1, $2)', [channel, payload]).then(
        () => true,
        () => false,
      )
      // What a process that dies now had to tell is found by the next look of the others.
      if (isTold || this.#closing.signal.aborted) continue
      for (const tenant of tenants) this.#tenants.add(tenant)
      await clock.sleep(RETRY, this.#closing.signal)
    }
    this.#sending = undefined
  }
}
