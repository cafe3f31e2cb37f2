/** Reads records of a store to map by both specs: dead letters and records that have not ended first, then the newest of each metric. */
import type { LedgerEntry } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import type { Sample } from './types.ts'

/** Records without a body are left out: retention has dropped it. */
export async function readSamples(
  store: Pick<Store, 'listDeadLetters' | 'listUnsettled' | 'events' | 'readRecord'>,
  metrics: readonly string[],
  limit: number,
): Promise<readonly Sample[]> {
  const samples = new Map<string, Sample>()
  const add = ({ id, topic, stream, body, status }: LedgerEntry) => {
    const origin = topic !== undefined ? { topic } : stream !== undefined ? { stream } : undefined
    if (origin !== undefined && body !== undefined) samples.set(id, { ...origin, body, isDead: status === 'dead' })
  }
  for (const entry of await store.listDeadLetters({ limit })) add(entry)
  const unsettled = await store.listUnsettled({ limit: Math.max(0, limit - samples.size) })
  for (const entry of unsettled) add(entry)
  const left = Math.max(0, limit - samples.size)
  for (const [record, seq] of await listNewest(store, metrics, left)) {
    if (samples.size >= limit) break
    if (samples.has(record)) continue
    const entry = await store.readRecord(seq)
    if (entry !== undefined) add(entry)
  }
  return [...samples.values()]
}

/** Their ids and numbers: the newest of each metric in turn, so that a rare metric has its share. */
async function listNewest(store: Pick<Store, 'events'>, metrics: readonly string[], limit: number) {
  const queries = metrics.flatMap((metric) => [
    { metric, status: 'delivered' as const, limit },
    { metric, status: 'skipped' as const, limit },
  ])
  const lists = await Promise.all(queries.map((query) => store.events(query)))
  const inTurn = Array.from({ length: limit }, (_, at) => lists.flatMap((list) => list[at] ?? []))
  return new Map(inTurn.flat().map(({ record, seq }) => [record, seq]))
}
