/** Slots for the tasks of one kind: the tenant that waits longest gets the next one, and gives it up to others after its turn. */
import { onAbort } from '../lib/abort.ts'
import type { OwnedTenant } from './owned-tenant.ts'
import type { TaskName } from './tasks.ts'

export interface SlotsOptions {
  readonly tasks: readonly TaskName[]
  readonly size: number
  /** How long a slot is kept while others wait, milliseconds. */
  readonly turn: number
  readonly now: () => number
  /** Called when a slice ends, with what it threw. */
  readonly onEnd: (tenant: OwnedTenant, error: unknown) => void
}

/** By how much a tenant that has just come goes before those that have had a turn and want another. Milliseconds. */
const FRESH_FIRST = 5_000

interface RunningSlice {
  readonly startedAt: number
  readonly stop: AbortController
  readonly done: Promise<void>
}

export class Slots {
  readonly #options: SlotsOptions
  readonly #running = new Set<RunningSlice>()
  #isShort = false

  constructor(options: SlotsOptions) {
    this.#options = options
  }

  get free(): number {
    return this.#options.size - this.#running.size
  }

  /** When the first of its tasks is due that does not run. Infinite when none is. */
  dueAt(tenant: OwnedTenant): number {
    return Math.min(...this.#options.tasks.map((name) => tenant.dueAt(name) ?? Number.POSITIVE_INFINITY))
  }

  /** Starts what is due while slots are free: first those that have just come, then those that wait longest. */
  fill(tenants: readonly OwnedTenant[], signal: AbortSignal): void {
    const now = this.#options.now()
    const due = tenants
      .flatMap((tenant) => this.#options.tasks.map((task) => ({ tenant, task, dueAt: tenant.dueAt(task) })))
      .flatMap(({ dueAt, ...one }) => (dueAt === undefined || dueAt > now ? [] : [{ ...one, dueAt }]))
      .map((one) => ({ ...one, rank: one.dueAt + (one.tenant.isCutShort(one.task) ? FRESH_FIRST : 0) }))
      .sort((a, b) => a.rank - b.rank)
    const started = due.slice(0, Math.max(0, this.free))
    for (const { tenant, task } of started) this.#start(tenant, task, signal)
    this.#isShort = due.length > started.length
  }

  /** Stops slices that have had their turn, if others wait. `more`: others wait that are not known here. */
  makeRoom(more: boolean): void {
    if (!this.#isShort && !(more && this.free <= 0)) return
    const now = this.#options.now()
    for (const { startedAt, stop } of this.#unstopped()) if (startedAt + this.#options.turn <= now) stop.abort()
  }

  /** When the next slice has had its turn, if others wait, from `moreAt` on also those for which room is made: `more`. */
  nextTurn(moreAt = Number.POSITIVE_INFINITY): number {
    const running = this.#unstopped()
    if (running.length === 0 || this.free > 0) return Number.POSITIVE_INFINITY
    const turn = Math.min(...running.map(({ startedAt }) => startedAt + this.#options.turn))
    return this.#isShort ? turn : Math.max(turn, moreAt)
  }

  /** Resolves when nothing runs. */
  async settled(): Promise<void> {
    await Promise.all([...this.#running].map(({ done }) => done))
  }

  #unstopped(): readonly RunningSlice[] {
    return [...this.#running].filter(({ stop }) => !stop.signal.aborted)
  }

  #start(tenant: OwnedTenant, task: TaskName, signal: AbortSignal): void {
    const { now, onEnd } = this.#options
    const stop = new AbortController()
    const stopListening = onAbort(signal, () => stop.abort())
    const done = tenant.run(task, stop.signal, now).then((error) => {
      stopListening()
      this.#running.delete(slice)
      onEnd(tenant, error)
    })
    const slice: RunningSlice = { startedAt: now(), stop, done }
    this.#running.add(slice)
  }
}
