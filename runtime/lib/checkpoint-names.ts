/** The names of the checkpoints, so that no two uses of a store share one by accident. */

/** The source account that the store is pinned to. */
export const WORKSPACE_CHECKPOINT = 'workspace'

/** The newest backfill: its window, and its position in each stream. */
export const BACKFILL_CHECKPOINT = 'backfill'

/** The lock of the process that runs a backfill. */
export const BACKFILL_LOCK_CHECKPOINT = 'backfill-lock'

/**
 * When live delivery began, milliseconds since 1970: history ends there. Written with the first stored webhook, by
 * workspace until the store is pinned to one.
 */
export const liveSinceCheckpoint = (workspace = ''): string =>
  workspace === '' ? 'live-since' : `live-since:${workspace}`

interface RecipeName {
  readonly kind: string
  readonly name: string
}

/** The id of the segment or flow that a recipe created. */
export const recipeCheckpoint = ({ kind, name }: RecipeName): string => `recipe ${kind} ${name}`

/** The lock of the process that is creating it. */
export const recipeLockCheckpoint = ({ kind, name }: RecipeName): string => `recipe-lock ${kind} ${name}`

/** The lock of the process that is refreshing the credentials of a side. */
export const credentialsLockCheckpoint = (side: string): string => `credentials-lock:${side}`
