/** The claim of one process on one tenant, whether it is due or not: for a process that works for this tenant alone. */
import { processName } from '../../lib/process-identity.ts'
import type { ProcessIdentity } from '../../ports/effects.ts'
import type { StoreClaim } from '../../ports/store-claim.ts'
import { CLAIM_MS } from '../../ports/tenant-claims.ts'
import { releaseClaims } from './claims.ts'
import { processOf } from './owner.ts'
import { type QueuePosition, releaseLeasesOf } from './queue.ts'
import { statement } from './statement.ts'
import { get, run, type Steps } from './steps.ts'

/** Runs steps, given the number of the tenant. */
type RunSteps = <T>(steps: (tenant: number) => Steps<T>) => Promise<T>

export interface StoreClaimParts {
  readonly tenant: string
  /** The id of this process's owner of leases. */
  readonly owner: string
  readonly self: ProcessIdentity
  readonly now: () => number
  readonly read: RunSteps
  /** In a transaction that has locked the tenant. */
  readonly write: RunSteps
  readonly onRelease: (released: readonly QueuePosition[]) => void
}

interface ClaimRow {
  readonly owner: string | null
  readonly owned_until: number
}

const READ = statement('SELECT owner, owned_until FROM tenants WHERE number = ?1')
const LOCK_ROW = statement(
  (_, dialect) =>
    `SELECT owner, owned_until FROM tenants WHERE number = ?1 ${dialect === 'sqlite' ? '' : 'FOR UPDATE'}`,
)
const OWN = statement(`
  UPDATE tenants SET owner = ?2, owned_until = ?3, owned_since = CASE WHEN owner = ?2 THEN owned_since ELSE ?4 END
  WHERE number = ?1`)

export class SqlStoreClaim implements StoreClaim {
  readonly claimMs = CLAIM_MS
  readonly #parts: StoreClaimParts

  constructor(parts: StoreClaimParts) {
    this.#parts = parts
  }

  async take(): Promise<string | undefined> {
    const { read, write, self, onRelease } = this.#parts
    // Without a transaction while another process owns it.
    const seen = this.#other(await read((tenant) => get<ClaimRow>(READ, tenant)))
    const { other = seen, released = [] } = seen === undefined ? await write((tenant) => this.#take(tenant)) : {}
    onRelease(released)
    return other && processName(processOf(other), self.id)
  }

  async release(): Promise<void> {
    const { tenant, owner, write } = this.#parts
    await write(() => releaseClaims(owner, [{ tenant }]))
  }

  *#take(tenant: number): Steps<{ readonly other?: string; readonly released?: readonly QueuePosition[] }> {
    const { owner, now } = this.#parts
    const row = yield* get<ClaimRow>(LOCK_ROW, tenant)
    const other = this.#other(row)
    if (other !== undefined) return { other }
    yield* run(OWN, tenant, owner, now() + this.claimMs, now())
    const former = row?.owner ?? owner
    // Leases of others than the former owner are those of an import that a command runs.
    return former === owner ? {} : { released: yield* releaseLeasesOf(tenant, former) }
  }

  /** The other process that owns it now. */
  #other(row: ClaimRow | undefined): string | undefined {
    const { owner, self, now } = this.#parts
    if (row === undefined || row.owner === null || row.owner === owner) return undefined
    const left = row.owned_until - now()
    // More than a claim holds: the clock was set back since.
    const isOver = left <= 0 || left > this.claimMs || self.hasExited(processOf(row.owner))
    return isOver ? undefined : row.owner
  }
}
