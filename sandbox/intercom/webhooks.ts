/** Webhooks as Intercom sends them: signed, five seconds to answer, once more after a minute, then lost. */
import { createHmac } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Clock, Fetch, Random } from '../../runtime/ports/effects.ts'
import { uuid } from './errors.ts'

const DEADLINE = 5_000
const RETRY_AFTER = 60_000
/** What a busy receiver (429) puts off is dropped when older than this. */
const TOO_OLD = 2 * 3_600_000

export interface Notification {
  /** Null where Intercom gives none. */
  readonly id: string | null
  readonly topic: string
  /** `delayed`: answered 429, to be sent again. `lost` is for good. */
  readonly status: 'sending' | 'delivered' | 'retrying' | 'delayed' | 'lost'
  readonly attempts: number
}

export interface PushOptions {
  readonly clock: Clock
  readonly random: Random
  readonly fetch: Fetch
  readonly workspace: string
  readonly clientSecret: string
  /** Undefined: nobody has subscribed, and nothing is sent. */
  readonly url: () => string | undefined
}

type Note = { -readonly [K in keyof Notification]: Notification[K] } & { readonly createdAt: number }

export function pusher(options: PushOptions) {
  const { clock, random } = options
  const notes: Note[] = []
  const closing = new AbortController()
  // One for each notification that is tried again, which while nobody takes any are many.
  setMaxListeners(0, closing.signal)
  let disabled = false

  /** Resolves once the first attempt is over; a second goes on by itself. */
  async function send(topic: string, item: object): Promise<void> {
    if (options.url() === undefined || disabled || closing.signal.aborted) return
    // Recorded of a real workspace: a notification of a read had no id.
    const id = topic === 'conversation.read' && random() < 0.2 ? null : `notif_${uuid(random)}`
    const note: Note = { id, topic, status: 'sending', attempts: 0, createdAt: clock.now() }
    notes.push(note)
    await attempt(note, item)
    void carryOn(note, item)
  }

  async function carryOn(note: Note, item: object): Promise<void> {
    while (note.status === 'retrying' || note.status === 'delayed') {
      await clock.sleep(RETRY_AFTER, closing.signal)
      if (closing.signal.aborted || disabled || clock.now() - note.createdAt > TOO_OLD) note.status = 'lost'
      else await attempt(note, item)
    }
  }

  async function attempt(note: Note, item: object): Promise<void> {
    // What was put off has not failed: it is still the same attempt.
    if (note.status !== 'delayed') note.attempts++
    const status = await post(note, item)
    if (status === 410) disabled = true
    if (status >= 200 && status < 300) note.status = 'delivered'
    else if (status === 429) note.status = 'delayed'
    else note.status = status !== 410 && note.attempts < 2 ? 'retrying' : 'lost'
  }

  /** The receiver's status, 0 if there was none in time. */
  async function post(note: Note, item: object): Promise<number> {
    const url = options.url()
    if (url === undefined) return 0
    const body = JSON.stringify(envelope(note, item))
    const signature = createHmac('sha1', options.clientSecret).update(body).digest('hex')
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'intercom-parrot-service-client/1.0',
      'x-hub-signature': `sha1=${signature}`,
    }
    const answered = new AbortController()
    const deadline = new AbortController()
    const request = new Request(url, { method: 'POST', headers, body, signal: deadline.signal, redirect: 'manual' })
    const late = clock.sleep(DEADLINE, AbortSignal.any([answered.signal, closing.signal])).then(() => {
      deadline.abort()
      return 0
    })
    const status = options
      .fetch(request)
      .then(statusOf)
      .catch(() => 0)
    return Promise.race([status, late]).finally(() => answered.abort())
  }

  function envelope(note: Note, item: object) {
    return {
      type: 'notification_event',
      app_id: options.workspace,
      id: note.id,
      topic: note.topic,
      created_at: Math.floor(note.createdAt / 1000),
      first_sent_at: Math.floor(note.createdAt / 1000),
      delivered_at: 0,
      delivery_status: note.attempts === 1 ? 'pending' : 'retry',
      delivery_attempts: note.attempts,
      links: {},
      self: null,
      data: { type: 'notification_event_data', item },
    }
  }

  return {
    send,
    /** Oldest first. */
    notifications: (): readonly Notification[] =>
      notes.map(({ id, topic, status, attempts }) => ({ id, topic, status, attempts })),
    /** Sends nothing more; what waits for its retry is lost. */
    close: () => closing.abort(),
  }
}

/** Reads the answer to its end, so that its connection can serve the next one. */
async function statusOf(response: Response): Promise<number> {
  await response.arrayBuffer().catch(() => undefined)
  return response.status
}
