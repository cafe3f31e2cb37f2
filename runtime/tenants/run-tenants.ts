/** Works for many tenants in fair slices: claims those that have work, owns each for a while, and releases it. */
import { onAbort } from '../lib/abort.ts'
import { BoundedMap } from '../lib/bounded-map.ts'
import type { Clock, Logger, Random } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { TenantClaims } from '../ports/tenant-claims.ts'
import { Alarm } from './alarm.ts'
import { OwnedTenant } from './owned-tenant.ts'
import { Slots } from './slots.ts'
import type { TenantConnector } from './tasks.ts'

export interface RunTenantsOptions {
  readonly claims: TenantClaims
  /** Creates the connector of a tenant, on its store. It is closed when the tenant is released. */
  readonly connectorOf: (tenant: string) => Promise<TenantConnector>
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly logger: Logger
  readonly random: Random
  /** Tenants for which this process delivers at once. Default: 16. */
  readonly concurrency?: number | undefined
  /** Tenants for which it polls or imports at once. Default: 4. */
  readonly readers?: number | undefined
  /** Milliseconds for which a tenant is kept after its last work, with its rate limits, lookups and batches. Default: 30,000. */
  readonly keepMs?: number | undefined
  /** The most tenants kept. Default: 1,000. */
  readonly maxOwned?: number | undefined
}

/** The turn of a tenant while others wait for theirs, milliseconds: to deliver, and to read pages of the source. */
const DELIVER_TURN = 500
const READ_TURN = 10_000
/** How often the database is asked for tenants without a notice: of processes that died. Milliseconds. */
const CLAIM_EVERY = 1_000
/** All processes hear of a tenant: up to so long each waits before it asks, so that not all ask at once. Milliseconds. */
const SPREAD = 20

/**
 * Delivers, polls and imports for the tenants of a database, together with other processes that do the same, until the
 * signal aborts; then releases all tenants. Webhooks can be received by any process.
 *
 * Throws nothing: a tenant that fails is logged and tried again later, a database that fails as soon as it answers.
 */
export async function runTenants(options: RunTenantsOptions): Promise<void> {
  await new TenantRunner(options).run()
}

class TenantRunner {
  readonly #options: RunTenantsOptions & { readonly keepMs: number; readonly maxOwned: number }
  readonly #owned = new Map<string, OwnedTenant>()
  readonly #alarm: Alarm
  readonly #delivering: Slots
  readonly #reading: Slots
  /** Both. */
  readonly #slots: readonly Slots[]
  /** Of tenants that were released while they failed. */
  readonly #failures = new BoundedMap<string, number>(10_000)
  readonly #background = new Set<Promise<void>>()
  /** When to ask for tenants next, milliseconds since 1970. */
  #claimAt = 0
  #renewedAt: number

