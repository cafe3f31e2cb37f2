/** The names of the checkpoints, so that no two uses of a store share one by accident. */

/** The source account that the store is pinned to. */
export const WORKSPACE_CHECKPOINT = 'workspace'

/** The name that webhooks have for that account, where it differs. */
export const WORKSPACE_IN_WEBHOOKS_CHECKPOINT = 'workspace-in-webhooks'

/** The destination account that the store is pinned to: events of one must not be delivered to another. */
export const DESTINATION_ACCOUNT_CHECKPOINT = 'destination-account'

/** The key of the hashes of e-mail addresses and phone numbers. */
export const PERSON_KEY_CHECKPOINT = 'person-key'

/** How far a person has come with set-up. */
export const SETUP_CHECKPOINT = 'setup'

/** Whose key the environment or the host passed in, by side. */
export const environmentKeyCheckpoint = (side: string): string => `environment-key:${side}`

/** The newest backfill: its window, and its position in each stream. */
export const BACKFILL_CHECKPOINT = 'backfill'

/** The backfills before the newest. */
export const EARLIER_RUNS_CHECKPOINT = 'backfill-runs'

/** The lock of the process that runs a backfill. */
export const BACKFILL_LOCK_CHECKPOINT = 'backfill-lock'

/** An import that the process that owns the tenant has to run. */
export const IMPORT_REQUEST_CHECKPOINT = 'import-request'

/** How far reconciliation has read, and its last pass. */
export const RECONCILE_CHECKPOINT = 'reconcile'

/** The lock of the process that reconciles. */
export const RECONCILE_LOCK_CHECKPOINT = 'reconcile-lock'

/**
 * When live delivery of a topic began, milliseconds since 1970. Written with its first stored webhook, by workspace until
 * the store is pinned to one.
 */
export const liveSinceCheckpoint = (topic: string, workspace = ''): string =>
  workspace === '' ? `live-since ${topic}` : `live-since ${topic} ${workspace}`

/** How often each property of a metric was present in its newest events. */
export const coverageCheckpoint = (metric: string): string => `property-coverage ${metric}`

/** The ids that the destination account has for our metrics. */
export const METRIC_IDS_CHECKPOINT = 'metric-ids'

/** When a metric was added or turned on after the store's first spec, milliseconds since 1970. */
export const metricSinceCheckpoint = (metric: string): string => `metric-since ${metric}`

interface RecipeName {
  readonly kind: string
  readonly name: string
}

/** The id of the segment or flow that a recipe created. */
export const recipeCheckpoint = ({ kind, name }: RecipeName): string => `recipe ${kind} ${name}`

/** The lock of the process that is creating it. */
export const recipeLockCheckpoint = ({ kind, name }: RecipeName): string => `recipe-lock ${kind} ${name}`

/** The encrypted credentials of a side. */
export const credentialsCheckpoint = (side: string): string => `credentials:${side}`

/** The encrypted OAuth client of a side, entered in the console. */
export const oauthClientCheckpoint = (side: string): string => `oauth-client:${side}`

/** Encrypted secrets that verify webhooks, entered apart from the credentials. */
export const signingSecretsCheckpoint = (side: string): string => `signing-secrets:${side}`

/** The lock of the process that is refreshing the credentials of a side. */
export const credentialsLockCheckpoint = (side: string): string => `credentials-lock:${side}`

/** When the operator confirmed that profiles of deleted contacts are deleted. */
export const DELETIONS_CONFIRMED_CHECKPOINT = 'deletions-confirmed'

/** When a contact was found to be deleted at the source: nothing of it is sent from then on. */
export const deletedContactCheckpoint = (contact: string): string => `deleted-contact ${contact}`

/** Set while an import requested in the console is unfinished, so that a restart resumes it. */
export const IMPORT_REQUESTED_CHECKPOINT = 'import-requested'

/** Distinguishes the console of this store from those of others. */
export const CONSOLE_ID_CHECKPOINT = 'console-id'

/** Console sessions that were signed out before they expired. */
export const REVOKED_SESSIONS_CHECKPOINT = 'console-revoked-sessions'

/** The people who may sign in to the console. */
export const CONSOLE_USERS_CHECKPOINT = 'console-users'

/** The spec that delivers, and the processes that do. */
export const RUNNING_SPEC_CHECKPOINT = 'running-spec'

/** The specs that ran, with their files. */
export const SPEC_HISTORY_CHECKPOINT = 'spec-history'

/** When the store last stored a due time, by the clock of then. */
export const CLOCK_CHECKPOINT = 'clock'

/** The health of the connector when it last changed: since when, and the problems of then. */
export const HEALTH_CHECKPOINT = 'health'

/** The number of the newest page of the timeline. */
export const TIMELINE_CHECKPOINT = 'timeline'

/** A page of the timeline. */
export const timelinePageCheckpoint = (page: number): string => `timeline ${page}`

/** When webhooks came: of each topic the last, and how long it usually is between two. */
export const WEBHOOK_ACTIVITY_CHECKPOINT = 'webhook-activity'

/** How many webhooks came, by topic. */
export const WEBHOOK_COUNTS_CHECKPOINT = 'webhook-counts'

/** The state that people were alerted of last, and the alert that some channels have not accepted yet. */
export const ALERTS_CHECKPOINT = 'alerts'

/** Where alerts go, sealed: addresses of webhooks are secrets. */
export const ALERT_SETTINGS_CHECKPOINT = 'alert-settings'

/** Written by `/readyz`, which tests whether the store takes writes. */
export const READINESS_CHECKPOINT = 'readiness'
