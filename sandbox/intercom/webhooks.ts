/** Sends webhooks as Intercom does: signed, five seconds to answer, one retry after a minute, then lost. */
import { createHmac } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Clock, Fetch, Random } from '../../runtime/ports/effects.ts'
import { randomUuid } from './errors.ts'
import { isLost, type TimedRules } from './unreliability.ts'

const DEADLINE = 5_000
const RETRY_AFTER = 60_000
/** After repeated failures, milliseconds. */
const PAUSE = 15 * 60_000
/** A notification delayed by 429 is dropped when older than this, in milliseconds. */
const MAX_AGE = 2 * 3_600_000

export interface WebhookNotification {
  /** Null where Intercom sends none. */
  readonly id: string | null
  readonly topic: string
  /** `delayed`: answered 429, will be resent. `lost` is final. */
  readonly status: 'sending' | 'delivered' | 'retrying' | 'delayed' | 'lost'
  readonly attempts: number
}

export interface WebhookSenderOptions {
  readonly clock: Clock
  readonly random: Random
  readonly fetch: Fetch
  readonly workspace: string
  readonly clientSecret: string
  /** Undefined without a subscription: nothing is sent. */
  readonly url: () => string | undefined
  readonly rules?: () => TimedRules
}

type MutableNotification = { -readonly [K in keyof WebhookNotification]: WebhookNotification[K] } & {
  readonly createdAt: number
  readonly firstSentAt: number
}

export class WebhookSender {
  readonly #options: WebhookSenderOptions
  readonly #notifications: MutableNotification[] = []
  readonly #closing = new AbortController()
  #disabled = false
  #failuresInARow = 0
  #pausedUntil = 0

  constructor(options: WebhookSenderOptions) {
    this.#options = options
    // One listener for each pending retry, of which an unreachable receiver causes many.
    setMaxListeners(0, this.#closing.signal)
  }

  /** Resolves after the first attempt; retries continue in the background. `createdAt` is in milliseconds. */
  async send(topic: string, item: object, createdAt?: number): Promise<void> {
    const { url, random, clock } = this.#options
    if (url() === undefined || this.#disabled || this.#closing.signal.aborted) return
    // Recorded from a real workspace: a notification of a read had no id.
    const id = topic === 'conversation.read' && random() < 0.2 ? null : `notif_${randomUuid(random)}`
    const created = { createdAt: createdAt ?? clock.now(), firstSentAt: clock.now() }
    const notification: MutableNotification = { id, topic, status: 'sending', attempts: 0, ...created }
    this.#notifications.push(notification)
    const rules = this.#options.rules?.() ?? { since: 0 }
    const now = clock.now()
    if (now < this.#pausedUntil || isLost(topic, rules, now, random)) {
      notification.status = 'lost'
      return
    }
    if (rules.delay) {
      void this.#attemptLater(notification, item, random() * rules.delay)
      return
    }
    await this.#attempt(notification, item)
    void this.#retry(notification, item)
  }

  async #attemptLater(notification: MutableNotification, item: object, delay: number): Promise<void> {
    const { signal } = this.#closing
    await this.#options.clock.sleep(delay, signal)
    if (signal.aborted) return
    await this.#attempt(notification, item)
    await this.#retry(notification, item)
  }

  /** Oldest first. */
  notifications(): readonly WebhookNotification[] {
    return this.#notifications.map(({ id, topic, status, attempts }) => ({ id, topic, status, attempts }))
  }

  /** Sends nothing more; pending retries are lost. */
  close(): void {
    this.#closing.abort()
  }

  async #retry(notification: MutableNotification, item: object): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#closing
    while (notification.status === 'retrying' || notification.status === 'delayed') {
      await clock.sleep(RETRY_AFTER, signal)
      const tooOld = clock.now() - notification.firstSentAt > MAX_AGE
      if (signal.aborted || this.#disabled || tooOld) notification.status = 'lost'
      else await this.#attempt(notification, item)
    }
  }

  async #attempt(notification: MutableNotification, item: object): Promise<void> {
    // A delayed notification has not failed: it is still the same attempt.
    if (notification.status !== 'delayed') notification.attempts++
    const status = await this.#post(notification, item)
    if (status === 410) this.#disabled = true
    this.#pauseAfterFailures(status >= 200 && status < 300)
    if (status >= 200 && status < 300) notification.status = 'delivered'
    else if (status === 429) notification.status = 'delayed'
    else notification.status = status !== 410 && notification.attempts < 2 ? 'retrying' : 'lost'
  }

  #pauseAfterFailures(succeeded: boolean): void {
    const { rules, clock } = this.#options
    this.#failuresInARow = succeeded ? 0 : this.#failuresInARow + 1
    const { pauseAfter = Number.POSITIVE_INFINITY } = rules?.() ?? {}
    if (this.#failuresInARow >= pauseAfter) this.#pausedUntil = clock.now() + PAUSE
  }

  /** The receiver's status, or 0 without a timely answer. */
  async #post(notification: MutableNotification, item: object): Promise<number> {
    const { url, clientSecret, workspace, clock, fetch } = this.#options
    const webhook = url()
    if (webhook === undefined) return 0
    const body = JSON.stringify(envelope(workspace, notification, item))
    const signature = createHmac('sha1', clientSecret).update(body).digest('hex')
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'intercom-parrot-service-client/1.0',
      'x-hub-signature': `sha1=${signature}`,
    }
    const answered = new AbortController()
    const deadline = new AbortController()
    const request = new Request(webhook, { method: 'POST', headers, body, signal: deadline.signal, redirect: 'manual' })
    const timeout = clock.sleep(DEADLINE, AbortSignal.any([answered.signal, this.#closing.signal])).then(() => {
      deadline.abort()
      return 0
    })
    const status = fetch(request)
      .then(statusOf)
      .catch(() => 0)
    return Promise.race([status, timeout]).finally(() => answered.abort())
  }
}

function envelope(workspace: string, { createdAt, firstSentAt, ...sent }: MutableNotification, item: object) {
  const { id, topic, attempts } = sent
  return {
    type: 'notification_event',
    app_id: workspace,
    id,
    topic,
    created_at: Math.floor(createdAt / 1000),
    first_sent_at: Math.floor(firstSentAt / 1000),
    delivered_at: 0,
    delivery_status: attempts === 1 ? 'pending' : 'retry',
    delivery_attempts: attempts,
    links: {},
    self: null,
    data: { type: 'notification_event_data', item },
  }
}

/** Reads the response to its end, so that its connection can be reused. */
async function statusOf(response: Response): Promise<number> {
  await response.arrayBuffer().catch(() => undefined)
  return response.status
}