  constructor(options: RunTenantsOptions) {
    this.#options = { ...options, keepMs: options.keepMs ?? 30_000, maxOwned: options.maxOwned ?? 1_000 }
    const { clock, concurrency = 16, readers = 4 } = options
    this.#alarm = new Alarm(clock)
    this.#renewedAt = this.#now()
    const parts = { now: () => this.#now(), onEnd: (tenant: OwnedTenant, error: unknown) => this.#ended(tenant, error) }
    this.#delivering = new Slots({ ...parts, tasks: ['deliver'], size: concurrency, turn: DELIVER_TURN })
    this.#reading = new Slots({ ...parts, tasks: ['poll', 'import'], size: readers, turn: READ_TURN })
    this.#slots = [this.#delivering, this.#reading]
  }

  async run(): Promise<void> {
    const { claims, signal } = this.#options
    const stopWatching = claims.watch((tenants) => this.#onNews(tenants))
    const stopListening = onAbort(signal, () => this.#alarm.ring())
    const ended = new AbortController()
    const renewing = this.#renewWhileOwned(ended.signal)
    try {
      while (!signal.aborted) {
        await this.#claim()
        this.#work()
        this.#releaseIdle()
        // Never without a pause: slices that are to end need their answers and timers.
        await this.#alarm.sleepUntil(Math.max(this.#nextAt(), this.#now() + 1))
      }
    } finally {
      stopListening()
      stopWatching()
      await this.#end().finally(() => ended.abort())
      await renewing
    }
  }

  #now(): number {
    return this.#options.clock.now()
  }

  #onNews(tenants: readonly string[] | undefined): void {
    const now = this.#now()
    if (tenants === undefined) this.#inBackground(this.#wakeDue())
    else for (const name of tenants) this.#owned.get(name)?.wake(now)
    if (tenants?.every((name) => this.#owned.has(name)) !== true)
      this.#claimAt = Math.min(this.#claimAt, now + this.#options.random() * SPREAD)
    this.#alarm.ring()
  }

  /** Wakes the tenants whose records were appended without a notice: it was lost with the process that had to send it. */
  async #wakeDue(): Promise<void> {
    if (this.#owned.size === 0) return
    const due = await this.#options.claims.due([...this.#owned.keys()]).catch(() => new Set<string>())
    for (const name of due) this.#owned.get(name)?.wake(this.#now())
  }

  /** Claims tenants for the slots that are free. */
  async #claim(): Promise<void> {
    const { claims, maxOwned, connectorOf } = this.#options
    const room = Math.min(this.#delivering.free, maxOwned - this.#owned.size)
    if (room <= 0 || this.#now() < this.#claimAt) return
    this.#claimAt = this.#now() + CLAIM_EVERY
    try {
      const names = await claims.claim(room)
      for (const name of names)
        this.#owned.set(
          name,
          new OwnedTenant({ name, now: this.#now(), failures: this.#failures.get(name) ?? 0, connectorOf }),
        )
      // As many as asked for: there may be more.
      if (names.length === room) this.#claimAt = 0
      else this.#claimAt = Math.min(this.#claimAt, (await claims.nextDue()) ?? this.#claimAt)
    } catch (error) {
      this.#reportClaims('tenants cannot be claimed, trying again', error)
    }
  }

  #work(): void {
    const owned = [...this.#owned.values()]
    for (const slots of this.#slots) slots.fill(owned, this.#options.signal)
    // Of those that want to be claimed nothing is known, so a slot has to be free for them.
    this.#delivering.makeRoom(this.#claimAt <= this.#now())
    this.#reading.makeRoom(false)
  }

  #ended(tenant: OwnedTenant, error: unknown): void {
    if (error !== undefined) {
      const { kind, code, message } = toFault(error)
      const { logger } = this.#options
      // A side that limits its requests, say, ends by itself.
      logger[kind === 'transient' ? 'warn' : 'error'](`the work for a tenant failed and is tried again: ${message}`, {
        tenant: tenant.name,
        code,
      })
    }
    this.#noteState(tenant)
    this.#alarm.ring()
  }

  /** For pages that list tenants. */
  #noteState(tenant: OwnedTenant): void {
    const { claims, clock } = this.#options
    const fault = tenant.takeFaultChange()
    if (fault !== undefined && claims.setFault !== undefined)
      this.#inBackground(
        claims
          .setFault(tenant.name, fault.code)
          .catch((error: unknown) => this.#reportClaims('the state of a tenant could not be kept', error)),
      )
    if (tenant.isAssessmentDue(this.#now())) this.#inBackground(tenant.assess(clock))
  }

  #releaseIdle(): void {
    const now = this.#now()
    const { keepMs, maxOwned } = this.#options
    const isFull = this.#owned.size >= maxOwned
    const idle = [...this.#owned.values()].filter(
      (one) => !one.isRunning && !this.#isDue(one, now) && (isFull || one.usedAt + keepMs <= now),
    )
    if (idle.length > 0) this.#inBackground(this.#release(idle))
  }

  #isDue(one: OwnedTenant, now: number): boolean {
    return this.#slots.some((slots) => slots.dueAt(one) <= now)
  }

  async #release(tenants: readonly OwnedTenant[]): Promise<void> {
    const entries = tenants.map((one) => ({ tenant: one.name, nextAt: one.nextAt() }))
    for (const { name, failures } of tenants) {
      this.#owned.delete(name)
      if (failures > 0) this.#failures.set(name, failures)
      else this.#failures.delete(name)
    }
    const { claims, clock, signal } = this.#options
    // A process that stops has little time.
    if (!signal.aborted) await Promise.all(tenants.map((one) => one.assess(clock)))
    // Closed before another process works for it.
    await Promise.all(tenants.map((one) => one.close()))
    try {
      await claims.release(entries)
    } catch (error) {
      this.#reportClaims('tenants could not be released: another process takes them over', error)
    }
  }

  /** The next time at which there is something to do without a notice. */
  #nextAt(): number {
    const { keepMs, maxOwned } = this.#options
    const canClaim = this.#delivering.free > 0 && this.#owned.size < maxOwned
    const times = [canClaim ? this.#claimAt : Number.POSITIVE_INFINITY]
    // As in `#work`: only those that deliver make room for tenants that want to be claimed.
    times.push(this.#delivering.nextTurn(this.#claimAt), this.#reading.nextTurn())
    for (const one of this.#owned.values()) {
      if (!one.isRunning) times.push(Math.max(one.usedAt + keepMs, this.#now() + 1))
      for (const slots of this.#slots) if (slots.free > 0) times.push(slots.dueAt(one))
    }
    return Math.min(...times)
  }

  /** Stops working for tenants that another process may own by now, before it does. */
  async #renewWhileOwned(ended: AbortSignal): Promise<void> {
    const { claims, clock, signal } = this.#options
    const every = claims.claimMs / 4
    while (!signal.aborted || this.#owned.size > 0) {
      await clock.sleep(every, signal.aborted ? ended : signal)
      if (this.#owned.size === 0) continue
      const before = this.#now()
      const names = [...this.#owned.keys()]
      const renewing = claims.renew(names).then(
        (kept) => {
          this.#renewedAt = before
          for (const name of names) if (!kept.has(name)) this.#lose(name)
          this.#inBackground(this.#wakeDue())
        },
        (error: unknown) => this.#reportClaims('claims cannot be renewed', error),
      )
      // A database that does not answer must not keep this process from stopping in time.
      await Promise.race([renewing, clock.sleep(every)])
      if (this.#now() - this.#renewedAt >= claims.claimMs - every) for (const name of names) this.#lose(name)
    }
  }

  #lose(name: string): void {
    const tenant = this.#owned.get(name)
    if (tenant === undefined) return
    this.#owned.delete(name)
    tenant.lose()
    this.#options.logger.warn('a claim was lost: another process works for the tenant', { tenant: name })
    this.#alarm.ring()
  }

  async #end(): Promise<void> {
    await Promise.all(this.#slots.map((slots) => slots.settled()))
    if (this.#owned.size > 0) await this.#release([...this.#owned.values()])
    await Promise.all(this.#background)
  }

  #inBackground(work: Promise<void>): void {
    this.#background.add(work)
    void work.finally(() => {
      this.#background.delete(work)
      this.#alarm.ring()
    })
  }

  #reportClaims(text: string, error: unknown): void {
    const { code, message } = toFault(error)
    this.#options.logger.error(`${text}: ${message}`, { code })
  }
}
