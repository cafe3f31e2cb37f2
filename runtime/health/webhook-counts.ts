/** How many webhooks of each topic came, kept over restarts and added up over all processes of a store. */
import { WEBHOOK_COUNTS_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { Store } from '../ports/store.ts'
import type { WebhookStats } from '../source/webhook-stats.ts'

export interface WebhookCounts {
  /** When the counting began, milliseconds since 1970. */
  readonly since: number
  /** By topic, unknown ones too. */
  readonly topics: Readonly<Record<string, number>>
}

type CountStore = Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>

/** Per store, the webhooks of this process that it counts already. The store has the sum of all processes. */
const countedHere = new WeakMap<object, Map<string, number>>()

/** Adds the webhooks that this process has verified since the last call. Undefined before the first webhook. */
export async function addWebhookCounts(
  store: CountStore,
  { counts = {} }: Pick<WebhookStats, 'counts'>,
  now: number,
): Promise<WebhookCounts | undefined> {
  const from = await store.readCheckpoint(WEBHOOK_COUNTS_CHECKPOINT)
  const saved: WebhookCounts | undefined = typeof from === 'string' ? JSON.parse(from) : undefined
  // From here to the write without a pause: pages count at the same time.
  const counted = countedHere.get(store) ?? new Map<string, number>()
  countedHere.set(store, counted)
  const added = Object.entries(counts).flatMap(([topic, count]) => {
    const known = counted.get(topic) ?? 0
    counted.set(topic, count)
    return count === known ? [] : [[topic, count - known] as const]
  })
  if (added.length === 0) return saved
  const topics = { ...saved?.topics }
  for (const [topic, more] of added) topics[topic] = (topics[topic] ?? 0) + more
  const next: WebhookCounts = { since: saved?.since ?? now, topics }
  const expected = typeof from === 'string' ? from : undefined
  if (await store.compareAndSwapCheckpoint(WEBHOOK_COUNTS_CHECKPOINT, expected, JSON.stringify(next))) return next
  // Another process wrote meanwhile: these are added by the next call.
  for (const [topic, more] of added) counted.set(topic, (counted.get(topic) ?? 0) - more)
  return next
}
