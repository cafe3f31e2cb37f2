/** The health of a connector: one state for the whole, and each problem with its effect and the action that ends it. */

import type { CredentialEnd } from '../auth/credential-end.ts'
import type { SetupStep } from '../auth/setup/setup-state.ts'
import type { SideName } from '../auth/side.ts'
import type { BackfillState } from '../backfill/state.ts'
import type { ConnectionStats } from '../http/connection-stats.ts'
import type { Backlog } from '../ports/store.ts'
import type { Sunset } from '../ports/sunset.ts'
import type { FaultInfo } from '../ports/types.ts'
import type { ReconcilePass } from '../reconcile/types.ts'
import type { WebhookStats } from '../source/webhook-stats.ts'
import type { WebhookActivity } from './webhook-activity.ts'

/** `degraded`: events are delivered, but some are late, lost or need a person. `stopped`: none is delivered. */
export const HEALTH_STATES = ['healthy', 'degraded', 'stopped'] as const
export type HealthState = (typeof HEALTH_STATES)[number]

/** What becomes of events while a problem lasts. The worst that applies. */
export type Effect = 'lost' | 'late' | 'kept' | 'none'

export interface HealthAction {
  readonly text: string
  /** The console's page for it. Absent: the action is taken elsewhere. */
  readonly path?: string
}

export interface Problem {
  /** Stable, for alerts: `webhooks-refused`. */
  readonly code: ProblemCode
  readonly state: Exclude<HealthState, 'healthy'>
  /** What is wrong, one sentence without its full stop. May quote an account's name, never a person's data. */
  readonly title: string
  readonly effect: Effect
  /** What is lost, late or kept meanwhile, one sentence without its full stop. */
  readonly consequence: string
  /** The side that causes it, where its code does not tell. */
  readonly side?: 'source' | 'destination' | 'neither'
  /** How many records it concerns, where that has a threshold. */
  readonly count?: number
  /** More, in lines: the diagnostics of a spec. */
  readonly detail?: string
  /** Absent: it ends by itself. */
  readonly action?: HealthAction
  /** Milliseconds since 1970. */
  readonly since: number
}

export interface Health {
  readonly state: HealthState
  /** When the state began, milliseconds since 1970. */
  readonly since: number
  /** Worst first. */
  readonly problems: readonly Problem[]
}

export const PROBLEM_CODES = [
  'store-failed',
  'disconnected',
  'setup-incomplete',
  'credentials-rejected',
  'webhooks-refused',
  'events-refused',
  'destination-unreachable',
  'source-refused',
  'source-unreachable',
  'webhooks-rejected',
  'webhooks-misdirected',
  'webhooks-missed',
  'webhooks-silent',
  'no-public-address',
  'no-webhook-yet',
  'live-too-late-for-flows',
  'live-delayed',
  'paused-by-side',
  'events-failed',
  'import-failed',
  'import-incomplete',
  'reconcile-overdue',
  'reconcile-incomplete',
  'spec-not-running',
  'deletions-unconfirmed',
  'credential-ending',
  'sunset-near',
] as const
export type ProblemCode = (typeof PROBLEM_CODES)[number]

/** A problem as a rule finds it. `since`: when the facts tell; otherwise when it was first seen. */
export type FoundProblem = Omit<Problem, 'since'> & { readonly since?: number | undefined }

export interface SideCredentialEnd extends CredentialEnd {
  readonly side: SideName
}

/** Everything from which the state is worked out, read at one moment. Times are milliseconds since 1970. */
export interface HealthFacts {
  readonly now: number
  /** Names of both sides, as people write them. */
  readonly source: string
  readonly destination: string
  /** Absent: a host holds the credentials. */
  readonly setup?: { readonly step: SetupStep; readonly disconnectedAt?: number }
  /** Why delivery is paused. */
  readonly pausedReason?: string
  /** Whether a webhook can be verified: otherwise each is answered with 503. */
  readonly acceptsWebhooks: boolean
  readonly webhooks: WebhookStats
  /** Why no webhook can be expected at the address of this connector. Absent: it is right, or the host's matter. */
  readonly addressProblem?: 'unknown' | 'local' | 'no-https'
  /** When webhooks came, over restarts. Absent: none since this is kept. */
  readonly activity?: WebhookActivity
  /** When the first webhook was stored. Absent: none ever. */
  readonly firstWebhookAt?: number
  /** When delivery was first able to run: webhooks could arrive since. */
  readonly readySince?: number
  readonly connections: { readonly source: ConnectionStats; readonly destination: ConnectionStats }
  readonly live: Backlog
  /** The fault for which the oldest waiting live record waits, and since when. */
  readonly stuck?: { readonly fault: FaultInfo; readonly since: number }
  /** Dead letters. */
  readonly dead: number
  readonly lastImport?: Pick<BackfillState, 'phase' | 'endedAt'>
  /** Why the import begun in this process has stopped. */
  readonly importError?: string
  readonly importIsRunning: boolean
  readonly reconcile: {
    /** Milliseconds between passes. Absent: it is off. */
    readonly every?: number
    readonly last?: ReconcilePass
    /** When the latest events were delivered that no webhook had reported. The latest first, a few. */
    readonly findsAt: readonly number[]
  }
  /** Metrics whose lost webhooks nothing else brings: the source has no stream of them. */
  readonly unrecoverable: readonly string[]
  /** From this age on a live event starts no flow, milliseconds. */
  readonly liveWindow: number
  /** What a vendor ends, and when: a revision of an API. */
  readonly sunsets: readonly Sunset[]
  /** Credentials that end, unless they are renewed before. */
  readonly credentialEnds: readonly SideCredentialEnd[]
  /** Why the edited spec is not running. */
  readonly specProblem?: string
  readonly deletionsWait: boolean
}

/** Finds one problem, or none. */
export type HealthRule = (facts: HealthFacts) => FoundProblem | undefined
