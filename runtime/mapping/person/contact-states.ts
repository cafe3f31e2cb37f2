/** The newest states of contacts that were sent: those in the store, and those of this process, which may be newer. */

import { BoundedMap } from '../../lib/bounded-map.ts'
import { isEarlier, newerState, newerTimes } from '../../lib/contact-state.ts'
import type { Store } from '../../ports/store.ts'
import type { ContactState, Profile, PropertyTimes } from '../../ports/types.ts'

/** A state that this process has sent. The identifiers stay in memory. */
export interface SentState extends ContactState {
  readonly identifiers: Profile
}

/** Contacts in memory. A state that no longer fits is in the store, and its contact has long been quiet. */
const MAX_CONTACTS = 5_000

export class ContactStates {
  readonly #store: Pick<Store, 'readContacts'>
  readonly #sent = new BoundedMap<string, SentState>(MAX_CONTACTS)

  constructor(store: Pick<Store, 'readContacts'>) {
    this.#store = store
  }

  /** The newest state that this process has sent. */
  sent(contact: string): SentState | undefined {
    return this.#sent.get(contact)
  }

  /** The newest state that any process has sent. Throws a `Fault` of the store. */
  async newest(contact: string): Promise<ContactState | undefined> {
    const [stored] = await this.#store.readContacts([contact])
    return this.newerOfSent(contact, stored)
  }

  /** The newer of this state and the one that this process has sent since. */
  newerOfSent(contact: string, known: ContactState | undefined): ContactState | undefined {
    const sent = this.#sent.get(contact)
    return sent !== undefined && isEarlier(sent.updatedAt, known?.updatedAt) ? known : (sent ?? known)
  }

  /** When the newest events that set the contact's profile properties happened. Throws a `Fault` of the store. */
  async propertyTimes(contact: string): Promise<PropertyTimes> {
    const [stored] = await this.#store.readContacts([contact])
    return newerTimes(stored?.propertyTimes ?? {}, this.#sent.get(contact)?.propertyTimes)
  }

  /** Remembers a state that was sent, unless a newer one was. */
  remember(state: ContactState, identifiers: Profile): void {
    const known = this.#sent.get(state.contact)
    const newest = newerState(known, state)
    if (newest !== known) this.#sent.set(state.contact, { ...newest, identifiers })
  }
}
