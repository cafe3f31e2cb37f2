/**
 * Sends an event again with the identifiers of its first send while the answer to that one is unknown: the destination drops
 * a repeated key for the same profile only, and the person's address may have changed since.
 */
import { hasSameIdentifiers, pickIdentifiers } from '../mapping/person/person-state.ts'
import type { SendResult } from '../ports/destination.ts'
import { Fault, mayHaveTakenEffect } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { MetricEvent, Profile } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'

/** An event being sent. */
export interface BegunSend {
  readonly key: string
  readonly identifiers: Profile
  /** Whether it was begun before, and may have arrived. */
  readonly again: boolean
}

export class FirstSends {
  readonly #store: Pick<Store, 'beginSends' | 'forgetSends'>
  readonly #spec: Pick<Spec, 'profile'>

  constructor(store: Pick<Store, 'beginSends' | 'forgetSends'>, spec: Pick<Spec, 'profile'>) {
    this.#store = store
    this.#spec = spec
  }

  /** Notes events in the store before they are sent, in one transaction. One result for each. */
  async begin(events: readonly MetricEvent[]): Promise<readonly BegunSend[]> {
    const sends = events.map(({ key, contact, profile }) => ({
      key,
      ...(contact !== undefined && { contact }),
      identifiers: pickIdentifiers(profile, this.#spec),
    }))
    const begun = new Map<string, BegunSend>()
    for (const { key, identifiers } of await this.#store.beginSends(sends))
      begun.set(key, { key, identifiers, again: true })
    return sends.map(({ key, identifiers }) => {
      const send = begun.get(key) ?? { key, identifiers, again: false }
      begun.set(key, send)
      return send
    })
  }

  /** The profile to send: the current one, or the identifiers of the first send if they are others. */
  profileOf(send: BegunSend | undefined, current: Profile): Profile {
    return send === undefined || this.isSame(send, current) ? current : send.identifiers
  }

  isSame({ identifiers }: BegunSend, profile: Profile): boolean {
    return hasSameIdentifiers(identifiers, profile, this.#spec)
  }

  /**
   * Forgets the events that the destination refused: a retry may have other identifiers. An earlier send may have arrived
   * all the same, unless the event itself is refused.
   */
  async end(sends: readonly BegunSend[], results: readonly SendResult[]): Promise<void> {
    const refused = sends.filter(({ again }, index) => {
      const result = results[index]
      return result instanceof Fault && !mayHaveTakenEffect(result) && (result.kind === 'data' || !again)
    })
    if (refused.length > 0) await this.forget(refused)
  }

  /** Of events that did not arrive. */
  forget(sends: readonly BegunSend[]): Promise<void> {
    return this.#store.forgetSends(sends.map(({ key }) => key))
  }
}
