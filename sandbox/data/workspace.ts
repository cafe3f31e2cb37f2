/** All records of the sandbox's workspace: conversations, tickets and contacts. */
import { Collection } from './collection.ts'
import { type Contact, contact, contactCreated, contactIndex, contactUpdated } from './contacts.ts'
import { conversation, conversationUpdated } from './conversations.ts'
import { conversationCreated, convertedTo, FIRST_CONVERSATION, FIRST_TICKET } from './history.ts'
import type { Conversation } from './new-conversation.ts'
import type { Seed } from './seed.ts'
import { type Ticket, ticket, ticketCreated, ticketUpdated } from './tickets.ts'

export interface Workspace {
  readonly plan: Seed
  readonly conversations: Collection<Conversation>
  readonly tickets: Collection<Ticket>
  readonly contacts: Collection<Contact>
}

export function workspaceOf(plan: Seed): Workspace {
  return {
    plan,
    conversations: new Collection({
      size: plan.conversations,
      make: (index) => conversation(plan, index),
      created: (index) => conversationCreated(plan, index),
      updated: (index) => conversationUpdated(plan, index),
      indexOf: (id) => behind(FIRST_CONVERSATION, id),
    }),
    tickets: new Collection({
      size: plan.tickets,
      make: (index) => ticket(plan, index),
      created: (index) => ticketCreated(plan, index),
      updated: (index) => ticketUpdated(plan, index),
      indexOf: (id) => ticketIndex(plan, id),
    }),
    contacts: new Collection({
      size: plan.contacts,
      make: (index) => contact(plan, index),
      created: (index) => contactCreated(plan, index),
      updated: (index) => contactUpdated(plan, index),
      indexOf: contactIndex,
    }),
  }
}

/** Tickets made from a conversation go by the conversation's id. */
function ticketIndex(plan: Seed, id: string): number | undefined {
  const own = behind(FIRST_TICKET, id)
  if (own !== undefined) return ticket(plan, own).id === id ? own : undefined
  const origin = behind(FIRST_CONVERSATION, id)
  return origin === undefined ? undefined : convertedTo(plan, origin)
}

/** How far an id is behind the first of its range; the ranges are 100,000 million wide. */
function behind(first: number, id: string): number | undefined {
  const distance = /^\d{15}$/.test(id) ? Number(id) - first : -1
  return distance >= 0 && distance < FIRST_TICKET - FIRST_CONVERSATION ? distance : undefined
}
