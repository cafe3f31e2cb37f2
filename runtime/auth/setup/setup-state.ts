/** The progress of setup, stored as one checkpoint. Holds no secrets. */

import { DESTINATION_ACCOUNT_CHECKPOINT, SETUP_CHECKPOINT, WORKSPACE_CHECKPOINT } from '../../lib/checkpoint-names.ts'
import type { Store } from '../../ports/store.ts'
import type { Json } from '../../ports/types.ts'
import type { SideName } from '../side.ts'

/** The account on one side. */
export interface AccountInfo {
  readonly id: string
  readonly name?: string
  readonly region?: string
  readonly timezone?: string
}

/** Times are in milliseconds since 1970. */
export interface SetupState {
  /** When a person consented to the data that is shared. */
  readonly consentedAt?: number
  /** The optional permissions chosen then. */
  readonly optionalPermissions?: readonly string[]
  readonly accounts?: Readonly<Partial<Record<SideName, AccountInfo>>>
  /** Where the source and browsers reach this connector. */
  readonly publicUrl?: string
  /** When a person confirmed setup: delivery may run. */
  readonly finishedAt?: number
  /** When both sides were disconnected. */
  readonly disconnectedAt?: number
}

/** In their order. */
export const SETUP_STEPS = ['review', 'source', 'destination', 'confirm', 'done'] as const
export type SetupStep = (typeof SETUP_STEPS)[number]

/** The checkpoint that pins the account on a side. */
export const accountCheckpoint = ({ side }: { readonly side: SideName }): string =>
  side === 'source' ? WORKSPACE_CHECKPOINT : DESTINATION_ACCOUNT_CHECKPOINT

export async function loadSetupState(store: Pick<Store, 'readCheckpoint'>): Promise<SetupState> {
  return ((await store.readCheckpoint(SETUP_CHECKPOINT)) ?? {}) as SetupState
}

/** Saves the state together with other checkpoints, in one transaction. */
export async function saveSetupState(
  store: Pick<Store, 'writeCheckpoints'>,
  state: SetupState,
  others: Parameters<Store['writeCheckpoints']>[0] = [],
): Promise<void> {
  const value = JSON.parse(JSON.stringify(state)) as Json
  await store.writeCheckpoints([{ name: SETUP_CHECKPOINT, value }, ...others])
}

/** The step that is due. Credentials for both sides in the environment count as consent. */
export function currentStep(
  state: SetupState,
  connected: Readonly<Record<SideName, boolean>>,
  allConfigured: boolean,
): SetupStep {
  if (allConfigured && state.disconnectedAt === undefined) return 'done'
  if (state.consentedAt === undefined) return 'review'
  if (!connected.source) return 'source'
  if (!connected.destination) return 'destination'
  return state.finishedAt === undefined ? 'confirm' : 'done'
}
