/** Logs a webhook that is refused or left out. */
import type { LogFields, Logger } from '../ports/effects.ts'
import type { ReceiveObserver } from './observe-receive.ts'
import type { WebhookStatsRecorder } from './webhook-stats.ts'

export interface RejectionParts {
  readonly logger: Logger
  readonly stats: WebhookStatsRecorder
  readonly observed: ReceiveObserver | undefined
}

/** Strangers can send at any rate: each reason is logged once a minute, with the number of times. */
export function logRejected(reason: string, { logger, stats, observed }: RejectionParts, fields: LogFields): void {
  observed?.note({ outcome: 'rejected', reason })
  const times = stats.recordRejected(reason)
  if (times > 0) logger.warn(`webhook rejected: ${reason}`, { ...fields, ...(times > 1 && { times }) })
}
