/** Reads records of a store to map by both specs: dead letters, records that have not ended, and the newest of each metric. */
import type { LedgerEntry } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import type { Sample } from './types.ts'

/** Records that are read for each sample at most: of an import, most have no body. */
const READ_FACTOR = 8

/**
 * Dead letters first, then records that have not ended, then the newest. The first two are more than half only where
 * others are too few: what a change breaks shows in the newest. Records without a body are left out.
 */
export async function readSamples(
  store: Pick<Store, 'listDeadLetters' | 'listUnsettled' | 'events' | 'readRecord'>,
  metrics: readonly string[],
  limit: number,
): Promise<readonly Sample[]> {
  const [dead, unsettled] = await Promise.all([store.listDeadLetters({ limit }), store.listUnsettled({ limit })])
  const waiting = [...dead, ...unsettled].flatMap(toSample)
  const known = new Set(waiting.map(({ id }) => id))
  const newest: IdentifiedSample[] = []
  const wanted = limit - Math.min(waiting.length, Math.ceil(limit / 2))
  for (const [record, seq] of (await listNewest(store, metrics, wanted)).slice(0, wanted * READ_FACTOR)) {
    if (newest.length >= wanted) break
    const entry = known.has(record) ? undefined : await store.readRecord(seq)
    if (entry !== undefined) newest.push(...toSample(entry))
  }
  const samples = [...waiting.slice(0, limit - newest.length), ...newest]
  return samples.map(({ id: _, ...sample }) => sample)
}

type IdentifiedSample = Sample & { readonly id: string }

/** Empty: retention has dropped its body. */
function toSample({ id, topic, stream, body, status }: LedgerEntry): readonly IdentifiedSample[] {
  const origin = topic !== undefined ? { topic } : stream !== undefined ? { stream } : undefined
  return origin === undefined || body === undefined ? [] : [{ id, ...origin, body, isDead: status === 'dead' }]
}

/** Their ids and numbers: the newest of each metric in turn, so that a rare metric has its share. */
async function listNewest(store: Pick<Store, 'events'>, metrics: readonly string[], limit: number) {
  const queries = metrics.flatMap((metric) => [
    { metric, status: 'delivered' as const, limit },
    { metric, status: 'skipped' as const, limit },
  ])
  const lists = await Promise.all(queries.map((query) => store.events(query)))
  const inTurn = Array.from({ length: limit }, (_, at) => lists.flatMap((list) => list[at] ?? []))
  return [...new Map(inTurn.flat().map(({ record, seq }) => [record, seq]))]
}
