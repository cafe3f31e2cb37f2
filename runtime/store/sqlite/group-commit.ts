/** Group commit: all writes queued in one turn of the event loop share one transaction and one fsync. */
import { MonotonicClock } from '../../lib/monotonic-clock.ts'
import type { Clock } from '../../ports/effects.ts'
import type { Connection } from './connection.ts'
import { isBusy } from './engine.ts'

/**
 * How long a write waits for another process, such as a database browser with an open transaction. Milliseconds. The
 * wait is one of the event loop: SQLite's own would stop every other answer of this process. Shorter than the five seconds
 * for which a source waits for its answer, and than the ten that a process has to stop.
 */
const LOCK_WAIT = 4_000
/** The same when a store is closed: what closing writes is good to have, and a process must end in time. */
export const CLOSE_WAIT = 500
/** Milliseconds between two tries: doubled up to the longest. */
const FIRST_RETRY = 5
const LONGEST_RETRY = 200

interface WriteJob {
  /** Runs its part of the transaction; returns a function to resolve its caller after the commit. */
  readonly run: () => () => void
  readonly reject: (error: unknown) => void
  /** When it gives up waiting for the lock. */
  readonly deadline: number
}

export class GroupCommit {
  readonly #db: Pick<Connection, 'transaction'>
  readonly #clock: Clock
  readonly #time: MonotonicClock
  #jobs: WriteJob[] = []
  #isFlushing = false

  constructor(db: Pick<Connection, 'transaction'>, clock: Clock) {
    this.#db = db
    this.#clock = clock
    this.#time = new MonotonicClock(clock)
  }

  /**
   * Resolves with the result of `work` once it is durable; rejects if the shared transaction failed.
   * `work` is synchronous and must not throw because of its input: its neighbours would fail with it. `wait`: for the
   * lock of another process, milliseconds.
   */
  write<T>(work: () => T, wait = LOCK_WAIT): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        const result = work()
        return () => resolve(result)
      }
      this.#jobs.push({ run, reject, deadline: this.#time.now() + wait })
      if (this.#isFlushing) return
      this.#isFlushing = true
      // A commit blocks this thread; requests that arrive meanwhile are read before the next `setImmediate` and join it.
      setImmediate(() => void this.#flush())
    })
  }

  async #flush(): Promise<void> {
    for (let pause = FIRST_RETRY; !this.#tryCommit(); pause = Math.min(LONGEST_RETRY, pause * 2))
      await this.#clock.sleep(pause)
    this.#isFlushing = false
  }

  /** Returns whether no write is left: false while another process holds the lock. */
  #tryCommit(): boolean {
    const jobs = this.#jobs
    this.#jobs = []
    try {
      const resolvers = this.#db.transaction(() => jobs.map((job) => job.run()))
      for (const resolve of resolvers) resolve()
    } catch (error) {
      // The lock is refused before any job has run.
      const waits = ({ deadline }: WriteJob) => isBusy(error) && this.#time.now() < deadline
      this.#jobs = jobs.filter(waits)
      for (const job of jobs) if (!waits(job)) job.reject(error)
    }
    return this.#jobs.length === 0
  }
}
