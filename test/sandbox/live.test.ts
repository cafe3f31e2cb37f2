/** Live activity of the local Intercom: changed records and signed webhooks. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import {
  type Answer,
  createSubscriber,
  openIntercom,
  type ReceivedNotification,
  serveOnSocket,
  valueAt,
} from '../helpers/open-intercom.ts'

const item = ({ note }: ReceivedNotification) => valueAt(note, 'data.item') as Answer
const topic = ({ note }: ReceivedNotification) => String(note.topic)

describe('300 live actions', async () => {
  const { received, ...subscribed } = createSubscriber()
  const { box, clock, call, searchAll } = openIntercom(subscribed)
  // An hour later, to distinguish new records from the history.
  await clock.advance(3_600_000)
  for (let i = 0; i < 300; i++) await box.act()
  const of = (name: string) => received.filter((one) => topic(one) === name)
  const now = Math.floor(clock.now() / 1000)

  test('cover every topic', () => {
    expect([...new Set(received.map(topic))].sort()).toEqual([
      'contact.lead.created',
      'contact.lead.tag.created',
      'contact.lead.updated',
      'contact.unarchived',
      'contact.unsubscribed',
      'contact.user.created',
      'contact.user.tag.created',
      'contact.user.updated',
      'conversation.admin.single.created',
      'conversation.rating.added',
      'conversation.read',
      'conversation.user.created',
      'conversation.user.replied',
      'ticket.contact.replied',
      'ticket.created',
      'ticket.state.updated',
      'visitor.signed_up',
    ])
  })

  test('sign the bytes they send, in the recorded envelope', () => {
    for (const { headers, text, note } of received) {
      const expected = createHmac('sha1', 'a-secret').update(text).digest('hex')
      expect(headers.get('x-hub-signature')).toBe(`sha1=${expected}`)
      const envelope = {
        type: 'notification_event',
        app_id: 'sandbox1',
        delivery_attempts: 1,
        delivery_status: 'pending',
      }
      expect(note).toMatchObject({
        ...envelope,
        created_at: now,
        first_sent_at: now,
        data: { type: 'notification_event_data' },
      })
    }
    const ids = received.map(({ note }) => note.id).filter((id) => id !== null)
    expect(new Set(ids).size).toBe(ids.length)
    expect(box.notifications().map(({ id }) => id)).toEqual(received.map(({ note }) => note.id))
  })

  test('change the results of search and GET', async () => {
    const changed = { operator: 'AND', value: [{ field: 'updated_at', operator: '>', value: now - 1 }] }
    const conversations = await searchAll('/conversations/search', changed)
    const told = received.filter((one) => topic(one).startsWith('conversation.')).map((one) => item(one).id)
    expect(conversations.map(({ id }) => id)).toEqual(expect.arrayContaining([...new Set(told)]))

    const last = new Map(of('ticket.state.updated').map((one) => [item(one).id, item(one)]))
    for (const [id, sent] of last) {
      const { body } = await call('GET', `/tickets/${id}`)
      const known = (valueAt(body, 'ticket_parts.ticket_parts') as Answer[]).map((part) => part.id)
      expect(known).toEqual(
        expect.arrayContaining((valueAt(sent, 'ticket_parts.ticket_parts') as Answer[]).map((part) => part.id)),
      )
    }
    for (const one of of('contact.user.created'))
      expect((await call('GET', `/contacts/${item(one).id}`)).status).toBe(200)
  })

  test('a reply carries only the new part, by a contact, as plain text', () => {
    for (const one of of('conversation.user.replied')) {
      const list = item(one).conversation_parts
      expect(list).toMatchObject({ total_count: 1, conversation_parts: [{ part_type: 'comment', created_at: now }] })
      expect(valueAt(list, 'conversation_parts.0.author.type')).toMatch(/user|lead/)
      expect(valueAt(list, 'conversation_parts.0.body')).not.toMatch(/<p>/)
    }
  })

  test('a new ticket sends its first state and its creation, with the same item', () => {
    for (const created of of('ticket.created')) {
      const state = of('ticket.state.updated').find((one) => valueAt(one.note, 'data.item.id') === item(created).id)
      expect(state && item(state)).toEqual(item(created))
      const [first] = valueAt(item(created), 'ticket_parts.ticket_parts') as Answer[]
      expect(first).toMatchObject({ ticket_state: 'submitted', previous_ticket_state: 'submitted', created_at: now })
    }
    expect(of('ticket.created').some((one) => Number(item(one).created_at) < now)).toBe(true)
  })

  test('a reply to a ticket is wrapped, beside the ticket with all its parts', () => {
    for (const one of of('ticket.contact.replied')) {
      expect(item(one)).toMatchObject({
        type: 'ticket_ticket_part',
        ticket: { type: 'ticket' },
        ticket_part: { part_type: 'comment' },
      })
      expect((valueAt(item(one), 'ticket.ticket_parts.ticket_parts') as Answer[]).at(-1)).toEqual(item(one).ticket_part)
    }
  })

  test('contacts come with ISO dates, wrapped for tags and subscriptions', () => {
    for (const one of of('contact.user.updated')) expect(item(one).updated_at).toBe(new Date(now * 1000).toISOString())
    for (const one of of('contact.user.tag.created')) {
      expect(item(one)).toMatchObject({ type: 'contact_tag', tag: { type: 'tag' }, contact: { type: 'contact' } })
    }
    for (const one of of('contact.unsubscribed'))
      expect(valueAt(item(one), 'contact.unsubscribed_from_emails')).toBe(true)
  })
})

test('live activity continues at its interval until stopped', async () => {
  const { received, ...subscribed } = createSubscriber()
  const { box, clock } = openIntercom({ ...subscribed, random: () => 0 })
  const stop = new AbortController()
  const living = box.live({ every: 1000, signal: stop.signal })
  await clock.advance(9_500)
  stop.abort()
  await living
  expect(received.length).toBe(10)
})

test('over real sockets: /sandbox/act posts to a receiver', async () => {
  const { received, ...subscribed } = createSubscriber()
  const receiver = await serveOnSocket(subscribed.fetch)
  const { box } = openIntercom({
    clock: virtualClock(),
    webhookUrl: () => receiver.url,
    fetch: (request) => fetch(request),
  })
  const server = await serveOnSocket(box.fetch)
  expect((await fetch(`${server.url}/sandbox/act?n=40`, { method: 'POST' })).status).toBe(200)
  const notes = (await (await fetch(`${server.url}/sandbox/notifications`)).json()) as Answer[]
  expect(notes.length).toBeGreaterThanOrEqual(40)
  expect(new Set(notes.map((note) => note.status))).toEqual(new Set(['delivered']))
  expect(received.length).toBe(notes.length)
  box.close()
  await Promise.all([server.close(), receiver.close()])
})
