/** How far reconciliation has read each stream, and its last pass: saved with every page. */
import { RECONCILE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { Checkpoint, Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import type { ReconcilePass } from './types.ts'

/** Mutable; the checkpoint and what is read from it are copies. */
export interface ReconcileState {
  /** By stream: all changes before this have been read. Milliseconds since 1970. */
  readonly readUntil: Record<string, number>
  /** The last pass that ended, without those over a window of their own. */
  last?: ReconcilePass
}

export async function readReconcileState(store: Pick<Store, 'readCheckpoint'>): Promise<ReconcileState> {
  const saved = await store.readCheckpoint(RECONCILE_CHECKPOINT)
  const { readUntil, ...rest } = (saved as unknown as ReconcileState | undefined) ?? { readUntil: {} }
  return { ...rest, readUntil: { ...readUntil } }
}

export function toCheckpoint(state: ReconcileState): Checkpoint {
  return { name: RECONCILE_CHECKPOINT, value: JSON.parse(JSON.stringify(state)) as Json }
}
