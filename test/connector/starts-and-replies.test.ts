/** Conversations begun and replies written count once, by webhook, by history and by both in either order. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../runtime/ports/types.ts'
import { findContactWithEmail, startConnector } from '../helpers/connector-harness.ts'

const ID = '215400000000902'
const METRICS = ['Created Conversation', 'Replied to Conversation', 'Replied to Ticket'] as const

interface Person {
  readonly contact: string
  /** Unix seconds. */
  readonly now: number
}

interface Course {
  readonly conversation: (person: Person) => JsonObject
  readonly ticket?: (person: Person) => JsonObject
  readonly webhooks: readonly (readonly [topic: string, item: (person: Person) => JsonObject])[]
  /** Keys without the workspace, by every road. */
  readonly keys: readonly string[]
  /** Where history alone cannot know what a topic says. */
  readonly historyKeys?: readonly string[]
}

const bot = { type: 'bot', id: '9600009', name: 'Fin', email: 'operator+sandbox1@intercom.io' }
const admin = { type: 'admin', id: '9600001' }
const part = (id: string, part_type: string, author: JsonObject, created_at: number): JsonObject => ({
  type: 'conversation_part',
  id,
  part_type,
  body: 'Hello',
  created_at,
  author,
})
const user = ({ contact }: Person) => ({ type: 'user', id: contact })

const conversation = (person: Person, change: JsonObject = {}, parts: readonly JsonObject[] = []): JsonObject => ({
  type: 'conversation',
  id: ID,
  created_at: person.now - 900,
  updated_at: person.now - 60,
  source: { type: 'conversation', delivered_as: 'customer_initiated', author: user(person) },
  contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: person.contact }] },
  first_contact_reply: { created_at: person.now - 900, type: 'conversation', url: null },
  statistics: { first_contact_reply_at: person.now - 900 },
  ticket: null,
  conversation_parts: { type: 'conversation_part.list', conversation_parts: [...parts], total_count: parts.length },
  ...change,
})

const outbound = (delivered_as: string, author: JsonObject) => (person: Person) =>
  conversation(person, { source: { type: 'conversation', delivered_as, author } })
const unanswered = { first_contact_reply: null, statistics: { first_contact_reply_at: null } }

/** A conversation that became a ticket: a reply before, the first state, a reply after. */
const before = (person: Person) => part('37001', 'comment', user(person), person.now - 600)
const state = ({ now }: Person) => ({
  ...part('37002', 'ticket_state_updated_by_admin', admin, now - 500),
  ticket_state: 'submitted',
  previous_ticket_state: 'submitted',
})
const after = (person: Person) => part('37003', 'comment', user(person), person.now - 300)
const grown = (person: Person) =>
  conversation(person, { ticket: { type: 'ticket', id: ID } }, [before(person), state(person), after(person)])
const ticket = (person: Person) => ({
  type: 'ticket',
  id: ID,
  ticket_id: '66041000',
  category: 'Customer',
  created_at: person.now - 900,
  updated_at: person.now - 60,
  contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: person.contact }] },
  ticket_parts: {
    type: 'ticket_part.list',
    ticket_parts: [before(person), state(person), after(person)],
    total_count: 3,
  },
})

const created = (item: (person: Person) => JsonObject) => [['conversation.user.created', item] as const]
const replied = (part_type: string) => (person: Person) =>
  conversation(person, {}, [part('37010', part_type, user(person), person.now - 300)])

