/** Notifies open pages of changes by server-sent events: one poll of the store a second for all of them. */
import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { BACKFILL_CHECKPOINT } from '../../lib/checkpoint-names.ts'
import type { Clock } from '../../ports/effects.ts'
import type { Store } from '../../ports/store.ts'

/** The event stream of an open page. */
export const CHANGES_PATH = '/changes'
/** Of a page that refreshes itself: the live sections that it shows, each with its hash. */
export const LIVE_HEADER = 'x-live'

/** A page that only refreshes itself: renews no session and calls no vendor. */
export const isBackgroundRefresh = (request: Request): boolean => request.headers.has(LIVE_HEADER)

export interface LiveUpdatesOptions {
  readonly store: Pick<Store, 'tallies' | 'backlog' | 'readCheckpoint'>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** State beyond the store whose changes make pages refresh. */
  readonly extraState?: () => Promise<unknown>
  /** Sessions revoked before they expired: their streams end. */
  readonly endedSessions?: () => Promise<readonly string[]>
}

export interface Subscriber {
  /** The last state that the page shows. Empty: unknown. */
  readonly lastId: string
  /** Its browser, whose number of tabs is limited. */
  readonly browser: string
}

interface Listener {
  readonly browser: string
  readonly stream: SSEStreamingApi
  readonly close: () => void
}

const POLL_INTERVAL = 1_000
/** In polls. Proxies drop idle connections, and pages take a silent one for dead. */
const HEARTBEAT = 15
/** Ages, daily counts and used limits change with time alone, so pages refresh every minute. */
const MINUTE = 60_000
const MAX_STREAMS = 100
/** A browser opens six HTTP/1.1 connections to one host and needs one to load pages: a seventh tab would hang. */
const MAX_PER_BROWSER = 4

export class LiveUpdates {
  readonly #options: LiveUpdatesOptions
  readonly #listeners = new Set<Listener>()
  #polling = false
  #lastId: string | undefined

  constructor(options: LiveUpdatesOptions) {
    this.#options = options
  }

  /** Id of the state that the last poll found: a page rendered now shows this state or a later one. Empty: none yet. */
  get lastId(): string {
    return this.#lastId ?? ''
  }

  /** An event stream that sends `changed` after each change, or 503 when too many pages listen. */
  subscribe(c: Context, subscriber: Subscriber): Response {
    const openTabs = [...this.#listeners].filter(({ browser }) => browser === subscriber.browser).length
    const isFull = this.#listeners.size >= MAX_STREAMS || openTabs >= MAX_PER_BROWSER
    if (this.#options.signal.aborted || isFull) return c.body(null, 503, { 'retry-after': '10' })
    c.header('x-accel-buffering', 'no')
    const response = streamSSE(c, (stream) => this.#follow(stream, subscriber))
    response.headers.set('cache-control', 'no-store')
    // Connection-specific headers are set by the server; HTTP/2 forbids them (RFC 9113, 8.2.2).
    for (const name of ['connection', 'transfer-encoding']) response.headers.delete(name)
    return response
  }

  /** Resolves when the page leaves or the process stops. */
  #follow(stream: SSEStreamingApi, { lastId, browser }: Subscriber): Promise<void> {
    return new Promise((resolve) => {
      const close = () => {
        this.#listeners.delete(listener)
        resolve()
      }
      const listener: Listener = { browser, stream, close }
      this.#listeners.add(listener)
      stream.onAbort(close)
      void stream.write('retry: 3000\n\n')
      // Something may have changed since the page was rendered, or while its connection was down.
      if (this.#lastId !== undefined)
        void (lastId === this.#lastId ? stream.writeSSE({ id: lastId, data: '' }) : sendChanged(stream, this.#lastId))
      if (!this.#polling) void this.#poll()
    })
  }

  /** The page reconnects, is refused, and leaves. */
  async #closeEnded(): Promise<void> {
    const ended = new Set(await this.#options.endedSessions?.().catch(() => []))
    for (const { browser, close } of this.#listeners) if (ended.has(browser)) close()
  }

  async #poll(): Promise<void> {
    const { clock, signal } = this.#options
    this.#polling = true
    for (let poll = 1; this.#listeners.size > 0 && !signal.aborted; poll++) {
      const id = await fingerprint(this.#options).catch(() => this.#lastId)
      const isChanged = id !== undefined && id !== this.#lastId
      this.#lastId = id
      for (const { stream } of this.#listeners) {
        // Not awaited: a page that reads slowly must not hold up the others.
        if (isChanged) void sendChanged(stream, id)
        // An event, because `EventSource` hides comments from pages.
        else if (poll % HEARTBEAT === 0) void stream.writeSSE({ event: 'heartbeat', data: '' })
      }
      await this.#closeEnded()
      await clock.sleep(POLL_INTERVAL, signal)
    }
    this.#polling = false
    for (const { close } of this.#listeners) close()
  }
}

const sendChanged = (stream: SSEStreamingApi, id: string) =>
  stream.writeSSE({ id, event: 'changed', data: JSON.stringify({ id }) })

/** Stands for all state that pages show, short enough for an event id. */
async function fingerprint({ store, clock, extraState }: LiveUpdatesOptions): Promise<string> {
  const state = await Promise.all([
    store.tallies(),
    store.backlog('live'),
    store.backlog('backfill'),
    store.readCheckpoint(BACKFILL_CHECKPOINT),
    extraState?.(),
    Math.floor(clock.now() / MINUTE),
  ])
  return createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 16)
}
