/** Generates the sandbox's tickets from their index, and changes them. */

import type { Contact } from './contacts.ts'
import {
  type Author,
  anyAdmin,
  assignees,
  contactAuthor,
  contactReference,
  conversationCreated,
  conversationPeople,
  convertedFrom,
  FIRST_CONVERSATION,
  FIRST_TICKET,
  messageBody,
  participants,
  ticketNumber,
} from './history.ts'
import { fraction, lifetime, randomFor, type Seed, type SeededRandom, STREAMS, timeOf } from './seed.ts'
import { STATES, type StateCategory, ticketType } from './teammates-and-tags.ts'

export type Ticket = ReturnType<typeof newTicket>
export type TicketPart = ReturnType<typeof newTicketPart>

/** State histories. A repeated category is a move between two custom states of it. */
const STATE_HISTORIES: readonly (readonly StateCategory[])[] = [
  [],
  ['in_progress'],
  ['in_progress', 'waiting_on_customer'],
  ['in_progress', 'resolved'],
  ['in_progress', 'waiting_on_customer', 'in_progress', 'resolved'],
  ['waiting_on_customer', 'waiting_on_customer', 'resolved'],
  ['in_progress', 'resolved', 'in_progress', 'waiting_on_customer', 'resolved'],
  ['in_progress', 'resolved', 'submitted'],
]

/** Ticket `index` of the past, with all its parts. */
export function ticket(seed: Seed, index: number): Ticket {
  const rng = randomFor(seed, STREAMS.ticket, index)
  const created = ticketCreated(seed, index)
  const origin = convertedFrom(seed, index)
  const type = origin === undefined ? rng.pick([0, 0, 0, 1, 1, 1, 2, 3]) : 0
  const people = peopleOf(seed, rng, index, type)
  const life = lifetime(seed, STREAMS.ticketLife, index, created)
  const states = rng.pick(STATE_HISTORIES)
  const at = (step: number) => created + Math.floor((life * step) / (states.length + 1))

  // A converted ticket keeps the conversation's id and created_at; it became a ticket later.
  const id = origin === undefined ? FIRST_TICKET + index : FIRST_CONVERSATION + origin
  let it = newTicket(
    seed,
    { id, number: index, created, at: origin === undefined ? created : at(0.5), type, people },
    rng,
  )
  states.forEach((state, i) => {
    const [person] = people
    if (person && rng.chance(0.4)) it = replyToTicket(it, contactAuthor(person), at(i + 0.75), messageBody(rng))
    it = moveTicket(it, { to: state, author: anyAdmin(rng), at: at(i + 1) }, rng)
  })
  return { ...it, ...(rng.chance(0.05) ? withoutDefaults(rng) : {}), updated_at: ticketUpdated(seed, index) }
}

export function ticketCreated(seed: Seed, index: number): number {
  const origin = convertedFrom(seed, index)
  return origin === undefined
    ? timeOf(seed, STREAMS.ticketTime, index, seed.tickets)
    : conversationCreated(seed, origin)
}

/** Unix seconds. In one ticket of fifty it lags behind the newest part, as observed on a real one. */
export function ticketUpdated(seed: Seed, index: number): number {
  const created = ticketCreated(seed, index)
  const life = lifetime(seed, STREAMS.ticketLife, index, created)
  return created + life - (fraction(seed, STREAMS.ticketLife, -2 - index) < 0.02 ? Math.min(life, 1800) : 0)
}

interface TicketOpening {
  readonly id: number
  readonly number: number
  readonly created: number
  /** When it became a ticket. */
  readonly at: number
  /** Index into the ticket types. */
  readonly type: number
  readonly people: readonly Contact[]
}

