/**
 * Leases that no worker holds any more: the database committed a call that leased and its answer was lost, or a release failed.
 * The next call that leases for the tenant ends them; by expiry alone their records would wait for minutes.
 */
import type { LeasedRecord } from '../../ports/types.ts'

export interface LostLeases {
  /** Of calls that leased: which records is unknown. */
  readonly tokens: ReadonlySet<string>
  readonly records: ReadonlySet<Pick<LeasedRecord, 'lease'>>
}

export class UnknownLeases {
  readonly #lost = new Map<string, LostLeases>()

  /** Runs a call that leases under the token. It has to end the leases given to it. */
  async during<T>(tenant: string, token: string, lease: (lost: LostLeases) => Promise<T>): Promise<T> {
    const lost = this.#of(tenant)
    try {
      const result = await lease(lost)
      if (lost.tokens.size + lost.records.size > 0) this.#forget(tenant, lost)
      return result
    } catch (error) {
      this.#add(tenant, { tokens: new Set([token]) })
      throw error
    }
  }

  /** Notes the records whose release fails. */
  async duringRelease(tenant: string, records: readonly LeasedRecord[], release: Promise<unknown>): Promise<void> {
    try {
      await release
    } catch (error) {
      this.#add(tenant, { records: new Set(records.map(({ lease }) => ({ lease }))) })
      throw error
    }
  }

  #of(tenant: string): LostLeases {
    return this.#lost.get(tenant) ?? { tokens: new Set(), records: new Set() }
  }

  #add(tenant: string, { tokens = new Set(), records = new Set() }: Partial<LostLeases>): void {
    const lost = this.#of(tenant)
    this.#lost.set(tenant, {
      tokens: new Set([...lost.tokens, ...tokens]),
      records: new Set([...lost.records, ...records]),
    })
  }

  /** Others may have been lost meanwhile. */
  #forget(tenant: string, ended: LostLeases): void {
    const lost = this.#of(tenant)
    const tokens = new Set([...lost.tokens].filter((token) => !ended.tokens.has(token)))
    const records = new Set([...lost.records].filter((record) => !ended.records.has(record)))
    if (tokens.size + records.size === 0) this.#lost.delete(tenant)
    else this.#lost.set(tenant, { tokens, records })
  }
}
