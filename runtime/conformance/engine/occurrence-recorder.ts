/** Notes what a connector would send, and why it sends nothing, as occurrences of a case. Nothing is sent. */
import { createHash } from 'node:crypto'
import type { Destination } from '../../ports/destination.ts'
import type { Store } from '../../ports/store.ts'
import type { EventResult, MetricEvent, OutgoingMessage, Profile, Receipt, Settlement } from '../../ports/types.ts'
import type { CaseOccurrence } from '../types.ts'

/** The metric of the results of profile updates. */
const PROFILE = 'Profile'

interface Noted {
  readonly order: number
  readonly occurrence: CaseOccurrence
}

/** A destination that accepts everything, and a store that tells what became of it. */
export class OccurrenceRecorder {
  readonly #events = new Map<string, MetricEvent>()
  /** Profile updates that no result has claimed. */
  readonly #profiles: Profile[] = []
  readonly #delivered: Noted[] = []
  /** By record: the results of its last attempt that sent nothing. */
  readonly #others = new Map<string, readonly Noted[]>()
  #order = 0

  /** In the order in which they were sent or ended. */
  get occurrences(): readonly CaseOccurrence[] {
    const all = [...this.#delivered, ...[...this.#others.values()].flat()]
    return all.sort((a, b) => a.order - b.order).map(({ occurrence }) => occurrence)
  }

  /** In place of a destination, whose limits it takes over. */
  readonly wrapDestination = (destination?: Destination): Destination => ({
    batch: destination?.batch ?? { events: 1_000, bytes: Number.MAX_SAFE_INTEGER },
    send: (message) => this.#accept(message),
    sendMany: (messages) => Promise.all(messages.map((message) => this.#accept(message))),
    sizeOf: () => 0,
    findKnown: async (people) => people.map(() => true),
    fit: (message) => destination?.fit(message) ?? { message, changes: [] },
    previewBodies: (...args) => destination?.previewBodies(...args) ?? [],
  })

  /** The same store, whose settlements are noted. */
  watch(store: Store): Store {
    const settle: Store['settle'] = async (settlements) => {
      for (const settlement of settlements) this.#note(settlement)
      return store.settle(settlements)
    }
    return new Proxy(store, {
      get: (target, name) => {
        if (name === 'settle') return settle
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  async #accept(message: OutgoingMessage): Promise<Receipt> {
    const profile = (await message.currentProfile?.()) ?? message.profile
    if (message.kind === 'event') this.#events.set(message.key, { ...message, profile })
    else this.#profiles.push(profile)
    // With the id of its profile the connector asks for none after the event.
    const { email, phone_number } = profile
    const profileId = createHash('sha256')
      .update(JSON.stringify([email, phone_number]))
      .digest('hex')
      .slice(0, 26)
    return { status: 202, profileId }
  }

  #note({ record, outcome }: Settlement): void {
    const others: Noted[] = []
    for (const result of outcome.events) {
      const occurrence = this.#toOccurrence(result)
      if (occurrence === undefined) continue
      const noted = { order: this.#order++, occurrence }
      if (result.status === 'delivered') this.#delivered.push(noted)
      else others.push(noted)
    }
    if (outcome.status === 'dead' && others.length === 0)
      others.push({ order: this.#order++, occurrence: { metric: '', fault: outcome.fault } })
    this.#others.set(record.id, others)
  }

  #toOccurrence({ metric, status, key, reason, fault }: EventResult): CaseOccurrence | undefined {
    if (status === 'delivered') return metric === PROFILE ? this.#takeProfile() : this.#takeEvent(key)
    if (fault !== undefined) return { metric, fault }
    return reason === undefined ? undefined : { metric, skipped: reason }
  }

  /** Undefined for a second result of one key. */
  #takeEvent(key = ''): CaseOccurrence | undefined {
    const event = this.#events.get(key)
    if (event === undefined) return undefined
    this.#events.delete(key)
    const { metric, time, contact, profile, properties, value, currency } = event
    return {
      metric,
      key,
      time,
      ...(contact !== undefined && { contact }),
      profile,
      properties,
      ...(value !== undefined && { value }),
      ...(currency !== undefined && { currency }),
    }
  }

  #takeProfile(): CaseOccurrence | undefined {
    const profile = this.#profiles.shift()
    return profile && { metric: PROFILE, profile }
  }
}
