/** Makes conversations and tickets longer than the API gives, and cuts them as it does. */
import type { Collection, DatedRecord } from './collection.ts'
import { replyToConversation } from './conversations.ts'
import { type Author, contactAuthor } from './history.ts'
import type { Conversation } from './new-conversation.ts'
import { ADMINS, adminReference } from './teammates-and-tags.ts'
import { replyToTicket, type Ticket } from './tickets.ts'
import type { Workspace } from './workspace.ts'

/** Parts of one record in a response: the newest. `total_count` counts all. */
const MAX_PARTS = 500

export interface Lengthening {
  /** The first so many of the conversations, and of the tickets. */
  readonly conversations?: number
  readonly tickets?: number
  /** Comments added to each, by its contact and a teammate in turn. */
  readonly parts: number
}

/** Adds comments at the time of a record's last change, which stays. */
export function lengthen(workspace: Workspace, { conversations = 0, tickets = 0, parts }: Lengthening): void {
  lengthenEach(workspace, workspace.conversations, { records: conversations, parts, reply: replyToConversation })
  lengthenEach(workspace, workspace.tickets, { records: tickets, parts, reply: replyToTicket })
}

interface Comments<T> {
  readonly records: number
  readonly parts: number
  readonly reply: (it: T, author: Author, at: number, body: string) => T
}

type WithContacts = DatedRecord & { readonly contacts: { readonly contacts: readonly { readonly id: string }[] } }

function lengthenEach<T extends WithContacts>(
  { contacts }: Workspace,
  collection: Collection<T>,
  { records, parts, reply }: Comments<T>,
): void {
  const [admin] = ADMINS.map(adminReference)
  for (let index = 0; index < Math.min(records, collection.size); index++) {
    const before = collection.at(index)
    const person = contacts.find(before.contacts.contacts[0]?.id ?? '')
    const authors = [person === undefined ? admin : contactAuthor(contacts.at(person)), admin]
    let it = before
    for (let part = 0; part < parts; part++) {
      const author = authors[part % 2]
      if (author) it = reply(it, author, before.updated_at, `<p>Comment ${part + 1}</p>`)
    }
    collection.put(index, it)
  }
}

export function withNewestParts(it: Conversation): Conversation {
  const { conversation_parts: list } = it
  if (list.total_count <= MAX_PARTS) return it
  return { ...it, conversation_parts: { ...list, conversation_parts: list.conversation_parts.slice(-MAX_PARTS) } }
}

export function withNewestTicketParts(it: Ticket): Ticket {
  const { ticket_parts: list } = it
  if (list.total_count <= MAX_PARTS) return it
  return { ...it, ticket_parts: { ...list, ticket_parts: list.ticket_parts.slice(-MAX_PARTS) } }
}
