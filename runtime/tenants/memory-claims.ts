/** Claims in memory: for one process with a store in memory or with a store of the host, and for tests. */
import type { Clock } from '../ports/effects.ts'
import { CLAIM_MS, type TenantClaims } from '../ports/tenant-claims.ts'

interface TenantEntry {
  /** Milliseconds since 1970; infinite: when it is woken. */
  dueAt: number
  owner: string | undefined
  ownedUntil: number
  /** Woken while it was owned. */
  isWoken: boolean
}

export interface MemoryClaims {
  /** The claims of one process, or of what stands for one. Call `wake` whenever a record of a tenant was appended. */
  of(process: string): TenantClaims
}

export function memoryClaims({ clock }: { readonly clock: Clock }): MemoryClaims {
  const entries = new Map<string, TenantEntry>()
  const listeners = new Set<(tenants?: readonly string[]) => void>()
  const isFree = ({ owner, ownedUntil }: TenantEntry) => owner === undefined || ownedUntil <= clock.now()

  const of = (process: string): TenantClaims => {
    const owns = (name: string) => {
      const entry = entries.get(name)
      return entry?.owner === process && entry.ownedUntil > clock.now() ? entry : undefined
    }
    return {
      claimMs: CLAIM_MS,
      async claim(limit) {
        const now = clock.now()
        const due = [...entries].filter(([, entry]) => entry.dueAt <= now && isFree(entry))
        const chosen = due.sort(([, a], [, b]) => a.dueAt - b.dueAt).slice(0, limit)
        for (const [, entry] of chosen)
          Object.assign(entry, { owner: process, ownedUntil: now + CLAIM_MS, isWoken: false })
        return chosen.map(([name]) => name)
      },
      async renew(tenants) {
        const kept = tenants.filter((name) => owns(name) !== undefined)
        for (const name of kept) Object.assign(entries.get(name) ?? {}, { ownedUntil: clock.now() + CLAIM_MS })
        return new Set(kept)
      },
      // No notice is lost in one process.
      due: async () => new Set(),
      async release(tenants) {
        for (const { tenant, nextAt = Number.POSITIVE_INFINITY } of tenants) {
          const entry = owns(tenant)
          if (entry !== undefined)
            Object.assign(entry, { owner: undefined, dueAt: entry.isWoken ? clock.now() : nextAt })
        }
      },
      async wake(tenant) {
        const entry = entries.get(tenant)
        const now = clock.now()
        if (entry === undefined) entries.set(tenant, { dueAt: now, owner: undefined, ownedUntil: 0, isWoken: false })
        else Object.assign(entry, { dueAt: Math.min(entry.dueAt, now), isWoken: true })
        for (const listener of listeners) listener([tenant])
      },
      async nextDue() {
        const free = [...entries.values()].filter(isFree).map(({ dueAt }) => dueAt)
        const next = Math.min(...free)
        return Number.isFinite(next) ? next : undefined
      },
      watch(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
  }
  return { of }
}
