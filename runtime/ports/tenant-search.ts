/** The tenants of a database as a page lists them: who works for each, its state, what waits. */

/** Those that need attention first. `unknown`: no process has worked for it since states are kept. */
export const TENANT_STATES = ['stopped', 'degraded', 'unknown', 'healthy'] as const
export type TenantState = (typeof TENANT_STATES)[number]

/** Times are milliseconds since 1970. */
export interface TenantSummary {
  readonly tenant: string
  readonly state: TenantState
  /** When the state began. */
  readonly stateSince?: number
  /** Codes of its problems, the worst first. */
  readonly problems: readonly string[]
  /** The process that works for it, for people: `12 on web-1`. Absent: none does. */
  readonly owner?: string
  readonly ownedSince?: number
  /** When a process has to work for it next. Absent: with its next record. */
  readonly nextAt?: number
  /** Records that are not settled, and when the oldest of them was received. */
  readonly waiting: number
  readonly oldestWaiting?: number
  /** When the newest event happened that was delivered. */
  readonly lastEventAt?: number
}

export interface TenantQuery {
  /** Part of the name. */
  readonly search?: string | undefined
  readonly state?: TenantState | undefined
  readonly offset: number
  readonly limit: number
}

export interface FoundTenants {
  /** By state, then by name. */
  readonly tenants: readonly TenantSummary[]
  /** How many tenants have the part of the name, by state. */
  readonly counts: Readonly<Record<TenantState, number>>
}

export interface TenantSearch {
  /** A few statements, however many tenants there are. */
  findTenants(query: TenantQuery): Promise<FoundTenants>
}
