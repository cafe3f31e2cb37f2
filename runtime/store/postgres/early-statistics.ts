/** Statistics of tables that fill faster than autovacuum looks at them, once a minute. */
import type { ConnectionPool } from './connections.ts'

/**
 * Rows of this process after which the tables are analysed. A plan that was made for a few rows may read all rows of a
 * tenant for each record; statistics replace such plans on all connections.
 */
const STEPS = [300, 3_000, 30_000]

const KNOWN = `SELECT sum(greatest(reltuples, 0)) AS rows FROM pg_class
  WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'records'::regclass)`
const ANALYZE = 'ANALYZE (SKIP_LOCKED) records, lookup_ids, delivered_keys, events, contacts'

export class EarlyStatistics {
  readonly #pool: Pick<ConnectionPool, 'get' | 'exec'>
  #rows = 0
  #done = 0

  constructor(pool: Pick<ConnectionPool, 'get' | 'exec'>) {
    this.#pool = pool
  }

  /** Counts rows of statements. They are more than the records, which suffices here. */
  add(rows: number): void {
    this.#rows += rows
    if (this.#rows < (STEPS[this.#done] ?? Number.POSITIVE_INFINITY)) return
    this.#done += 1
    // Without them the plans stay until autovacuum comes.
    void this.#analyze().catch(() => undefined)
  }

  async #analyze(): Promise<void> {
    const found = (await this.#pool.get(KNOWN, [])) as { readonly rows: number | null }
    if ((found.rows ?? 0) < this.#rows / 4) await this.#pool.exec(ANALYZE)
  }
}
