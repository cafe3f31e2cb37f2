/** The names of the checkpoints, so that no two uses of a store share one by accident. */

/** The source account that the store is pinned to. */
export const WORKSPACE_CHECKPOINT = 'workspace'

/** The newest backfill: its window, and its position in each stream. */
export const BACKFILL_CHECKPOINT = 'backfill'

/** The process that runs a backfill. */
export const BACKFILL_LEASE_CHECKPOINT = 'backfill-lease'

/**
 * When live delivery began, milliseconds since 1970: history ends there. Written with the first stored webhook, by
 * workspace until the store is pinned to one.
 */
export const liveSinceCheckpoint = (workspace = ''): string =>
  workspace === '' ? 'live-since' : `live-since:${workspace}`

/** What a recipe made at the destination, and who is making it now. */
export const recipeCheckpoint = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `recipe ${kind} ${name}`
