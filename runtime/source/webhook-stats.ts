/** The latest requests to the webhook address: for the person who sets it up and waits for the first one. */
import type { Clock } from '../ports/effects.ts'

/** Since the process began. Times are milliseconds since 1970. */
export interface WebhookStats {
  /** When the source checked that the address answers. */
  readonly probedAt?: number
  readonly lastVerified?: { readonly at: number; readonly topic: string }
  /** The last verified one of each topic, unknown topics too. */
  readonly topics?: Readonly<Record<string, number>>
  /** How many of each topic were verified. */
  readonly counts?: Readonly<Record<string, number>>
  /** The reason quotes no payload. */
  readonly lastRejected?: { readonly at: number; readonly reason: string }
  /** Webhooks sent to paths that take none. `at` and `path` are the last one's. */
  readonly misdirected?: { readonly count: number; readonly at: number; readonly path: string }
}

/** Strangers can send to any path, so memory and log must stay small. */
const MAX_PATHS = 20
/** The source has about a hundred. */
const MAX_TOPICS = 300
const MAX_PATH_LENGTH = 200
/** Milliseconds in which a rejection is logged once. */
const LOG_INTERVAL = 60_000

const recorders = new WeakMap<object, WebhookStatsRecorder>()

/** The recorder of a store in this process: a connector that is loaded again goes on with it. */
export function webhookStatsOf(store: object, clock: Clock): WebhookStatsRecorder {
  const recorder = recorders.get(store) ?? new WebhookStatsRecorder(clock)
  recorders.set(store, recorder)
  return recorder
}

export class WebhookStatsRecorder {
  readonly #clock: Clock
  #stats: WebhookStats = {}
  #hasOwn = false
  readonly #wrongPaths = new Set<string>()
  /** By reason: when it was last logged, and how often it occurred since. */
  readonly #rejections = new Map<string, { loggedAt: number; since: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  recordProbe(): void {
    this.#stats = { ...this.#stats, probedAt: this.#clock.now() }
  }

  /** Whether any webhook was of the account that the store is pinned to. */
  get hasOwn(): boolean {
    return this.#hasOwn
  }

  /** `isOwn`: of the account that the store is pinned to. */
  recordVerified(topic: string, isOwn: boolean): void {
    this.#hasOwn ||= isOwn
    const at = this.#clock.now()
    const { topics = {}, counts = {} } = this.#stats
    const isKnown = Object.hasOwn(topics, topic) || Object.keys(topics).length < MAX_TOPICS
    this.#stats = {
      ...this.#stats,
      lastVerified: { at, topic },
      ...(isKnown && { topics: { ...topics, [topic]: at }, counts: { ...counts, [topic]: (counts[topic] ?? 0) + 1 } }),
    }
  }

  /** Returns how many times to log: 0, or this one and those of the minute that were not logged. */
  recordRejected(reason: string): number {
    const at = this.#clock.now()
    this.#stats = { ...this.#stats, lastRejected: { at, reason } }
    const { loggedAt, since } = this.#rejections.get(reason) ?? { loggedAt: Number.NEGATIVE_INFINITY, since: 0 }
    const isDue = Math.abs(at - loggedAt) >= LOG_INTERVAL
    this.#rejections.set(reason, isDue ? { loggedAt: at, since: 0 } : { loggedAt, since: since + 1 })
    return isDue ? since + 1 : 0
  }

  /** Returns the path to log: each one once, and a limited number of them. */
  recordMisdirected(fullPath: string): string | undefined {
    const path = fullPath.slice(0, MAX_PATH_LENGTH)
    const { count = 0 } = this.#stats.misdirected ?? {}
    this.#stats = { ...this.#stats, misdirected: { count: count + 1, at: this.#clock.now(), path } }
    if (this.#wrongPaths.has(path) || this.#wrongPaths.size >= MAX_PATHS) return undefined
    this.#wrongPaths.add(path)
    return path
  }

  snapshot(): WebhookStats {
    return this.#stats
  }
}
