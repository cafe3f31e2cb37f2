/** The claims of one process on the tenants of a database. */
import type { Sql } from '../../ports/sql.ts'
import type { TenantClaims } from '../../ports/tenant-claims.ts'
import {
  CLAIM_MS,
  type Claimant,
  type ClaimTerm,
  claim,
  dueTenants,
  nextClaim,
  releaseClaims,
  releaseFormer,
  renewClaims,
  wakeTenant,
} from './claims.ts'
import { drive, type Steps } from './steps.ts'

/** Tenants released by one transaction, which holds up their writers. */
const PAGE = 50

export interface ClaimParts {
  readonly sql: Sql
  readonly claimant: Claimant
  readonly now: () => number
  /** Calls the listener with the tenants that get new records by this process. */
  readonly onAppend: (listener: (tenants: readonly number[]) => void) => () => void
  /** How long a claim holds, milliseconds. Default: 20,000. */
  readonly claimMs?: number | undefined
  readonly announce: (tenants: readonly number[]) => void
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
    const { claimant } = this.#parts
    const { claimed, expired } = await this.#write(claim(this.#term(), limit))
    for (const { number, name } of claimed) this.#names.set(number, name)
    if (expired.length > 0) await this.#write(releaseFormer(expired, claimant.leases))
    return claimed.map(({ name }) => name)
  }

  async renew(tenants: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(await this.#write(renewClaims(this.#term(), tenants)))
  }

  async due(tenants: readonly string[]): Promise<ReadonlySet<string>> {
    const { sql } = this.#parts
    return new Set(await drive(dueTenants(this.#term(), tenants), sql, sql.dialect))
  }

  async release(tenants: Parameters<TenantClaims['release']>[0]): Promise<void> {
    const given = new Set(tenants.map(({ tenant }) => tenant))
    for (const [number, name] of this.#names) if (given.has(name)) this.#names.delete(number)
    for (let i = 0; i < tenants.length; i += PAGE)
      await this.#write(releaseClaims(this.#parts.claimant.id, tenants.slice(i, i + PAGE)))
  }

  async wake(tenant: string): Promise<void> {
    this.#parts.announce([await this.#write(wakeTenant(tenant))])
  }

  async nextDue(): Promise<number | undefined> {
    const { sql, claimant } = this.#parts
    return drive(nextClaim(claimant.id), sql, sql.dialect)
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
    return { id: this.#parts.claimant.id, now, until: now + this.claimMs }
  }

  async #write<T>(steps: Steps<T>): Promise<T> {
    const { sql } = this.#parts
    return sql.transaction((statements) => drive(steps, statements, sql.dialect))
  }
}
