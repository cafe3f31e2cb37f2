/** All records of the sandbox's workspace: conversations, tickets and contacts. */
import { Collection } from './collection.ts'
import { type Contact, contact, contactCreated, contactIndex, contactUpdated, deletedOrMerged } from './contacts.ts'
import { conversation, conversationUpdated } from './conversations.ts'
import { conversationCreated, convertedTo, FIRST_CONVERSATION, FIRST_TICKET } from './history.ts'
import type { Conversation } from './new-conversation.ts'
import type { Seed } from './seed.ts'
import { type Ticket, ticket, ticketCreated, ticketUpdated } from './tickets.ts'

/** `unreachable`: answers 404 for now. An archived contact is found by its id, but not listed. */
export type Removal = { readonly mergedInto: string } | 'deleted' | 'archived' | 'unreachable'

export interface Workspace {
  readonly seed: Seed
  readonly conversations: Collection<Conversation>
  readonly tickets: Collection<Ticket>
  readonly contacts: Collection<Contact>
  /** Why contact `index` is gone, if it is. */
  removalOf(index: number): Removal | undefined
  /** Removes contact `index`, or restores it. */
  setRemoval(index: number, removal: Removal | undefined): void
}

export function createWorkspace(seed: Seed): Workspace {
  const removals = new Map<number, Removal | undefined>()
  const contacts = new Collection({
    size: seed.contacts,
    generate: (index) => contact(seed, index),
    createdAt: (index) => contactCreated(seed, index),
    updatedAt: (index) => contactUpdated(seed, index),
    indexOf: contactIndex,
  })
  return {
    seed,
    contacts,
    removalOf: (index) => (removals.has(index) ? removals.get(index) : deletedOrMerged(seed, index)),
    setRemoval(index, removal) {
      removals.set(index, removal)
      // Recorded as a change: results of earlier searches may list it.
      contacts.put(index, contacts.at(index))
    },
    conversations: new Collection({
      size: seed.conversations,
      generate: (index) => conversation(seed, index),
      createdAt: (index) => conversationCreated(seed, index),
      updatedAt: (index) => conversationUpdated(seed, index),
      indexOf: (id) => offsetFrom(FIRST_CONVERSATION, id),
    }),
    tickets: new Collection({
      size: seed.tickets,
      generate: (index) => ticket(seed, index),
      createdAt: (index) => ticketCreated(seed, index),
      updatedAt: (index) => ticketUpdated(seed, index),
      indexOf: (id) => ticketIndex(seed, id),
    }),
  }
}

/** A ticket converted from a conversation keeps the conversation's id. */
function ticketIndex(seed: Seed, id: string): number | undefined {
  const own = offsetFrom(FIRST_TICKET, id)
  if (own !== undefined) return ticket(seed, own).id === id ? own : undefined
  const origin = offsetFrom(FIRST_CONVERSATION, id)
  return origin === undefined ? undefined : convertedTo(seed, origin)
}

/** The offset of an id in its range of 100,000 million. */
function offsetFrom(first: number, id: string): number | undefined {
  const distance = /^\d{15}$/.test(id) ? Number(id) - first : -1
  return distance >= 0 && distance < FIRST_TICKET - FIRST_CONVERSATION ? distance : undefined
}
