/** Leases that this process may hold without knowing their records: the database committed, and its answer was lost. */

export class UnknownLeases {
  /** Tokens, by tenant. */
  readonly #tokens = new Map<string, ReadonlySet<string>>()

  /** Runs a call that leases under the token. `lost`: the tokens of former calls that failed, whose leases it has to end. */
  async during<T>(tenant: string, token: string, lease: (lost: Iterable<string>) => Promise<T>): Promise<T> {
    const lost = this.#tokens.get(tenant) ?? new Set()
    try {
      const result = await lease(lost)
      this.#keep(tenant, (other) => !lost.has(other))
      return result
    } catch (error) {
      this.#tokens.set(tenant, new Set(this.#tokens.get(tenant)).add(token))
      throw error
    }
  }

  #keep(tenant: string, isUnknown: (token: string) => boolean): void {
    const left = [...(this.#tokens.get(tenant) ?? [])].filter(isUnknown)
    if (left.length === 0) this.#tokens.delete(tenant)
    else this.#tokens.set(tenant, new Set(left))
  }
}
