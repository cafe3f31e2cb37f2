/** What happens to tickets while the sandbox is live. */
import { anyAdmin, contactAuthor, FIRST_TICKET, line } from '../data/history.ts'
import type { StateCategory } from '../data/teammates-and-tags.ts'
import { answered, moved, opened, type Ticket } from '../data/tickets.ts'
import { type LiveAction, type LiveContext, personOf, recent, recentContact } from './live-context.ts'

export const ticketActs: readonly LiveAction[] = [
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

/** Creation fires a state update too, with the same item; one in three is made from a conversation. */
async function create(stage: LiveContext): Promise<boolean> {
  const made = stage.d.chance(0.33) ? convert(stage) : undefined
  const it = made ?? direct(stage)
  stage.workspace.tickets.add(it)
  await Promise.all([stage.notify('ticket.state.updated', it), stage.notify('ticket.created', it)])
  return true
}

function direct(stage: LiveContext): Ticket {
  const { workspace, d, now } = stage
  const number = workspace.tickets.size
  const people = [workspace.contacts.at(recentContact(stage))]
  const at = now()
  const type = d.pick([0, 0, 1, 1, 2])
  const opening = { id: FIRST_TICKET + number, number, created: at, at, type, people: type === 2 ? [] : people }
  return opened(workspace.plan, opening, d)
}

/** Keeps the conversation's id, contacts and `created_at`. Undefined if the conversation is a ticket already. */
function convert(stage: LiveContext): Ticket | undefined {
  const { workspace, d, now } = stage
  const index = recent(d, workspace.conversations)
  const from = index === undefined ? undefined : workspace.conversations.at(index)
  if (index === undefined || from === undefined || from.ticket !== null) return undefined
  const people = from.contacts.contacts.flatMap((reference) => personOf(stage, reference) ?? [])
  const number = workspace.tickets.size
  const opening = { id: Number(from.id), number, created: from.created_at, at: now(), type: 0, people }
  const it = opened(workspace.plan, opening, d)
  const ticket = { type: 'ticket', id: it.id, ticket_id: it.ticket_id }
  workspace.conversations.put(index, { ...from, ticket, updated_at: now() })
  return it
}

async function move({ workspace, d, now, notify }: LiveContext): Promise<boolean> {
  const index = recent(d, workspace.tickets)
  if (index === undefined) return false
  const it = workspace.tickets.at(index)
  const next = moved(it, d.pick(NEXT[it.ticket_state.category] ?? ['in_progress']), anyAdmin(d), now(), d)
  workspace.tickets.put(index, next)
  await notify('ticket.state.updated', next)
  return true
}

async function answer(stage: LiveContext): Promise<boolean> {
  const { workspace, d, now, notify } = stage
  const index = recent(d, workspace.tickets)
  const it = index === undefined ? undefined : workspace.tickets.at(index)
  const person = personOf(stage, it?.contacts.contacts[0])
  if (index === undefined || it === undefined || person === undefined) return false
  const next = answered(it, contactAuthor(person), now(), line(d))
  workspace.tickets.put(index, next)
  const ticket_part = next.ticket_parts.ticket_parts.at(-1)
  await notify('ticket.contact.replied', { type: 'ticket_ticket_part', ticket: next, ticket_part })
  return true
}
