/** An unreliable Intercom: webhooks that are lost, late or paused, pages cut short, wrong counts. */
import { expect, test } from 'vitest'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { parseUnreliability, spoilAnswer, type Unreliability } from '../../sandbox/intercom/unreliability.ts'
import { WebhookSender } from '../../sandbox/intercom/webhooks.ts'

function sender(rules: Unreliability, answer: () => number = () => 200) {
  const clock = virtualClock()
  const since = clock.now()
  const arrived: string[] = []
  let draw = 0
  const webhooks = new WebhookSender({
    clock,
    random: () => (draw = (draw + 0.37) % 1),
    fetch: async (request) => {
      arrived.push(((await request.json()) as { topic: string }).topic)
      return new Response(null, { status: answer() })
    },
    workspace: 'w',
    clientSecret: 's',
    url: () => 'http://localhost/hook',
    rules: () => ({ ...rules, since }),
  })
  return { clock, arrived, webhooks, send: (topic: string) => clock.until(webhooks.send(topic, {})) }
}

test('loses a share of the webhooks, or those of a topic', async () => {
  const some = sender({ loseRate: 0.5 })
  for (let i = 0; i < 100; i++) await some.send(`t${i}`)
  expect(some.arrived.length).toBeGreaterThan(25)
  expect(some.arrived.length).toBeLessThan(75)
  const tickets = sender({ loseTopic: 'ticket.' })
  for (const topic of ['ticket.created', 'conversation.read', 'ticket.closed']) await tickets.send(topic)
  expect(tickets.arrived).toEqual(['conversation.read'])
  expect(tickets.webhooks.notifications().map(({ status }) => status)).toEqual(['lost', 'delivered', 'lost'])
})

test('loses the webhooks of an hour', async () => {
  const { clock, arrived, send } = sender({ loseFor: 3_600_000 })
  await send('a')
  await clock.advance(3_599_000)
  await send('b')
  await clock.advance(1_000)
  await send('c')
  expect(arrived).toEqual(['c'])
})

test('delays webhooks so that they overtake each other', async () => {
  const { clock, arrived, send } = sender({ delay: 60_000 })
  for (let i = 0; i < 10; i++) await send(`t${i}`)
  expect(arrived).toEqual([])
  await clock.advance(60_000)
  expect([...arrived].sort()).toEqual(Array.from({ length: 10 }, (_, i) => `t${i}`))
  expect(arrived).not.toEqual([...arrived].sort())
})

test('pauses for 15 minutes after failures in a row', async () => {
  let status = 500
  const { clock, arrived, send } = sender({ pauseAfter: 2 }, () => status)
  await send('a')
  await send('b')
  status = 200
  await send('lost')
  expect(arrived).not.toContain('lost')
  await clock.advance(15 * 60_000)
  await send('later')
  expect(arrived).toContain('later')
})

const page = { conversations: [1, 2], total_count: 4, pages: { type: 'pages', next: { starting_after: 'x' } } }

test.each<[Unreliability, object]>([
  [{}, page],
  [{ cutRate: 1 }, { conversations: [1, 2], total_count: 4, pages: { type: 'pages' } }],
  [{ emptyRate: 1 }, { total_count: 4, pages: page.pages }],
  [{ countExtra: 3 }, { ...page, total_count: 7 }],
])('a page under %j', async (rules, expected) => {
  expect(await (await spoilAnswer(Response.json(page), rules, () => 0.5)).json()).toEqual(expected)
  expect(await (await spoilAnswer(Response.json({ id: '1' }), rules, () => 0.5)).json()).toEqual({ id: '1' })
})

test('items lose their ids, and whole answers give way to an error under 200', async () => {
  const list = { ...page, conversations: [{ id: '1', a: 1 }] }
  const spoiled = await spoilAnswer(Response.json(list), { noIdRate: 1 }, () => 0.5)
  expect(await spoiled.json()).toEqual({ ...list, conversations: [{ a: 1 }] })
  for (const draw of [0, 0.4, 0.9]) {
    const error = await spoilAnswer(Response.json({ id: '1' }), { errorRate: 1 }, () => draw)
    expect([error.status, await error.text()]).toEqual([200, expect.not.stringContaining('"id"')])
  }
})

test.each([
  [
    { loseRate: 0.5, latency: 20 },
    { own: { loseRate: 0.5 }, others: { latency: 20 } },
  ],
  [{ loseRate: 2 }, undefined],
  [{ loseFor: 3_600_000 }, { own: { loseFor: 3_600_000 }, others: {} }],
  [{ loseTopic: 1 }, undefined],
  [{ countExtra: -1 }, undefined],
])('rules %j', (rules, expected) => {
  expect(parseUnreliability(rules)).toEqual(expected)
})
