/** The moment live delivery began: reconciliation begins there, and history ends there. */
import { liveSinceCheckpoint } from '../lib/checkpoint-names.ts'
import type { Store } from '../ports/store.ts'
import { readLiveSince } from '../source/live-since.ts'

/** Without any webhook so far, the first pass is that moment. */
export async function startLiveDelivery(
  store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>,
  now: number,
): Promise<number> {
  const saved = await readLiveSince(store)
  if (saved !== undefined) return saved
  await store.writeCheckpoints([{ name: liveSinceCheckpoint(), value: now }])
  return now
}
