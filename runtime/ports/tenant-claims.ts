/** Who works on which tenant: claims of the processes that share a database, each for a while. */

/** How long a claim holds: a dead process is replaced after it, one that is slow for some seconds is not. Milliseconds. */
export const CLAIM_MS = 20_000

export interface TenantClaims {
  /** How long a claim holds unless it is renewed, milliseconds. */
  readonly claimMs: number
  /**
   * Claims up to `limit` tenants that are due and that no other process owns, longest due first. Of one whose owner let its
   * claim expire, or is known to have exited, the leases are released, too.
   */
  claim(limit: number): Promise<readonly string[]>
  /** Renews claims of this process. Returns those of the tenants that it still owns. */
  renew(tenants: readonly string[]): Promise<ReadonlySet<string>>
  /**
   * Releases tenants. Each is due again when one of its records is, and at `nextAt` at the latest, milliseconds since
   * 1970. Ignores those that are another's by now.
   */
  release(tenants: readonly { readonly tenant: string; readonly nextAt?: number | undefined }[]): Promise<void>
  /** Those of the tenants, which this process owns, that have due records: a notice of them may have been lost. */
  due(tenants: readonly string[]): Promise<ReadonlySet<string>>
  /** Notes why no connector of a tenant, which this process owns, can be created: a fault's code. Undefined: one was. */
  setFault?(tenant: string, code: string | undefined): Promise<void>
  /** Makes a tenant due at once, also one that a process owns. */
  wake(tenant: string): Promise<void>
  /** When the next tenant without an owner is due, milliseconds since 1970. Undefined: none is. */
  nextDue(): Promise<number | undefined>
  /**
   * Calls `listener` when tenants may have become due, in whatever process: with their names, or without when some may have
   * been missed. Returns the function that stops it.
   */
  watch(listener: (tenants?: readonly string[]) => void): () => void
}
