/** Group commit: all writes queued in one turn of the event loop, of any tenant, share one transaction and one fsync. */
import { groupBy } from '../../lib/group-by.ts'
import { MonotonicClock } from '../../lib/monotonic-clock.ts'
import type { Clock } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import type { Awaitable, Sql } from '../../ports/sql.ts'
import { statement } from './statement.ts'
import { run, type Steps, transact } from './steps.ts'

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

/** A write of one tenant, by its number; -1 for a write of no tenant. */
export interface TenantRequest<Request> {
  readonly tenant: number
  readonly request: Request
}

/** A kind of write of which those of one transaction run together, by a few statements for all of them. */
export interface MergedWrite<Request, Result> {
  /** Whether a crash of the database may undo it: a lease, say, whose record is then leased again. */
  readonly isVolatile?: boolean
  /** Gives one result for each request, in their order; a promise of it if it is there at the end of the transaction. */
  run(requests: readonly TenantRequest<Request>[]): Steps<readonly Awaitable<Result>[]>
}

/** Begins a transaction for these tenants: finds their numbers. */
type BeginForTenants = (names: ReadonlySet<string>) => Steps<ReadonlyMap<string, number>>

interface WriteJob {
  readonly tenant: string | undefined
  readonly kind: MergedWrite<unknown, unknown>
  readonly request: unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  /** When it gives up waiting for the lock. */
  readonly deadline: number
}

export interface GroupCommitParts {
  readonly sql: Pick<Sql, 'transaction' | 'dialect'>
  readonly clock: Clock
  readonly begin: BeginForTenants
  /** Called when a transaction was rolled back: numbers of new tenants no longer hold. */
  readonly onRollback: () => void
}

export class GroupCommit {
  readonly #parts: GroupCommitParts
  readonly #time: MonotonicClock
  #jobs: WriteJob[] = []
  #isFlushing = false

  constructor(parts: GroupCommitParts) {
    this.#parts = parts
    this.#time = new MonotonicClock(parts.clock)
  }

  /**
   * Resolves with the result of the steps once it is durable; rejects if the shared transaction failed. They must not
   * throw because of their input: their neighbours would fail with them. `tenant`: its name, undefined for a write of
   * none. `wait`: for the lock of another process, milliseconds.
   */
  write<T>(tenant: string | undefined, steps: (tenant: number) => Steps<T>, wait = LOCK_WAIT): Promise<T> {
    return this.writeMerged(tenant, alone(steps), undefined, wait)
  }

  /** The same, but a crash of the database may undo it: PostgreSQL does not wait for the disk if no other write does. */
  writeVolatile<T>(tenant: string, steps: (tenant: number) => Steps<T>): Promise<T> {
    return this.writeMerged(tenant, { ...alone(steps), isVolatile: true }, undefined)
  }

  /** The same, together with the other requests of the kind. */
  writeMerged<Request, Result>(
    tenant: string | undefined,
    kind: MergedWrite<Request, Result>,
    request: Request,
    wait = LOCK_WAIT,
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const job = { tenant, kind, request, resolve, reject, deadline: this.#time.now() + wait }
      this.#jobs.push(job as unknown as WriteJob)
      if (this.#isFlushing) return
      this.#isFlushing = true
      // A commit blocks this thread; requests that arrive meanwhile are read before the next `setImmediate` and join it.
      setImmediate(() => void this.#flush())
    })
  }

  async #flush(): Promise<void> {
    for (let pause = FIRST_RETRY; ; pause = Math.min(LONGEST_RETRY, pause * 2)) {
      const jobs = this.#jobs
      this.#jobs = []
      // Without `await` where it is not needed: what waits for these results then joins the next transaction.
      const committing = this.#commit(jobs)
      const isRefused = committing instanceof Promise ? await committing : committing
      if (this.#jobs.length === 0) break
      if (isRefused) await this.#parts.clock.sleep(pause)
      else {
        pause = FIRST_RETRY / 2
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    this.#isFlushing = false
  }

  /** Returns whether another process holds the lock: the jobs that can still wait are then queued again. */
  #commit(jobs: readonly WriteJob[]): Awaitable<boolean> {
    const resolve = (results: ReadonlyMap<WriteJob, unknown>) => {
      for (const job of jobs) job.resolve(results.get(job))
      return false
    }
    const { sql, begin } = this.#parts
    try {
      const done = transact(sql, runAll(jobs, begin))
      return done instanceof Promise ? done.then(resolve, (error: unknown) => this.#fail(jobs, error)) : resolve(done)
    } catch (error) {
      return this.#fail(jobs, error)
    }
  }

  #fail(jobs: readonly WriteJob[], error: unknown): boolean {
    this.#parts.onRollback()
    // The lock is refused before any job has run.
    const isRefused = error instanceof Fault && error.code === 'store/busy'
    const waits = ({ deadline }: WriteJob) => isRefused && this.#time.now() < deadline
    this.#jobs = [...jobs.filter(waits), ...this.#jobs]
    for (const job of jobs) if (!waits(job)) job.reject(error)
    return isRefused
  }
}

const NO_TENANT = -1

function alone<T>(steps: (tenant: number) => Steps<T>): MergedWrite<undefined, T> {
  return {
    *run([first]) {
      return [yield* steps(first?.tenant ?? NO_TENANT)]
    },
  }
}

const WITHOUT_DISK = statement((_, dialect) => (dialect === 'sqlite' ? '' : 'SET LOCAL synchronous_commit = off'))

/** Runs the jobs of one kind where the first of them stands. */
function* runAll(jobs: readonly WriteJob[], begin: BeginForTenants): Steps<ReadonlyMap<WriteJob, unknown>> {
  if (jobs.every(({ kind }) => kind.isVolatile)) yield* run(WITHOUT_DISK)
  const numbers = yield* begin(new Set(jobs.flatMap(({ tenant }) => (tenant === undefined ? [] : [tenant]))))
  const numberOf = ({ tenant }: WriteJob) => (tenant === undefined ? undefined : numbers.get(tenant)) ?? NO_TENANT
  const results = new Map<WriteJob, unknown>()
  for (const [kind, same] of groupBy(jobs, (job) => job.kind)) {
    const answers = yield* kind.run(same.map((job) => ({ tenant: numberOf(job), request: job.request })))
    for (const [i, job] of same.entries()) {
      const answer = answers[i]
      results.set(job, answer)
      // It fails with the transaction, which rejects the job.
      if (answer instanceof Promise) answer.catch(() => undefined)
    }
  }
  return results
}
