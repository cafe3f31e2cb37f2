/** Alerts: messages to people about changes of the connector's state. */
import type { HealthState, Problem } from '../health/types.ts'

export interface Alert {
  /** The same for all tries and channels, so that a receiver can drop repeats. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly kind: 'problem' | 'recovery' | 'test'
  /** The connector's name, and the address of its console where that is known. */
  readonly connector: string
  readonly console?: string
  /** Absent in a test, which says nothing about the state. */
  readonly state?: HealthState
  /** Present ones, worst first. */
  readonly problems: readonly Problem[]
  /** Codes of problems that ended since the last alert. */
  readonly ended: readonly string[]
}

export interface AlertChannel {
  /** For people, without secrets: `Slack at hooks.slack.com`. Unique. */
  readonly name: string
  /** Throws a `Fault` if the alert was not accepted. */
  send(alert: Alert, signal: AbortSignal): Promise<void>
}

/** Where alerts go, and from when on. */
export interface AlertSettings {
  /** Webhook addresses. They may hold a token, so they are secrets. */
  readonly urls?: readonly string[]
  /** Signs plain webhooks, as Standard Webhooks do. */
  readonly secret?: string
  readonly emails?: readonly string[]
  /** `smtp://user:password@host:587`. */
  readonly smtpUrl?: string
  readonly from?: string
  /** Records with failed events from which on they are a problem for an alert. Default: 1. */
  readonly failedRecords?: number
}
