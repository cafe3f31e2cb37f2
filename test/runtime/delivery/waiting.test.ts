/** Events whose contact has no identifier yet wait for it, on every road, for every metric. */
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const BEGAN = Math.floor(virtualClock().now() / 1000) - 3600
const LEAD = 'lead1'
const EMAIL = 'ann@mail.sandbox-shop.com'

const author = { type: 'lead', id: LEAD, name: '', email: '' }
const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id: LEAD }] }

const reply = (id: string) => ({ type: 'part', id, part_type: 'comment', body: 'hi', created_at: BEGAN + 60, author })
const conversation = {
  type: 'conversation',
  id: '4711',
  created_at: BEGAN,
  updated_at: BEGAN + 120,
  source: { type: 'conversation', delivered_as: 'customer_initiated', author },
  contacts,
  conversation_rating: { rating: 5, created_at: BEGAN + 90, updated_at: BEGAN + 100, contact: { id: LEAD } },
  statistics: { type: 'conversation_statistics', count_conversation_parts: 2 },
  conversation_parts: { type: 'list', total_count: 1, conversation_parts: [reply('801')] },
}

const state = (id: string, ticket_state: string, previous_ticket_state: string, at: number) => ({
  ...{ type: 'ticket_part', id, part_type: 'ticket_state_updated_by_admin', ticket_state, previous_ticket_state },
  ...{ created_at: BEGAN + at, author: { type: 'admin', id: '1' } },
})
const states = [
  state('901', 'submitted', 'submitted', 1),
  state('902', 'waiting_on_customer', 'submitted', 2),
  state('903', 'resolved', 'waiting_on_customer', 3),
]
const ticket = (parts: readonly object[]) => ({
  ...{ type: 'ticket', id: '5711', ticket_id: '12', category: 'Customer', created_at: BEGAN, updated_at: BEGAN + 120 },
  contacts,
  ticket_parts: { type: 'list', total_count: parts.length, ticket_parts: parts },
})

const WITH_HISTORY = [
  'Created Conversation',
  'Created Ticket',
  'Marked Ticket On Hold',
  'Rated Conversation',
  'Replied to Conversation',
  'Replied to Ticket',
  'Resolved Ticket',
  'Submitted Ticket',
]
const ALL = [...WITH_HISTORY, 'Read Conversation'].sort()

interface Person {
  email?: string
  known?: boolean
}

/** A connector whose workspace holds one conversation and one ticket of one lead. */
async function startWithLead(person: Person = {}, answers: (path: string) => Response | undefined = () => undefined) {
  const contact = () => ({ type: 'contact', id: LEAD, role: 'lead', updated_at: BEGAN, email: person.email ?? null })
  const page = (name: string, items: readonly object[]) =>
    Response.json({ type: 'list', [name]: items, total_count: items.length, pages: { type: 'pages' } })
  const missing = () => new Response('<html>404 Not Found</html>', { status: 404 })
  const harness = await startConnector({
    intercept: ({ url, method }) => {
      const { hostname, pathname } = new URL(url)
      if (hostname === 'a.klaviyo.com') return undefined
      const other = answers(pathname)
      if (other !== undefined) return other
      const known = person.known !== false
      if (pathname === `/contacts/${LEAD}`) return known ? Response.json(contact()) : missing()
      if (pathname === '/contacts/search') return page('data', known ? [contact()] : [])
      if (pathname === '/contacts' && method === 'GET') return page('data', known ? [contact()] : [])
      if (pathname === '/conversations/search') return page('conversations', [conversation])
      if (pathname === '/conversations/4711') return Response.json(conversation)
      if (pathname === '/tickets/search') return page('tickets', [ticket([...states, reply('951')])])
      return undefined
    },
  })
  const { notify, work, connector, clock, klaviyo, store } = harness
  let notices = 0
  const send = async (topic: string, item: object) =>
    expect(await notify(topic, item, { id: `notice-${++notices}` })).toBe(200)
  const roads = {
    async webhook() {
      for (const topic of ['conversation.user.created', 'conversation.rating.added', 'conversation.read']) {
        await send(topic, { ...conversation, conversation_parts: undefined })
      }
      await send('conversation.user.replied', conversation)
      await send('ticket.created', ticket([]))
      for (const count of [1, 2, 3]) await send('ticket.state.updated', ticket(states.slice(0, count)))
      await send('ticket.contact.replied', {
        type: 'ticket_ticket_part',
        ticket: ticket(states),
        ticket_part: reply('951'),
      })
      await work()
    },
    async history() {
      const read = async () => {
        const options = { only: WITH_HISTORY, until: clock.now(), signal: new AbortController().signal }
        for await (const { phase } of connector.backfill(options)) if (phase === 'done') return
        throw new Error('the import did not end')
      }
      await clock.until(read())
    },
  }
  const sent = () =>
    klaviyo
      .events()
      .map(({ metric }) => metric)
      .sort()
  const waiting = async () => {
    const tallies = await store.tallies()
    return tallies.filter(({ status }) => status === 'deferred').reduce((sum, { count }) => sum + count, 0)
  }
  const identify = async (topic = 'contact.lead.added_email') => {
    person.email = EMAIL
    await send(topic, { ...contact(), updated_at: Math.floor(clock.now() / 1000) })
    await work()
  }
  return { ...harness, send, roads, sent, waiting, identify, person }
}

