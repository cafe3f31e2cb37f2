/** The moment live delivery began: reconciliation begins there. */
import { liveSinceCheckpoint } from '../lib/checkpoint-names.ts'
import type { Store } from '../ports/store.ts'
import { POLL, readFirstLiveAt } from '../source/live-since.ts'
import type { Spec } from '../spec/spec.ts'

/** The first pass begins live delivery of every metric whose webhooks have not. Returns when the first of all began. */
export async function startLiveDelivery(
  store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>,
  spec: Pick<Spec, 'resources'>,
  now: number,
): Promise<number> {
  const name = liveSinceCheckpoint(POLL)
  if ((await store.readCheckpoint(name)) === undefined) await store.writeCheckpoints([{ name, value: now }])
  return (await readFirstLiveAt(spec, store)) ?? now
}
