/** Stores the events of the local Klaviyo, and drops those that Klaviyo silently drops. */
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import { fingerprint, identifier, metricId } from './identifier.ts'
import { HourlyCounts } from './metric-aggregates.ts'
import type { IncomingEvent } from './parse-events.ts'
import { ProfileStore, type StoredProfile } from './profiles.ts'

/** An event as Klaviyo records it. */
export interface RecordedEvent {
  readonly id: string
  readonly uuid: string
  readonly metric: string
  readonly metricId: string
  /** ISO 8601 in whole seconds, Klaviyo's precision. */
  readonly time: string
  /** The `unique_id`, if there was one. */
  readonly key?: string
  readonly email?: string
  readonly phone?: string
  readonly profileId: string
  /** The profile's attributes as this event carried them. */
  readonly profile: JsonObject
  /** Without those that Klaviyo ignores: 0, null and "". */
  readonly properties: JsonObject
  readonly value?: number
  readonly currency?: string
  /** The `backfill` flag on the bulk entry, and on the event. */
  readonly backfill: { readonly entry: boolean; readonly event: boolean }
  /** Neither flag was set: flows with this metric as trigger would have run. */
  readonly triggersFlows: boolean
  /** Milliseconds since 1970. */
  readonly receivedAt: number
}

/** A field that is absent or empty matches every event. */
export interface EventFilter {
  readonly metric?: string
  readonly key?: string
  readonly email?: string
}

export interface Metric {
  readonly id: string
  readonly name: string
  readonly count: number
  readonly created: number
  readonly updated: number
}

export interface EventStoreOptions {
  readonly clock: Clock
  readonly random: Random
  /** Number of newest events to keep in full; the rest remain as fingerprints. */
  readonly keep: number
}

/** Mail domains whose events Klaviyo accepts with 202 and never records. */
const UNDELIVERABLE: readonly string[] = ['example.com', 'test.com']
const IGNORED: readonly (Json | undefined)[] = [0, null, '', undefined]

type Counts = Readonly<typeof ZERO_COUNTS>

const ZERO_COUNTS = { events: 0, duplicates: 0, dropped: 0, flowTriggering: 0, backfilled: 0 }

/** Records events and profiles in memory. About 100 bytes an event beyond the `keep` newest. */
export class EventStore {
  readonly profiles: ProfileStore
  readonly hourlyCounts = new HourlyCounts()
  readonly #options: EventStoreOptions
  readonly #metrics = new Map<string, Metric>()
  readonly #fingerprints = new Set<string>()
  #newest: RecordedEvent[] = []
  #counts = { ...ZERO_COUNTS }

  constructor(options: EventStoreOptions) {
    this.#options = options
    this.profiles = new ProfileStore(options)
  }

  /** Records an accepted event, or drops it silently. */
  accept(arrival: IncomingEvent): void {
    if (isUndeliverable(arrival)) {
      this.#counts.dropped += 1
      return
    }
    const { profile } = this.profiles.upsert(arrival.profile)
    const seconds = Math.floor((arrival.time ?? this.#options.clock.now()) / 1000)
    if (this.#isRepeated(arrival, profile, seconds)) {
      // Without a unique_id a profile's second event of a metric within one second is lost.
      this.#counts[arrival.key === undefined ? 'dropped' : 'duplicates'] += 1
      return
    }
    this.#record(arrival, profile, seconds)
  }

  /** The matching events among those kept, oldest first. */
  events({ metric, key, email }: EventFilter = {}): readonly RecordedEvent[] {
    return this.#newest
      .slice(-this.#options.keep)
      .filter((event) => !metric || event.metric === metric)
      .filter((event) => !key || event.key === key)
      .filter((event) => !email || event.email?.toLowerCase() === email.toLowerCase())
  }

  metrics(): readonly Metric[] {
    return [...this.#metrics.values()]
  }

  counts(): Counts {
    return { ...this.#counts }
  }

  reset(): void {
    this.profiles.reset()
    this.hourlyCounts.reset()
    this.#metrics.clear()
    this.#fingerprints.clear()
    this.#newest = []
    this.#counts = { ...ZERO_COUNTS }
  }

  /** Whether the profile has an event of the metric with this key; remembers the key. The time replaces a missing one. */
  #isRepeated({ metric, key }: IncomingEvent, { id, mergedIds }: StoredProfile, seconds: number): boolean {
    const prints = [id, ...mergedIds].map((owner) => fingerprint(owner, metric, key ?? String(seconds)))
    if (prints.some((print) => this.#fingerprints.has(print))) return true
    this.#fingerprints.add(prints[0] ?? '')
    return false
  }

  #record(arrival: IncomingEvent, profile: StoredProfile, seconds: number): void {
    const event = this.#recorded(arrival, this.#touch(arrival.metric), profile, seconds)
    this.hourlyCounts.add(event.metricId, seconds * 1000, event.value)
    this.#counts.events += 1
    this.#counts[event.triggersFlows ? 'flowTriggering' : 'backfilled'] += 1
    this.#newest.push(event)
    // Trimmed in large steps: shifting one event at a time would move the whole array.
    if (this.#newest.length >= this.#options.keep * 2) this.#newest = this.#newest.slice(-this.#options.keep)
  }

  #touch(name: string): Metric {
    const now = this.#options.clock.now()
    const { id, count, created } = this.#metrics.get(name) ?? { id: metricId(name), count: 0, created: now }
    const metric = { id, name, count: count + 1, created, updated: now }
    this.#metrics.set(name, metric)
    return metric
  }

  #recorded(
    { key, value, currency, backfill, ...sent }: IncomingEvent,
    metric: Metric,
    profile: StoredProfile,
    seconds: number,
  ): RecordedEvent {
    const { email, phone_number: phone } = sent.profile.attributes
    const properties = Object.entries(sent.properties).filter(([, each]) => !IGNORED.includes(each))
    return {
      id: identifier(this.#options.random, 'event'),
      uuid: identifier(this.#options.random, 'uuid'),
      metric: metric.name,
      metricId: metric.id,
      time: `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`,
      ...(key !== undefined && { key }),
      ...(typeof email === 'string' && { email }),
      ...(typeof phone === 'string' && { phone }),
      profileId: profile.id,
      profile: sent.profile.attributes,
      properties: Object.fromEntries(properties),
      ...(value !== undefined && { value }),
      ...(currency !== undefined && { currency }),
      backfill,
      triggersFlows: !backfill.entry && !backfill.event,
      receivedAt: this.#options.clock.now(),
    }
  }
}

function isUndeliverable({ profile }: IncomingEvent): boolean {
  const { email } = profile.attributes
  return typeof email === 'string' && UNDELIVERABLE.includes(email.toLowerCase().split('@')[1] ?? '')
}
