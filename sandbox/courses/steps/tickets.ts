/** Steps of tickets: submitted, made from a conversation, moved, answered. */
import { anyAdmin, FIRST_TICKET } from '../../data/history.ts'
import type { ConversationPart } from '../../data/new-conversation.ts'
import { type StateCategory, TICKET_TYPES, type TicketCategory } from '../../data/teammates-and-tags.ts'
import { moveTicket, newTicket, replyToTicket, type Ticket, type TicketPart } from '../../data/tickets.ts'
import { type Step, step } from '../course.ts'
import type { Person } from '../people.ts'
import { add, edit, find, NO_CHANCE, type Stage } from '../stage.ts'
import { authorOf } from './conversations.ts'

const TICKET = 'ticket'
const TEAMMATE = anyAdmin(NO_CHANCE)

/** By the form in the Messenger. */
export const submits = (who: Person, ticket = TICKET): Step =>
  step(`${who} submits a ticket`, (stage) => open(stage, ticket, { people: [who], category: 'Customer' }))

/** By a teammate, in the inbox. */
export const teammateOpens = (category: TicketCategory, people: readonly Person[] = [], ticket = TICKET): Step =>
  step(`a teammate opens a ${category} ticket`, (stage) => open(stage, ticket, { people, category }))

/** The ticket keeps the id, the contacts, the date and the messages of the conversation. */
export const becomesTicket = (chat = 'chat', ticket = TICKET): Step =>
  step('a teammate makes a ticket of the conversation', async (stage) => {
    const from = find(stage, 'conversations', chat)
    const opening = { id: Number(from.id), created: from.created_at, people: [], category: 'Customer' } as const
    const it = createTicket(stage, opening)
    const earlier = from.conversation_parts.conversation_parts.map(asTicketPart)
    add(stage, 'tickets', ticket, {
      ...withParts(it, [...earlier, ...it.ticket_parts.ticket_parts]),
      contacts: from.contacts,
    })
    const reference = { type: 'ticket', id: it.id, ticket_id: it.ticket_id }
    edit(stage, 'conversations', chat, (chat) => ({ ...chat, ticket: reference, updated_at: stage.now() }))
    copyLastPart(stage, it)
    await tellCreation(stage, ticket)
  })

export const moves = (to: StateCategory, ticket = TICKET): Step =>
  step(`the ticket moves to ${to}`, async (stage) => {
    const change = { to, author: TEAMMATE, at: stage.now() }
    copyLastPart(
      stage,
      edit(stage, 'tickets', ticket, (it) => moveTicket(it, change, NO_CHANCE)),
    )
    await tell(stage, ticket, 'ticket.state.updated')
    // Intercom tells of a resolution a second time.
    if (to === 'resolved') await tell(stage, ticket, 'ticket.resolved')
  })

export const repliesToTicket = (who: Person, ticket = TICKET): Step =>
  step(`${who} replies to the ticket`, async (stage) => {
    const it = edit(stage, 'tickets', ticket, (it) =>
      replyToTicket(it, authorOf(stage, who), stage.now(), '<p>Any news?</p>'),
    )
    const part = copyLastPart(stage, it)
    await stage.send({
      topic: 'ticket.contact.replied',
      at: stage.now(),
      item: () => ({ type: 'ticket_ticket_part', ticket: find(stage, 'tickets', ticket), ticket_part: part }),
    })
  })

interface Opening {
  readonly id?: number
  readonly created?: number
  readonly people: readonly Person[]
  readonly category: TicketCategory
}

async function open(stage: Stage, name: string, opening: Opening): Promise<void> {
  add(stage, 'tickets', name, createTicket(stage, opening))
  await tellCreation(stage, name)
}

function createTicket(stage: Stage, { id, created, people, category }: Opening): Ticket {
  const number = stage.workspace.tickets.size
  const at = stage.now()
  const it = newTicket(
    stage.workspace.seed,
    {
      id: id ?? FIRST_TICKET + number,
      number,
      created: created ?? at,
      at,
      type: TICKET_TYPES.findIndex((type) => type.category === category),
      people: people.map((who) => find(stage, 'contacts', who)),
    },
    NO_CHANCE,
  )
  return { ...it, admin_assignee_id: 0, team_assignee_id: 0 }
}

function withParts(it: Ticket, parts: readonly TicketPart[]): Ticket {
  return { ...it, ticket_parts: { ...it.ticket_parts, ticket_parts: parts, total_count: parts.length } }
}

function asTicketPart({ author, ...part }: ConversationPart): TicketPart {
  const { id, part_type, body, created_at, updated_at, attachments, redacted } = part
  const own = { id, part_type, body, created_at, updated_at, attachments, redacted }
  return { type: 'ticket_part', ...own, author: author.type === 'admin' ? author : { ...author, type: 'user' } }
}

function asConversationPart({
  id,
  part_type,
  body = null,
  author,
  created_at,
  updated_at,
}: TicketPart): ConversationPart {
  const own = { id, part_type, body, author, created_at, updated_at, notified_at: created_at, state: 'open' }
  const empty = { assigned_to: null, external_id: null, email_message_metadata: null, redacted: false }
  return { type: 'conversation_part', ...own, ...empty, attachments: [], tags: [] }
}

/** A ticket and the conversation it was made from are one: a new part stands in both. */
function copyLastPart(stage: Stage, { id, ticket_parts }: Ticket): TicketPart {
  const part = ticket_parts.ticket_parts.at(-1) as TicketPart
  const { conversations } = stage.workspace
  const index = conversations.find(id)
  if (index === undefined) return part
  const it = conversations.at(index)
  const parts = [...it.conversation_parts.conversation_parts, asConversationPart(part)]
  const conversation_parts = { ...it.conversation_parts, conversation_parts: parts, total_count: parts.length }
  conversations.put(index, { ...it, updated_at: part.created_at, conversation_parts })
  return part
}

/** Two notices with the same item. */
async function tellCreation(stage: Stage, name: string): Promise<void> {
  await tell(stage, name, 'ticket.state.updated')
  await tell(stage, name, 'ticket.created')
}

function tell(stage: Stage, name: string, topic: string): Promise<void> {
  return stage.send({ topic, at: stage.now(), item: () => find(stage, 'tickets', name) })
}
