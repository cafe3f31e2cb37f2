/** How far set-up has come: the steps, and what is kept of it in the store. No secrets. */

import { WORKSPACE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import type { SideName } from './side.ts'

/** Whose account a side is. */
export interface AccountInfo {
  readonly id: string
  readonly name?: string
  readonly region?: string
  readonly timezone?: string
}

export interface SetupState {
  /** When somebody said yes to what is shared, milliseconds since 1970. */
  readonly allowed?: number
  /** Permissions that were given besides. */
  readonly extras?: readonly string[]
  readonly parties?: Readonly<Partial<Record<SideName, AccountInfo>>>
  /** When delivery was allowed to begin. */
  readonly finished?: number
  /** When both sides were let go. */
  readonly removed?: number
}

/** In the order a person meets them. */
export const STEPS = ['review', 'source', 'destination', 'confirm', 'done'] as const
export type Step = (typeof STEPS)[number]

/** The checkpoint that says whose records or deliveries the store holds. */
export const accountOf = ({ side }: { readonly side: SideName }): string =>
  side === 'source' ? WORKSPACE_CHECKPOINT : DESTINATION_ACCOUNT

const NAME = 'account.progress'
/** Whose account the destination of this store is: what was delivered there cannot be delivered elsewhere. */
export const DESTINATION_ACCOUNT = 'account.destination.id'

export async function loadProgress(store: Pick<Store, 'readCheckpoint'>): Promise<SetupState> {
  return ((await store.readCheckpoint(NAME)) ?? {}) as SetupState
}

export async function saveProgress(
  store: Pick<Store, 'writeCheckpoints'>,
  progress: SetupState,
  more: Parameters<Store['writeCheckpoints']>[0] = [],
): Promise<void> {
  const value = JSON.parse(JSON.stringify(progress)) as Json
  await store.writeCheckpoints([{ name: NAME, value }, ...more])
}

/** What a person has to do next. Both sides given by the environment are a yes in themselves. */
export function currentStep(
  progress: SetupState,
  connected: Readonly<Record<SideName, boolean>>,
  given: boolean,
): Step {
  if (given && progress.removed === undefined) return 'done'
  if (progress.allowed === undefined) return 'review'
  if (!connected.source) return 'source'
  if (!connected.destination) return 'destination'
  return progress.finished === undefined ? 'confirm' : 'done'
}
