/** An event whose answer was lost goes to the same profile again, whatever became of its person: it is counted once. */
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { FirstSends } from '../../../runtime/delivery/first-sends.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { MetricEvent } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

const OLD = 'old@mail.sandbox-shop.com'
const NEW = 'new@mail.sandbox-shop.com'
const MINUTE = 60_000
const DAY = 86_400_000

type Contact = { readonly id: string; readonly email: string | null; readonly phone: string | null } | undefined

const CHANGES: Readonly<Record<string, Contact>> = {
  'has another address': { id: 'c1', email: NEW, phone: null },
  'has only a telephone number': { id: 'c1', email: null, phone: '+353861234567' },
  'has no address': { id: 'c1', email: null, phone: null },
  'was deleted': undefined,
  'was merged into another': { id: 'c2', email: NEW, phone: null },
}

type Road = 'live' | 'live in bulk' | 'history'
type Loss = 'the answer is lost' | 'the answer is a 500' | 'the process dies'

/** A connector on a store, whose Klaviyo records requests and loses its answers on demand. */
async function bench(road: Road) {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const state: { contact: Contact; loss: Loss | undefined } = {
    contact: { id: 'c1', email: OLD, phone: null },
    loss: undefined,
  }
  const begin = Math.floor(clock.now() / 1000)
  const bodyOf = (contact: NonNullable<Contact>) => ({
    type: 'contact',
    role: 'user',
    name: 'Ada',
    created_at: begin - 1000,
    updated_at: begin + (contact.email === OLD ? 0 : 60),
    ...contact,
  })
  const answerOf = (id: string) => {
    const { contact } = state
    if (contact === undefined) return new Response('', { status: 404 })
    if (contact.id === id) return Response.json(bodyOf(contact))
    const headers = { Link: `</contacts/${contact.id}>; rel="canonical"` }
    return Response.json({ type: 'error.list', errors: [{ code: 'contact_merged' }] }, { status: 410, headers })
  }
  let klaviyo: Awaited<ReturnType<typeof startConnector>>['klaviyo'] | undefined
  const intercept = async (request: Request) => {
    const [, id] = /api\.intercom\.io\/contacts\/(\w+)$/.exec(request.url) ?? []
    if (id !== undefined && request.method === 'GET') return answerOf(id)
    if (!request.url.startsWith('https://a.klaviyo.com')) return undefined
    // One Klaviyo for all processes.
    if (state.loss === undefined || !/\/(events|event-bulk-create-jobs)$/.test(request.url))
      return await klaviyo?.fetch(request)
    await klaviyo?.fetch(request)
    if (state.loss === 'the process dies') return new Promise<never>(() => undefined)
    if (state.loss === 'the answer is a 500') return new Response('', { status: 500 })
    throw new TypeError('fetch failed')
  }
  const start = async () => {
    const first = await startConnector({ clock, intercept, connector: { store } })
    if (road !== 'live in bulk') return first
    const { spec } = first
    const settings = { spec: { ...spec, destination: { ...spec.destination, bulkThreshold: 1 } } }
    return startConnector({ clock, intercept, connector: { store, settings } })
  }
  const first = await start()
  klaviyo = first.klaviyo
  return { ...first, klaviyo, clock, store, state, start, bodyOf }
}

function conversation(created: number) {
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id: 'c1' }] }
  const source = { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id: 'c1' } }
  return { type: 'conversation', id: '7', created_at: Math.floor(created / 1000), source, contacts }
}

const TABLE = (['the answer is lost', 'the answer is a 500', 'the process dies'] as const).flatMap((loss) =>
  (['live', 'live in bulk', 'history'] as const).flatMap((road) =>
    Object.keys(CHANGES).map((change): [Loss, Road, string] => [loss, road, change]),
  ),
)

