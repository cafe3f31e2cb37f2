/** A tenant that this process owns: its connector, created when it first has work, and when each of its tasks is due. */

import { HealthMonitor } from '../health/health-monitor.ts'
import { linkAbort } from '../lib/abort.ts'
import { errorName } from '../lib/error-name.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import { TASKS, type TaskName, type TenantConnector, type TenantTask } from './tasks.ts'

/** Milliseconds until a failed task is tried again: doubled with each failure up to the longest. */
const FIRST_RETRY = 1_000
const LONGEST_RETRY = 300_000
/** Milliseconds between two assessments of the health of a tenant at work. */
const ASSESS_EVERY = 60_000

interface TaskState {
  readonly task: TenantTask
  /** When to run it next, milliseconds since 1970; undefined: when the tenant is woken. */
  dueAt: number | undefined
  /** When to look again because the tenant was woken, while it is owned. */
  recheckAt: number | undefined
  /** Not before this, even when it is woken. */
  notBefore: number
  startedAt: number
  isRunning: boolean
  /** Its last slice was stopped for others. */
  isCutShort: boolean
  /** Woken while it ran: it may have looked before. */
  isWoken: boolean
  failures: number
}

export interface OwnedTenantOptions {
  readonly name: string
  readonly now: number
  /** How often in a row it failed when it was last owned. */
  readonly failures: number
  readonly connectorOf: (tenant: string) => Promise<TenantConnector>
}

export class OwnedTenant {
  readonly name: string
  readonly #connectorOf: (tenant: string) => Promise<TenantConnector>
  readonly #states = new Map<TaskName, TaskState>()
  readonly #lost = new AbortController()
  #connector: Promise<TenantConnector> | undefined
  #health: HealthMonitor | undefined
  #assessedAt = Number.NEGATIVE_INFINITY
  /** Why no connector could be created: a code. */
  #fault: string | undefined
  #notedFault: string | undefined
  /** When a slice of it last ended, or it was claimed. */
  #usedAt: number

  constructor({ name, now, failures, connectorOf }: OwnedTenantOptions) {
    this.name = name
    this.#usedAt = now
    this.#connectorOf = connectorOf
    for (const task of TASKS)
      this.#states.set(task.name, {
        ...{ task, dueAt: now, recheckAt: undefined, notBefore: 0, startedAt: 0 },
        ...{ isRunning: false, isCutShort: false, isWoken: false, failures },
      })
  }

  get usedAt(): number {
    return this.#usedAt
  }

  get isRunning(): boolean {
    return [...this.#states.values()].some((state) => state.isRunning)
  }

  /** When the task is due; undefined while it runs, or has nothing to do. */
  dueAt(name: TaskName): number | undefined {
    const { isRunning, dueAt = Number.POSITIVE_INFINITY, recheckAt = dueAt, notBefore } = this.#state(name)
    const at = Math.max(Math.min(dueAt, recheckAt), notBefore)
    return isRunning || at === Number.POSITIVE_INFINITY ? undefined : at
  }

  /** Whether its last slice was stopped for others before it was done. */
  isCutShort(name: TaskName): boolean {
    return this.#state(name).isCutShort
  }

  /** How often in a row it has failed. */
  get failures(): number {
    return Math.max(...[...this.#states.values()].map(({ failures }) => failures))
  }

  /** When it has to be owned again, without what being woken alone makes worth a look. */
  nextAt(): number | undefined {
    const times = [...this.#states.values()].flatMap(({ dueAt, notBefore }) =>
      dueAt === undefined ? [] : [Math.max(dueAt, notBefore)],
    )
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** It may have work that it had not before. */
  wake(now: number): void {
    for (const state of this.#states.values()) {
      // The poll has its times.
      if (state.task.name === 'poll') continue
      if (state.isRunning) state.isWoken = true
      else state.recheckAt ??= Math.max(now, state.startedAt + state.task.spacing)
    }
  }

  /** Runs one slice of a task. Returns what it threw, unless the tenant is lost. */
  async run(name: TaskName, signal: AbortSignal, now: () => number): Promise<unknown> {
    const state = this.#state(name)
    state.isRunning = true
    state.isWoken = false
    state.startedAt = now()
    state.recheckAt = undefined
    const { stop, unlink } = linkAbort(signal, this.#lost.signal)
    try {
      const connector = await this.#open()
      if (stop.signal.aborted) return undefined
      const { nextAt, notBefore = 0 } = await state.task.run(connector, { now, signal: stop.signal })
      state.failures = 0
      state.isCutShort = stop.signal.aborted
      // Never in the past: after its turn it waits behind the others.
      state.dueAt = nextAt === undefined ? undefined : Math.max(nextAt, now())
      state.notBefore = notBefore
      if (state.isWoken) state.recheckAt = Math.max(now(), state.startedAt + state.task.spacing)
      return undefined
    } catch (error) {
      state.dueAt = now()
      if (stop.signal.aborted) return undefined
      state.notBefore = now() + Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** state.failures)
      state.failures += 1
      return error
    } finally {
      unlink()
      state.isRunning = false
      this.#usedAt = now()
      if (state.failures > 0) await this.#forgetFailedConnector()
    }
  }

  async #open(): Promise<TenantConnector> {
    this.#connector ??= this.#connectorOf(this.name).catch(rejectAsHostFault)
    try {
      const connector = await this.#connector
      this.#fault = undefined
      return connector
    } catch (error) {
      this.#fault = toFault(error).code
      throw error
    }
  }

  /** Why no connector can be created, where that has changed since the last call. */
  takeFaultChange(): { readonly code: string | undefined } | undefined {
    if (this.#fault === this.#notedFault) return undefined
    this.#notedFault = this.#fault
    return { code: this.#fault }
  }

  isAssessmentDue(now: number): boolean {
    return this.#connector !== undefined && this.#fault === undefined && now - this.#assessedAt >= ASSESS_EVERY
  }

  /** Works out the state of the tenant, and keeps it in its store. Does nothing without work since the last time. */
  async assess(clock: Clock): Promise<void> {
    if (this.#usedAt <= this.#assessedAt) return
    this.#assessedAt = clock.now()
    const connector = await this.#connector?.catch(() => undefined)
    if (connector === undefined || this.#lost.signal.aborted) return
    this.#health ??= new HealthMonitor({ connector, clock })
    await this.#health.assess()
  }

  /** Another process owns it, or may soon: stops all that goes on for it. */
  lose(): void {
    this.#lost.abort()
    void this.close()
  }

  async close(): Promise<void> {
    const connector = this.#connector
    this.#connector = undefined
    this.#health = undefined
    await connector?.then((one) => one.close()).catch(() => undefined)
  }

  /** One that could not be created is created anew. */
  async #forgetFailedConnector(): Promise<void> {
    await this.#connector?.catch(() => {
      this.#connector = undefined
    })
  }

  #state(name: TaskName): TaskState {
    const state = this.#states.get(name)
    if (state === undefined) throw new TypeError(`no task "${name}"`)
    return state
  }
}

/** The message of a host's own error may quote a secret, so only its name is kept. */
function rejectAsHostFault(cause: unknown): never {
  if (cause instanceof Fault) throw cause
  const message = `the host's connectorOf failed (${errorName(cause)})`
  throw new Fault('transient', 'host/connector-failed', message, { cause })
}
