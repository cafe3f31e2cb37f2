/** Live changes of tickets. */
import { anyAdmin, contactAuthor, FIRST_TICKET, messageBody } from '../data/history.ts'
import type { StateCategory } from '../data/teammates-and-tags.ts'
import { moveTicket, newTicket, replyToTicket, type Ticket } from '../data/tickets.ts'
import { findContact, type LiveAction, type LiveContext, recentContact, recentIndex } from './live-context.ts'

export const ticketActions: readonly LiveAction[] = [
  { name: 'ticket created', weight: 8, run: create },
  { name: 'ticket moved', weight: 10, run: move },
  { name: 'ticket answered', weight: 6, run: answer },
]

const NEXT: Readonly<Record<string, readonly StateCategory[]>> = {
  submitted: ['in_progress', 'waiting_on_customer', 'resolved'],
  in_progress: ['waiting_on_customer', 'resolved'],
  waiting_on_customer: ['in_progress', 'resolved', 'waiting_on_customer'],
  resolved: ['in_progress', 'submitted'],
}

/** A creation also sends a state update with the same item; one in three is converted from a conversation. */
async function create(context: LiveContext): Promise<boolean> {
  const converted = context.rng.chance(0.33) ? convert(context) : undefined
  const it = converted ?? openTicket(context)
  context.workspace.tickets.add(it)
  await Promise.all([context.notify('ticket.state.updated', it), context.notify('ticket.created', it)])
  return true
}

function openTicket(context: LiveContext): Ticket {
  const { workspace, rng, now } = context
  const number = workspace.tickets.size
  const people = [workspace.contacts.at(recentContact(context))]
  const at = now()
  const type = rng.pick([0, 0, 1, 1, 2])
  const opening = { id: FIRST_TICKET + number, number, created: at, at, type, people: type === 2 ? [] : people }
  return newTicket(workspace.seed, opening, rng)
}

/** Keeps the conversation's id, contacts and `created_at`. Undefined if the conversation is a ticket already. */
function convert(context: LiveContext): Ticket | undefined {
  const { workspace, rng, now } = context
  const index = recentIndex(rng, workspace.conversations)
  const from = index === undefined ? undefined : workspace.conversations.at(index)
  if (index === undefined || from === undefined || from.ticket !== null) return undefined
  const people = from.contacts.contacts.flatMap((reference) => findContact(context, reference) ?? [])
  const number = workspace.tickets.size
  const opening = { id: Number(from.id), number, created: from.created_at, at: now(), type: 0, people }
  const it = newTicket(workspace.seed, opening, rng)
  const ticket = { type: 'ticket', id: it.id, ticket_id: it.ticket_id }
  workspace.conversations.put(index, { ...from, ticket, updated_at: now() })
  return it
}

async function move({ workspace, rng, now, notify }: LiveContext): Promise<boolean> {
  const index = recentIndex(rng, workspace.tickets)
  if (index === undefined) return false
  const it = workspace.tickets.at(index)
  const next = moveTicket(
    it,
    { to: rng.pick(NEXT[it.ticket_state.category] ?? ['in_progress']), author: anyAdmin(rng), at: now() },
    rng,
  )
  workspace.tickets.put(index, next)
  await notify('ticket.state.updated', next)
  return true
}

async function answer(context: LiveContext): Promise<boolean> {
  const { workspace, rng, now, notify } = context
  const index = recentIndex(rng, workspace.tickets)
  const it = index === undefined ? undefined : workspace.tickets.at(index)
  const person = findContact(context, it?.contacts.contacts[0])
  if (index === undefined || it === undefined || person === undefined) return false
  const next = replyToTicket(it, contactAuthor(person), now(), messageBody(rng))
  workspace.tickets.put(index, next)
  const ticket_part = next.ticket_parts.ticket_parts.at(-1)
  await notify('ticket.contact.replied', { type: 'ticket_ticket_part', ticket: next, ticket_part })
  return true
}
