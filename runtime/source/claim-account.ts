/** Claims a store for one account: the first process to write wins, and every other one reads what it wrote. */

import { asId } from '../lib/json.ts'
import type { Store } from '../ports/store.ts'

/** The names of the pinned source account. */
export interface AccountNames {
  /** Undefined until it is pinned. */
  readonly id: string | undefined
  /** In webhooks, where it differs and is known. */
  readonly inWebhooks: string | undefined
}

/** Resolves to the pinned account, which is `id` unless the store was pinned to another one before. */
export async function claimAccount(
  store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>,
  checkpoint: string,
  id: string,
): Promise<string> {
  const pinned = asId(await store.readCheckpoint(checkpoint))
  if (pinned !== undefined) return pinned
  await store.compareAndSwapCheckpoint(checkpoint, undefined, id)
  return asId(await store.readCheckpoint(checkpoint)) ?? id
}
