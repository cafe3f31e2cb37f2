/** Stores the notifications of a verified webhook, those of other accounts and ignored topics aside. */
import type { Clock } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'
import type { Spec } from '../spec/spec.ts'
import { isForeign } from './account-pin.ts'
import type { AccountNames } from './claim-account.ts'
import { buildWebhookRecord, type Notification, openEnvelope } from './envelope.ts'
import { firstLiveCheckpoint } from './live-since.ts'
import { logRejected, type RejectionParts } from './log-rejected.ts'
import type { ReceivedNotification } from './read-notifications.ts'

export interface StoreNotificationParts extends RejectionParts {
  readonly spec: Spec
  readonly store: Pick<Store, 'append' | 'readCheckpoint'>
  readonly clock: Clock
  readonly account: () => Promise<AccountNames>
}

/**
 * Resolves once all are on disk. They are appended one after another: if one fails, it throws, the source sends all of them
 * again, and those that are stored are known by their ids.
 */
export async function storeNotifications(
  received: readonly ReceivedNotification[],
  parts: StoreNotificationParts,
): Promise<void> {
  for (const one of await openNotifications(received, parts)) await storeNotification(one, parts)
}

export interface OpenedNotification extends ReceivedNotification {
  readonly notification: Notification
}

/** Throws if none can be opened. In a batch, the others do not wait for one that never can be. */
export async function openNotifications(
  received: readonly ReceivedNotification[],
  parts: RejectionParts & Pick<StoreNotificationParts, 'spec'>,
): Promise<readonly OpenedNotification[]> {
  const opened: OpenedNotification[] = []
  const faults: unknown[] = []
  for (const one of received) {
    await openEnvelope(one.envelope, parts.spec).then(
      (notification) => void opened.push({ ...one, notification }),
      (error: unknown) => void faults.push(error),
    )
  }
  if (opened.length === 0 && faults.length > 0) throw faults[0]
  const fields = { notifications: faults.length }
  if (faults.length > 0) logRejected('a notification of a batch names no topic, so it was not stored', parts, fields)
  return opened
}

async function storeNotification(
  { text, notification }: OpenedNotification,
  parts: StoreNotificationParts,
): Promise<void> {
  const { spec, store, clock, logger, stats, observed } = parts
  const { topic, workspace } = notification
  observed?.note({ topic })
  const pinned = await parts.account()
  if (isForeign(workspace, pinned)) {
    ignoreForeign(notification, parts)
    return
  }
  stats.recordVerified(topic, pinned.id !== undefined)
  if (spec.webhook.ignoredTopics.has(topic)) {
    observed?.note({ outcome: 'ignored', reason: 'the spec ignores the topic' })
    return
  }
  const built = await buildWebhookRecord(text, notification, spec, clock.now())
  const record = observed === undefined ? built : { ...built, ...observed.startTrace() }
  const { added } = await store.append(
    [record],
    await firstLiveCheckpoint(notification, pinned.id, record.receivedAt, parts),
  )
  observed?.note({ outcome: added ? 'stored' : 'duplicate', record: record.id })
  logger.debug(added ? 'webhook stored' : 'duplicate webhook ignored', { record: record.id, topic })
}

/**
 * An app has one address for all accounts that installed it. Until one is pinned, delivery skips the others. That none is
 * of ours may mean that the source has two names for an account, so then a person is told.
 */
function ignoreForeign({ topic, workspace }: Notification, parts: StoreNotificationParts): void {
  const { stats, logger, observed } = parts
  if (stats.hasOwn) {
    logger.debug('webhook ignored: it belongs to another account', { topic, workspace })
    stats.recordRejected(ANOTHER_ACCOUNT)
  } else logRejected(FOREIGN_ONLY, parts, { topic, workspace })
  observed?.note({ outcome: 'ignored', reason: ANOTHER_ACCOUNT })
}

const ANOTHER_ACCOUNT = 'the webhook belongs to another account, which this store does not serve'
const FOREIGN_ONLY =
  'it belongs to another account than the connected one, and so did every webhook since the start. If the source names one account in two ways, set source.workspace.inWebhooks in connector.yaml, or remove webhook.envelope.workspace'
