/** What the store answers without writing. */
import type { ActivityWindow, DeadLetterQuery, EventQuery } from '../../ports/ledger.ts'
import type { Backlog, CacheEntry } from '../../ports/store.ts'
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

  async filterDelivered(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return kept.filterDelivered(this.db, keys)
  }

  async backlog(lane: Lane): Promise<Backlog> {
    return ledger.backlog(this.db, lane)
  }

  async readCheckpoint(name: string): Promise<Json | undefined> {
    return kept.checkpoint(this.db, name)
  }

  async readCache(namespace: string, keys: readonly string[]): Promise<readonly CacheEntry[]> {
    return kept.readCache(this.db, namespace, keys)
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

  async events(page: EventQuery) {
    return looking.events(this.db, page)
  }

  async listDeadLetters(page: DeadLetterQuery) {
    return ledger.listDeadLetters(this.db, page)
  }

  async groupDeadLetters() {
    return letters.groupDeadLetters(this.db)
  }

  async countDeadLetters(): Promise<number> {
    return letters.countDeadLetters(this.db)
  }
}
