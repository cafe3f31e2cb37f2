/** The claims of one process on the tenants of a database. */
import type { Sql } from '../../ports/sql.ts'
import { CLAIM_MS, type TenantClaims } from '../../ports/tenant-claims.ts'
import {
  type ClaimTerm,
  claim,
  dueTenants,
  isAnyDue,
  nextClaim,
  releaseClaims,
  releaseFormer,
  renewClaims,
  setFault,
  wakeTenant,
} from './claims.ts'
import { query, type Steps, transact } from './steps.ts'

/** Tenants released by one transaction, which holds up their writers. */
const PAGE = 50

export interface ClaimParts {
  readonly sql: Sql
  /** Names the process in its claims and in its leases. */
  readonly owner: string
  readonly now: () => number
  /** Calls the listener with the tenants that get new records by this process. */
  readonly onAppend: (listener: (tenants: readonly number[]) => void) => () => void
  /** How long a claim holds, milliseconds. Default: 20,000. */
  readonly claimMs?: number | undefined
  readonly announce: (tenants: readonly number[]) => void
  /** Ends the leases and claims of processes that are known to have exited. */
  readonly releaseDead: () => Promise<void>
}

export class SqlTenantClaims implements TenantClaims {
  readonly claimMs: number
  readonly #parts: ClaimParts
  /** Of the tenants claimed, by number. */
  readonly #names = new Map<number, string>()

  constructor(parts: ClaimParts) {
    this.#parts = parts
    this.claimMs = parts.claimMs ?? CLAIM_MS
  }

  async claim(limit: number): Promise<readonly string[]> {
    await this.#parts.releaseDead()
    // Only reads while there is nothing to claim: writers of SQLite wait for one another.
    if (!(await query(this.#parts.sql, isAnyDue(this.#parts.now())))) return []
    const { claimed, expired } = await this.#write(claim(this.#term(), limit))
    for (const { number, name } of claimed) this.#names.set(number, name)
    if (expired.length > 0) await this.#write(releaseFormer(expired, this.#parts.owner))
    return claimed.map(({ name }) => name)
  }

  async renew(tenants: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(await this.#write(renewClaims(this.#term(), tenants)))
  }

  async due(tenants: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(await query(this.#parts.sql, dueTenants(this.#term(), tenants)))
  }

  async release(tenants: Parameters<TenantClaims['release']>[0]): Promise<void> {
    const given = new Set(tenants.map(({ tenant }) => tenant))
    for (const [number, name] of this.#names) if (given.has(name)) this.#names.delete(number)
    for (let i = 0; i < tenants.length; i += PAGE)
      await this.#write(releaseClaims(this.#parts.owner, tenants.slice(i, i + PAGE)))
  }

  async setFault(tenant: string, code: string | undefined): Promise<void> {
    await this.#write(setFault(this.#parts.owner, tenant, code))
  }

  async wake(tenant: string): Promise<void> {
    this.#parts.announce([await this.#write(wakeTenant(tenant))])
  }

  async nextDue(): Promise<number | undefined> {
    return query(this.#parts.sql, nextClaim(this.#parts.owner))
  }

  watch(listener: (tenants?: readonly string[]) => void): () => void {
    // One that is not claimed needs no name: it is claimed as all that are due.
    const tell = (numbers?: readonly number[]) =>
      listener(numbers?.map((number) => this.#names.get(number) ?? `#${number}`))
    const stops = [this.#parts.onAppend(tell), this.#parts.sql.watch?.(tell)]
    return () => {
      for (const stop of stops) stop?.()
    }
  }

  #term(): ClaimTerm {
    const now = this.#parts.now()
    return { id: this.#parts.owner, now, until: now + this.claimMs }
  }

  async #write<T>(steps: Steps<T>): Promise<T> {
    return transact(this.#parts.sql, steps)
  }
}