/** A new ticket: its first part moves it from `submitted` to `submitted`. */
export function newTicket(seed: Seed, { id, number, created, at, type, people }: TicketOpening, rng: SeededRandom) {
  const { ticket_type_attributes, ...kind } = ticketType(seed, type)
  const [state] = STATES
  const starter = people[0]
  const author = starter === undefined ? anyAdmin(rng) : contactAuthor(starter)
  const ticket_id = ticketNumber(number)
  const first = newTicketPart({ ticket_id, ticket_parts: { total_count: 0 } }, author, at, stateType(author))
  const change = { ticket_state: 'submitted', previous_ticket_state: 'submitted' }
  return {
    type: 'ticket',
    id: String(id),
    ticket_id,
    category: kind.category as string,
    ticket_attributes: attributesOf(rng) as Readonly<Record<string, string | number | boolean | null>>,
    ticket_state: { type: 'ticket_state', ...state } as State,
    previous_ticket_state_id: null as string | null,
    ticket_type: { ...kind, ticket_type_attributes },
    contacts: { type: 'contact.list', contacts: people.map(contactReference) },
    ...assignees(rng),
    created_at: created,
    updated_at: at,
    open: true,
    ...(rng.chance(0.5) ? { snoozed_until: rng.chance(0.2) ? at + 86_400 : null } : {}),
    is_shared: kind.category === 'Customer' && rng.chance(0.8),
    company_id: null,
    channel: 'messenger',
    linked_objects: { type: 'list', data: [] as const, total_count: 0, has_more: false },
    ticket_parts: {
      type: 'ticket_part.list',
      ticket_parts: [{ ...first, ...change }] as readonly TicketPart[],
      total_count: 1,
    },
  }
}

interface State {
  readonly type: string
  readonly id: string
  readonly category: string
  readonly internal_label: string
  readonly external_label: string
}

export interface StateChange {
  readonly to: StateCategory
  readonly author: Author
  readonly at: number
}

/** Moves a ticket to one of the states of a category. */
export function moveTicket(it: Ticket, { to, author, at }: StateChange, rng: SeededRandom): Ticket {
  const state = rng.pick(STATES.filter(({ category }) => category === to))
  const change = { ticket_state: to, previous_ticket_state: it.ticket_state.category }
  return withPart(
    {
      ...it,
      ticket_state: { type: 'ticket_state', ...state },
      previous_ticket_state_id: it.ticket_state.id,
      open: to !== 'resolved',
    },
    { ...newTicketPart(it, author, at, stateType(author)), ...change },
  )
}

/** Adds a comment. */
export function replyToTicket(it: Ticket, author: Author, at: number, body: string): Ticket {
  return withPart(it, { ...newTicketPart(it, author, at, 'comment'), body })
}

function withPart(it: Ticket, added: TicketPart): Ticket {
  const parts = [...it.ticket_parts.ticket_parts, added]
  const list = { type: 'ticket_part.list', ticket_parts: parts, total_count: parts.length }
  return { ...it, updated_at: added.created_at, ticket_parts: list }
}

/** The contacts of its conversation; none for most back-office and tracker tickets. */
function peopleOf(seed: Seed, rng: SeededRandom, index: number, type: number): readonly Contact[] {
  const origin = convertedFrom(seed, index)
  if (origin !== undefined) return conversationPeople(seed, origin)
  return type > 1 && rng.chance(0.6) ? [] : participants(seed, rng, index / seed.tickets, 1)
}

type NumberedTicket = Readonly<{ ticket_id: string; ticket_parts: Readonly<{ total_count: number }> }>

function newTicketPart(it: NumberedTicket, author: Author, at: number, type: string) {
  return {
    type: 'ticket_part',
    id: `38${Number(it.ticket_id) * 1000 + it.ticket_parts.total_count}`,
    part_type: type,
    created_at: at,
    updated_at: at,
    // In tickets a contact is always a user, lead or not.
    author: author.type === 'admin' ? author : { ...author, type: 'user' },
    attachments: [] as const,
    redacted: false,
    ...({} as { body?: string | null; ticket_state?: string; previous_ticket_state?: string }),
  }
}

function stateType(author: Author): string {
  return `ticket_state_updated_by_${author.type === 'admin' ? 'admin' : 'user'}`
}

function attributesOf(rng: SeededRandom) {
  return {
    _default_title_: rng.pick(['Wrong size', 'Colis abîmé', '返品したい', 'Refund &amp; exchange']),
    _default_description_: rng.chance(0.15)
      ? null
      : rng.pick(['Wants a swap', 'Zu groß, bitte umtauschen', 'No answer yet']),
    Platforms: null,
    Urgent: rng.chance(0.1),
  }
}

/** Default attributes can be missing. */
function withoutDefaults(rng: SeededRandom): Pick<Ticket, 'ticket_attributes'> {
  return { ticket_attributes: rng.chance(0.5) ? {} : { _default_title_: null, _default_description_: null } }
}
