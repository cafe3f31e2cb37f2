/** What the store answers without writing. */
import type { ActivityWindow, DeadPage, EventsPage } from '../../ports/ledger.ts'
import type { Backlog, CacheEntry } from '../../ports/ports.ts'
import type { Json, Lane } from '../../ports/types.ts'
import * as looking from './activity.ts'
import type { Connection } from './connection.ts'
import * as letters from './dead-letters.ts'
import * as kept from './key-values.ts'
import * as ledger from './ledger.ts'

export class SqliteReads {
  protected readonly db: Connection

  constructor(db: Connection) {
    this.db = db
  }

  async delivered(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return kept.delivered(this.db, keys)
  }

  async backlog(lane: Lane): Promise<Backlog> {
    return ledger.backlog(this.db, lane)
  }

  async checkpoint(name: string): Promise<Json | undefined> {
    return kept.checkpoint(this.db, name)
  }

  async cached(namespace: string, keys: readonly string[]): Promise<readonly CacheEntry[]> {
    return kept.cached(this.db, namespace, keys)
  }

  async tallies(scope?: string) {
    return ledger.tallies(this.db, scope)
  }

  async trace(ref: string) {
    return ledger.trace(this.db, ref)
  }

  async activity(window: ActivityWindow) {
    return looking.activity(this.db, window)
  }

  async events(page: EventsPage) {
    return looking.events(this.db, page)
  }

  async dead(page: DeadPage) {
    return ledger.dead(this.db, page)
  }

  async deadGroups() {
    return letters.deadGroups(this.db)
  }

  async deadCount(): Promise<number> {
    return letters.deadCount(this.db)
  }
}
