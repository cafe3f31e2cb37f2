/** Waits for the next record of a topic, whichever process receives it. */

import type { Clock } from '../../../ports/effects.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'

/** How often the store is read. Milliseconds. */
const POLL_EVERY = 500
/** Records in one look. */
const PAGE = 200

export interface WaitOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Milliseconds. */
  readonly timeout: number
}

/** The next stored record of the topic. Undefined: none came in time, or the signal aborted. */
export async function waitForTopic(
  store: Store,
  topic: string,
  options: WaitOptions,
): Promise<LedgerEntry | undefined> {
  const { clock, signal, timeout } = options
  const end = clock.now() + timeout
  const known = new Set((await listRecords(store, topic)).map(({ id }) => id))
  while (!signal.aborted && clock.now() < end) {
    await clock.sleep(Math.min(POLL_EVERY, end - clock.now()), signal)
    const fresh = (await listRecords(store, topic)).find(({ id }) => !known.has(id))
    if (fresh !== undefined) return fresh
  }
  return undefined
}

/** The newest stored record of the topic that still has its body. */
export async function findNewest(store: Store, topic: string): Promise<LedgerEntry | undefined> {
  return [...(await listRecords(store, topic))].sort((a, b) => b.receivedAt - a.receivedAt)[0]
}

/** Those that have not ended, and those that ended last. */
async function listRecords(store: Store, topic: string): Promise<readonly LedgerEntry[]> {
  const unsettled = (await store.listUnsettled({ limit: PAGE })).filter((entry) => entry.topic === topic)
  const ended = (await store.events({ limit: PAGE })).filter((event) => event.topic === topic)
  const ids = new Set(ended.map(({ record }) => record))
  const traced = await Promise.all([...ids].map((id) => store.trace(id)))
  const found = traced.flatMap((entries) => entries.filter(({ id }) => ids.has(id)))
  return [...new Map([...unsettled, ...found].map((entry) => [entry.id, entry])).values()].filter(
    ({ body }) => body !== undefined,
  )
}