describe('through the whole connector', () => {
  test.each(TABLE)('%s, %s, and the contact %s', async (loss, road, change) => {
    const { klaviyo, clock, state, start, notify, work, store } = await bench(road)
    state.loss = loss
    await notify('conversation.user.created', conversation(clock.now() - (road === 'history' ? 3 * DAY : MINUTE)))
    if (loss === 'the process dies') {
      // Never ends: its request is never answered.
      void work(4_000)
      await clock.advance(4_000)
      // Its lease expires, as that of a process whose end went unnoticed.
      await clock.advance(10 * MINUTE)
    } else await work(10_000)
    expect(klaviyo.events()).toMatchObject([{ email: OLD }])

    state.loss = undefined
    state.contact = CHANGES[change]
    const next = await start()
    await next.work(10 * MINUTE)
    expect(klaviyo.events()).toMatchObject([{ email: OLD }])
    expect(klaviyo.summary().duplicates).toBeGreaterThan(0)
    const [record] = await store.trace('7')
    expect(record?.status).toBe('delivered')
    expect(await store.readSends([record?.outcome?.events[0]?.key ?? ''])).toEqual([])
  })

  test('after the profile has moved to the new address the event goes there, and is counted once', async () => {
    const { klaviyo, clock, state, bodyOf, notify, work, store } = await bench('live')
    await notify('conversation.user.created', { ...conversation(clock.now() - MINUTE), id: '6' })
    await work(10_000)
    state.loss = 'the answer is lost'
    await notify('conversation.user.created', conversation(clock.now() - MINUTE), { id: 'second' })
    await work(2_000)
    const moved = { id: 'c1', email: NEW, phone: null }
    state.contact = moved
    await notify('contact.user.updated', bodyOf(moved))
    await work(2_500)
    expect(klaviyo.profile(NEW)?.id).toBe(klaviyo.events()[0]?.profileId)
    state.loss = undefined
    await work(10 * MINUTE)
    expect(klaviyo.events().map(({ key }) => key)).toEqual([6, 7].map((id) => `sandbox1:created-conversation:${id}`))
    expect(klaviyo.summary()).toMatchObject({ events: 2, profiles: 1 })
    expect((await store.trace('7'))[0]?.status).toBe('delivered')
  })

  test('after a clear refusal a retry has the new address', async () => {
    const { klaviyo, clock, state, notify, work, start } = await bench('live')
    state.contact = { id: 'c1', email: OLD, phone: null }
    const refused = await notify('conversation.user.created', conversation(clock.now() - MINUTE))
    expect(refused).toBe(200)
    const send = klaviyo.fetch
    klaviyo.fetch = async (request) =>
      request.url.endsWith('/api/events')
        ? Response.json({ errors: [{ code: 'forbidden' }] }, { status: 403 })
        : send(request)
    await work(2_000)
    klaviyo.fetch = send
    state.contact = { id: 'c1', email: NEW, phone: null }
    const next = await start()
    await next.work(5 * MINUTE)
    expect(klaviyo.events()).toMatchObject([{ email: NEW }])
  })
})

describe('notes', () => {
  const event = (key: string, email: string): MetricEvent => ({
    kind: 'event',
    metric: 'M',
    time: '2026-07-14T09:30:00.000Z',
    key,
    profile: { email, first_name: 'Ada' },
    properties: {},
  })
  const lost = new Fault('transient', 'x/timeout', 'lost', { unanswered: true })
  const throttled = new Fault('transient', 'x/rate-limited', 'later', { status: 429 })
  const forbidden = new Fault('config', 'x/forbidden', 'no', { status: 403 })
  const invalid = new Fault('data', 'x/invalid', 'no', { status: 400 })

  const ends: [what: string, results: Fault[], kept: boolean][] = [
    ['a lost answer', [lost], true],
    ['too many requests', [throttled], false],
    ['a missing permission', [forbidden], false],
    ['a refusal', [invalid], false],
    ['a lost answer, then too many requests', [lost, throttled], true],
    ['a lost answer, then a missing permission', [lost, forbidden], true],
    ['a lost answer, then a refusal', [lost, invalid], false],
  ]
  test.each(ends)('after %s', async (_, results, kept) => {
    const store = memoryStore({ clock: virtualClock() })
    const sends = new FirstSends(store, { profile: { identifiers: ['email', 'phone_number'] } } as never)
    for (const result of results) await sends.end(await sends.begin([event('k', OLD)]), [result])
    const [begun] = await sends.begin([event('k', NEW)])
    expect(begun).toEqual({ key: 'k', identifiers: { email: kept ? OLD : NEW }, again: kept })
  })

  test('two events of one key in one request have the same identifiers', async () => {
    const store = memoryStore({ clock: virtualClock() })
    const sends = new FirstSends(store, { profile: { identifiers: ['email', 'phone_number'] } } as never)
    const begun = await sends.begin([event('k', OLD), event('k', NEW)])
    expect(begun.map(({ identifiers }) => identifiers)).toEqual([{ email: OLD }, { email: OLD }])
  })
})