describe('every metric waits for the address, then counts once', () => {
  const cases: [road: string, steps: ('webhook' | 'history')[], metrics: string[], waits: number][] = [
    ['by webhook', ['webhook'], ALL, 9],
    ['by history', ['history'], WITH_HISTORY, 8],
    ['by webhook, then history', ['webhook', 'history'], ALL, 9],
    ['by history, then webhook', ['history', 'webhook'], ALL, 9],
  ]
  test.each(cases)('%s', async (_, steps, metrics, waits) => {
    const { roads, sent, waiting, identify, store, klaviyo } = await startWithLead()
    for (const step of steps) await roads[step]()
    expect(sent()).toEqual([])
    expect(await waiting()).toBe(waits)
    expect([(await store.backlog('live')).records, (await store.backlog('backfill')).records]).toEqual([0, 0])
    await identify()
    expect(sent()).toEqual(metrics)
    expect(await waiting()).toBe(0)
    expect(klaviyo.summary()).toMatchObject({ events: metrics.length, duplicates: 0 })
    expect(new Set(klaviyo.events().map(({ email }) => email))).toEqual(new Set([EMAIL]))
    expect(klaviyo.events().find(({ metric }) => metric === 'Created Conversation')?.key).toBe(
      'sandbox1:created-conversation:4711',
    )
    const counted = (await store.tallies()).filter(
      ({ metric, status }) => metric !== 'Profile' && status === 'delivered',
    )
    expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(metrics.length)
  })

  test('by webhook, without a notice of the contact: the slow check finds the address', async () => {
    const { roads, sent, waiting, person, work } = await startWithLead()
    await roads.webhook()
    await work(10 * MINUTE)
    expect(sent()).toEqual([])
    person.email = EMAIL
    await work(30 * MINUTE)
    expect(sent()).toEqual(ALL)
    expect(await waiting()).toBe(0)
  })

  test('history with the address finds what waits from webhooks delivered already', async () => {
    const { roads, sent, person, klaviyo, work, waiting } = await startWithLead()
    await roads.webhook()
    person.email = EMAIL
    await roads.history()
    await work(MINUTE)
    expect(sent()).toEqual(ALL)
    expect(klaviyo.summary().duplicates).toBe(0)
    expect(await waiting()).toBe(0)
  })
})

test('an address that comes after a day is sent as history, and one after the window not at all', async () => {
  const late = await startWithLead()
  await late.roads.webhook()
  await late.clock.advance(2 * DAY)
  await late.identify()
  expect(late.sent()).toEqual(ALL)
  expect(late.klaviyo.events().filter(({ triggersFlows }) => triggersFlows)).toEqual([])

  const tooLate = await startWithLead()
  await tooLate.send('conversation.user.created', conversation)
  await tooLate.work()
  await tooLate.clock.advance(31 * DAY)
  await tooLate.work()
  expect(await tooLate.waiting()).toBe(0)
  const skips = (await tooLate.store.tallies()).filter(({ status }) => status === 'skipped')
  expect(skips).toMatchObject([{ metric: 'Created Conversation', reason: 'no-identity', count: 1 }])
  await tooLate.identify()
  expect(tooLate.sent()).toEqual([])
})

test('an event older than the window does not wait', async () => {
  const { send, work, waiting, store } = await startWithLead()
  await send('conversation.user.created', { ...conversation, created_at: BEGAN - 31 * 86_400 })
  await work()
  expect(await waiting()).toBe(0)
  expect(await store.tallies('live')).toMatchObject([{ status: 'skipped', reason: 'no-identity' }])
})

