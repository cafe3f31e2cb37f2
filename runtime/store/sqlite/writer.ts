/** Group commit: everything that asks to be written in one turn of the event loop shares one transaction and one fsync. */
import type { Connection } from './connection.ts'

interface Job {
  /** Does its part of the transaction; answers what to call once that is on disk. */
  readonly run: () => () => void
  readonly reject: (error: unknown) => void
}

export class Writer {
  readonly #db: Connection
  #jobs: Job[] = []

  constructor(db: Connection) {
    this.#db = db
  }

  /**
   * Resolves with what `work` returned once it is durable; rejects if the shared transaction failed.
   * `work` is synchronous and should not throw for its input's sake: its neighbours would fail with it.
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // A commit blocks this thread, so whatever arrives meanwhile is heard before the next `setImmediate`.
      if (this.#jobs.length === 0) setImmediate(() => this.#flush())
      const run = () => {
        const result = work()
        return () => resolve(result)
      }
      this.#jobs.push({ run, reject })
    })
  }

  #flush(): void {
    const jobs = this.#jobs
    this.#jobs = []
    try {
      const settled = this.#db.transaction(() => jobs.map((job) => job.run()))
      for (const resolve of settled) resolve()
    } catch (error) {
      for (const job of jobs) job.reject(error)
    }
  }
}
