/** The history of records against a failing Klaviyo: the Find page and `trace` show the same steps. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { HistoryStep } from '../../runtime/record-history.ts'
import { runCommand } from '../helpers/cli-fake.ts'
import { findContactWithEmail } from '../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../helpers/console.ts'

type Shop = Awaited<ReturnType<typeof openConsoleWithConnector>>

const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
const REFUSED = '5f2c1b7e-0000-4000-8000-000000000001'
const refusal = () =>
  Response.json({ errors: [{ id: REFUSED, status: 400, code: 'invalid', detail: 'Invalid input.' }] }, { status: 400 })

let shop: Shop
let refusing = false

/** A contact rates a conversation; runs deliveries for a minute. */
async function rate(id: string): Promise<void> {
  const person = await findContactWithEmail(shop.intercom)
  const at = Math.floor(shop.clock.now() / 1000)
  const item = {
    type: 'conversation',
    id,
    created_at: at - 60,
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: person.id }] },
    conversation_rating: { rating: 2, created_at: at, contact: { id: person.id } },
  }
  await shop.notify('conversation.rating.added', item, { id: `n-${id}` })
  await shop.work(60_000)
}

/** Answers the next requests with 500; one attempt makes four. */
async function failNext(requests: number): Promise<void> {
  const body = JSON.stringify({ failNext: requests })
  await shop.klaviyo.fetch(new Request('http://klaviyo.local/sandbox/misbehave', { method: 'POST', body }))
}

beforeAll(async () => {
  const isEvent = ({ method, url }: Request) => method === 'POST' && url.endsWith('/api/events')
  shop = await openConsoleWithConnector(
    {},
    { intercept: (request) => (refusing && isEvent(request) ? refusal() : undefined) },
  )
  await rate('at-once')
  await failNext(3 * 4)
  await rate('deferred')
  refusing = true
  await rate('refused')
  await rate('replayed')
  refusing = false
  await shop.store.replay((await shop.store.trace('replayed')).map(({ id }) => id))
  await shop.work(60_000)
  await shop.notify('ticket.created', { type: 'ticket', id: 'broken' }, { id: 'n-broken' })
  await shop.notify('thing.happened', { type: 'thing', id: 'skipped' }, { id: 'n-skipped' })
  await shop.work(60_000)
})

const cases: [what: string, ref: string, steps: string, found: RegExp][] = [
  [
    'delivered at once',
    'at-once',
    'received delivered',
    /Received by webhook .+ Delivered Rated .+ answered 202, request/,
  ],
  [
    'deferred three times',
    'deferred',
    'received deferred deferred deferred delivered',
    /Waiting to retry until .+ Delivered Rated/,
  ],
  ['rejected', 'refused', 'received dead', /Failed .+ Request 5f2c\S+ What to do Fix the mapping/],
  [
    'replayed',
    'replayed',
    'received dead replayed delivered',
    /Failed .+ Queued for retry .+ Delivered Rated .+ answered 202/,
  ],
  ['a failing mapping', 'n-broken', 'received dead', /Location mappings\/created-ticket\.yaml:\d+:\d+ What to do Fix/],
  [
    'skipped',
    'n-skipped',
    'received skipped',
    /Skipped Reason No mapping uses the topic.+ What to do If it should be sent: /,
  ],
]

const stepsOf = async (ref: string): Promise<readonly HistoryStep[]> => {
  const { out } = await runCommand(['trace', ref, '--json'], { store: shop.store, clock: shop.clock })
  return JSON.parse(out)[0].steps
}
const requestsOf = (steps: readonly HistoryStep[]): string[] =>
  steps.flatMap(({ cause, events }) =>
    [cause?.requestId, ...events.flatMap((event) => [event.cause?.requestId, ...event.facts])].flatMap(
      (text) => /[\da-f-]{36}/.exec(text ?? '') ?? [],
    ),
  )

describe.each(cases)('%s', (_, ref, kinds, found) => {
  test('lists each step in order of time', async () => {
    const steps = await stepsOf(ref)
    expect(steps.map((step) => step.kind).join(' ')).toBe(kinds)
    expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).sort((a, b) => a - b))
  })

  test('only the last step asks for an action', async () => {
    const causes = (await stepsOf(ref)).map(({ cause, events }) => [cause, ...events.map((event) => event.cause)])
    const acting = causes.map((all) => all.some((cause) => cause?.whoActs !== undefined))
    expect(acting.lastIndexOf(true)).toBe(/dead$|skipped$/.test(kinds) ? acting.length - 1 : -1)
  })

  test('shows the same steps as text, as JSON and on the page', async () => {
    const steps = await stepsOf(ref)
    const { out } = await runCommand(['trace', ref], { store: shop.store, clock: shop.clock })
    const page = (await shop.browser().text(`/find?ref=${ref}`)).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    expect(page).toMatch(found)
    for (const { at, kind } of steps) {
      const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ')
      expect(out).toContain(`${time}Z  ${kind}`)
      expect(page).toContain(`${time} UTC`)
    }
    for (const request of requestsOf(steps))
      expect([out.includes(request), page.includes(request)]).toEqual([true, true])
  })
})

test('each rejection and each receipt has its Klaviyo request id', async () => {
  const requests = await Promise.all(cases.map(async ([, ref]) => requestsOf(await stepsOf(ref))))
  expect(requests.map((all) => all.length)).toEqual([1, 4, 1, 2, 0, 0])
  const all = requests.flat()
  for (const request of all) expect(request).toMatch(ID)
  expect(new Set(all).size).toBe(all.length - 1)
  expect(all.filter((request) => request === REFUSED)).toHaveLength(2)
})

test('neither finds an unknown id', async () => {
  expect((await runCommand(['trace', 'unknown'], { store: shop.store, clock: shop.clock })).exit).toBe(1)
  expect(await shop.browser().text('/find?ref=unknown')).toContain('No records of unknown')
})