test('a waiting event holds up no later notice of its conversation', async () => {
  const { send, work, sent } = await startWithLead({}, (path) =>
    path === '/contacts/user1' ? Response.json({ type: 'contact', id: 'user1', email: EMAIL }) : undefined,
  )
  await send('conversation.user.created', conversation)
  await work()
  const other = { ...reply('802'), author: { type: 'user', id: 'user1' } }
  await send('conversation.user.replied', {
    ...conversation,
    conversation_parts: { type: 'list', total_count: 1, conversation_parts: [other] },
  })
  await work()
  expect(sent()).toEqual(['Replied to Conversation'])
})

describe('a contact that the source does not know', () => {
  test('is asked for again within minutes', async () => {
    const { send, sent, person, work, store } = await startWithLead({ email: EMAIL, known: false })
    await send('conversation.user.created', conversation)
    await work()
    expect(await store.tallies('live')).toMatchObject([{ status: 'deferred', reason: 'awaiting-contact', count: 1 }])
    person.known = true
    await work(MINUTE)
    expect(sent()).toEqual(['Created Conversation'])
  })

  test('is skipped after five minutes: contact-not-found', async () => {
    const { send, sent, work, store } = await startWithLead({ known: false })
    await send('conversation.user.created', conversation)
    await work(6 * MINUTE)
    expect(sent()).toEqual([])
    expect(await store.tallies('live')).toMatchObject([{ status: 'skipped', reason: 'contact-not-found', count: 1 }])
  })

  const user = (id: string) => ({ type: 'contact', id })
  const group = (...ids: string[]) => ({ contacts: { type: 'contact.list', contacts: ids.map(user) } })
  const candidates: [what: string, topic: string, item: object, sent: string[]][] = [
    ['the only contact of the conversation', 'conversation.user.created', group('user1'), ['Created Conversation']],
    ['the only contact of the conversation', 'conversation.user.replied', group('user1'), ['Replied to Conversation']],
    ['the only contact of the conversation', 'conversation.rating.added', group('user1'), ['Rated Conversation']],
    ['no one of a group', 'conversation.user.created', group('user1', 'user2'), []],
    ['no one of a group', 'conversation.user.replied', group('user1', 'user2'), []],
    ['no one of a group', 'conversation.rating.added', group('user1', 'user2'), []],
  ]
  test.each(candidates)('then counts for %s: %s', async (_, topic, item, metrics) => {
    const { send, sent, work } = await startWithLead({ known: false }, (path) =>
      path === '/contacts/user1' ? Response.json({ type: 'contact', id: 'user1', email: EMAIL }) : undefined,
    )
    await send(topic, { ...conversation, ...item })
    await work(4 * MINUTE)
    expect(sent()).toEqual([])
    await work(2 * MINUTE)
    expect(sent()).toEqual(metrics)
  })
})

test('a candidate without an address waits: the next one is not tried', async () => {
  const { send, sent, work, waiting } = await startWithLead({}, (path) =>
    path === '/contacts/user1' ? Response.json({ type: 'contact', id: 'user1', email: EMAIL }) : undefined,
  )
  await send('conversation.user.created', {
    ...conversation,
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: 'user1' }] },
  })
  await work(10 * MINUTE)
  expect([sent(), await waiting()]).toEqual([[], 1])
})

test('a merge releases the events of the lead that was merged', async () => {
  let merged = false
  const survivor = { type: 'contact', id: 'user1', email: EMAIL, merged_from: { type: 'contact', id: LEAD } }
  const { send, sent, work } = await startWithLead({}, (path) => {
    if (path === '/contacts/user1') return Response.json(survivor)
    if (path !== `/contacts/${LEAD}` || !merged) return undefined
    const headers = { Link: '</contacts/user1>; rel="canonical"' }
    return Response.json({ type: 'error.list', errors: [{ code: 'contact_merged' }] }, { status: 410, headers })
  })
  await send('conversation.user.created', conversation)
  await work()
  merged = true
  await send('contact.merged', survivor)
  await work()
  expect(sent()).toEqual(['Created Conversation'])
})

test('events of a contact that was merged before wait for the one that remains', async () => {
  let email: string | null = null
  const { send, sent, work, waiting } = await startWithLead({}, (path) => {
    if (path === '/contacts/user1') return Response.json({ type: 'contact', id: 'user1', email })
    if (path !== `/contacts/${LEAD}`) return undefined
    const headers = { Link: '</contacts/user1>; rel="canonical"' }
    return Response.json({ type: 'error.list', errors: [{ code: 'contact_merged' }] }, { status: 410, headers })
  })
  await send('conversation.user.created', conversation)
  await work()
  expect(await waiting()).toBe(1)
  email = EMAIL
  await send('contact.email.updated', { type: 'contact', id: 'user1', email, updated_at: BEGAN + 3600 })
  await work()
  expect(sent()).toEqual(['Created Conversation'])
})
