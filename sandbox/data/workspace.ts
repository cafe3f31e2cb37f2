/** All records of the sandbox's workspace: conversations, tickets and contacts. */
import { Collection } from './collection.ts'
import { type Contact, contact, contactCreated, contactIndex, contactUpdated } from './contacts.ts'
import { conversation, conversationUpdated } from './conversations.ts'
import { conversationCreated, convertedTo, FIRST_CONVERSATION, FIRST_TICKET } from './history.ts'
import type { Conversation } from './new-conversation.ts'
import type { Seed } from './seed.ts'
import { type Ticket, ticket, ticketCreated, ticketUpdated } from './tickets.ts'

export interface Workspace {
  readonly seed: Seed
  readonly conversations: Collection<Conversation>
  readonly tickets: Collection<Ticket>
  readonly contacts: Collection<Contact>
}

export function createWorkspace(seed: Seed): Workspace {
  return {
    seed,
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
    contacts: new Collection({
      size: seed.contacts,
      generate: (index) => contact(seed, index),
      createdAt: (index) => contactCreated(seed, index),
      updatedAt: (index) => contactUpdated(seed, index),
      indexOf: contactIndex,
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