const courses: Readonly<Record<string, Course>> = {
  'a contact writes': {
    conversation,
    webhooks: created(conversation),
    keys: [`created-conversation:${ID}`],
  },
  ...Object.fromEntries(
    [
      ['operator_initiated', bot] as const,
      ['automated', admin] as const,
      ['campaigns_initiated', admin] as const,
      ['campaigns_initiated', { type: 'campaign', id: '1' }] as const,
    ].map(([delivered_as, author]) => [
      `a contact answers an outbound message: ${delivered_as}, ${author.type}`,
      {
        conversation: outbound(delivered_as, author),
        webhooks: created(outbound(delivered_as, author)),
        keys: [`created-conversation:${ID}`],
      },
    ]),
  ),
  'a teammate begins and the contact answers': {
    conversation: outbound('admin_initiated', admin),
    webhooks: created(outbound('admin_initiated', admin)),
    keys: [],
  },
  'an outbound message that no contact answered': {
    conversation: (person) => ({ ...outbound('operator_initiated', bot)(person), ...unanswered }),
    webhooks: [],
    keys: [],
  },
  'no source, and the contact never wrote': {
    conversation: (person) => conversation(person, { source: null, ...unanswered }),
    webhooks: [],
    keys: [],
  },
  'no source, and the contact wrote': {
    conversation: (person) => conversation(person, { source: null }),
    webhooks: created((person) => conversation(person, { source: null })),
    keys: [`created-conversation:${ID}`],
  },
  'no source, announced before the contact is known to have written': {
    conversation: (person) => conversation(person, { source: null }),
    webhooks: created((person) => conversation(person, { source: null, ...unanswered })),
    keys: [`created-conversation:${ID}`],
  },
  'a conversation becomes a ticket, with a reply before and after': {
    conversation: grown,
    ticket,
    webhooks: [
      ['conversation.user.created', conversation],
      ['conversation.user.replied', (person) => conversation(person, {}, [before(person)])],
      [
        'ticket.contact.replied',
        (person) => ({ type: 'ticket_ticket_part', ticket: ticket(person), ticket_part: after(person) }),
      ],
    ],
    keys: [`created-conversation:${ID}`, 'replied-to-conversation:37001', 'replied-to-ticket:37003'],
  },
  ...Object.fromEntries(
    ['comment', 'open', 'quick_reply'].map((type) => [
      `a reply that is a ${type}`,
      {
        conversation: replied(type),
        webhooks: [
          ['conversation.user.created', conversation] as const,
          ['conversation.user.replied', replied(type)] as const,
        ],
        keys: [`created-conversation:${ID}`, 'replied-to-conversation:37010'],
      },
    ]),
  ),
  ...Object.fromEntries(
    ['unsnoozed', 'assign_and_reopen', 'attribute_collected', 'participant_added'].map((type) => [
      `a reply that only the topic tells from ${type}`,
      {
        conversation: replied(type),
        webhooks: [
          ['conversation.user.created', conversation] as const,
          ['conversation.user.replied', replied(type)] as const,
        ],
        keys: [`created-conversation:${ID}`, 'replied-to-conversation:37010'],
        historyKeys: [`created-conversation:${ID}`],
      },
    ]),
  ),
}

const roads = ['webhook', 'history', 'webhook, history', 'history, webhook'] as const
const rows = Object.keys(courses).flatMap((name) => roads.map((road) => [name, road] as const))

test.each(rows)('%s: %s', async (name, road) => {
  const course = courses[name] as Course
  const person = { contact: '', now: 0 }
  const { connector, clock, klaviyo, intercom, notify, work } = await startConnector({
    conversations: 1,
    tickets: 0,
    intercept: ({ url }) => {
      if (url.endsWith(`/conversations/${ID}`)) return Response.json(course.conversation(person))
      if (url.endsWith('/conversations/search')) {
        const { conversation_parts: _, ...found } = course.conversation(person)
        return Response.json({ type: 'conversation.list', conversations: [found], total_count: 1, pages: {} })
      }
      if (!url.endsWith('/tickets/search')) return undefined
      const tickets = course.ticket ? [course.ticket(person)] : []
      return Response.json({ type: 'ticket.list', tickets, total_count: tickets.length, pages: {} })
    },
  })
  const { id, email } = await findContactWithEmail(intercom)
  Object.assign(person, { contact: id, now: Math.floor(clock.now() / 1000) })

  for (const step of road.split(', ')) {
    if (step === 'history') {
      await clock.until(readHistory(connector))
    } else {
      for (const [topic, item] of course.webhooks) await notify(topic, item(person))
      await work(60_000)
    }
  }

  const events = klaviyo.events().filter(({ metric }) => METRICS.some((one) => one === metric))
  const keys = road === 'history' ? (course.historyKeys ?? course.keys) : course.keys
  const found = course.webhooks.length === 0 && road === 'webhook' ? [] : keys
  expect(events.map((event) => event.key).sort()).toEqual(found.map((key) => `sandbox1:${key}`).sort())
  expect(events.every((event) => event.email === email)).toBe(true)
})

async function readHistory(connector: Awaited<ReturnType<typeof startConnector>>['connector']): Promise<void> {
  const signal = new AbortController().signal
  for await (const { phase } of connector.backfill({ only: [...METRICS], restart: true, signal }))
    if (phase === 'done') return
}
