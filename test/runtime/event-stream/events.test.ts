/** `connector.events()`: each event once to its consumer, whatever brings it, and again only what was not acknowledged. */
import { describe, expect, test } from 'vitest'
import type { EventsOptions, StreamedMessage } from '../../../runtime/event-stream/types.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import { findContactWithEmail, type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'

const never = new AbortController().signal
const TOPIC = 'conversation.user.created'

/** Without a key of the destination, and without its server. */
async function streamingConnector({ connector, ...options }: HarnessOptions = {}) {
  const secrets = { intercomAccessToken: 'test-token', intercomClientSecret: 'test-client-secret' }
  const requests: string[] = []
  const intercept: HarnessOptions['intercept'] = (request) => {
    if (request.url.includes('klaviyo')) requests.push(request.url)
    return options.intercept?.(request)
  }
  const shop = await startConnector({ ...options, intercept, connector: { secrets, ...connector } })
  const { id: contact, email } = await findContactWithEmail(shop.intercom)
  const notify = (id: number, author = contact) =>
    shop.notify(
      TOPIC,
      {
        type: 'conversation',
        id: `${id}`,
        created_at: shop.clock.now() / 1000,
        source: { type: 'conversation', author: { type: 'user', id: author } },
        contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: author }] },
      },
      { id: `n${id}` },
    )
  /** Takes up to `count` messages, or those of ten minutes, then leaves the loop. */
  async function take(count: number, request: Partial<EventsOptions> = {}, each?: (message: StreamedMessage) => void) {
    const stop = new AbortController()
    const taken: StreamedMessage[] = []
    const read = async () => {
      for await (const message of shop.connector.events({ signal: stop.signal, ...request })) {
        taken.push(message)
        each?.(message)
        if (taken.length === count) break
      }
    }
    const reading = read()
    void shop.clock.sleep(600_000).then(() => stop.abort())
    await shop.clock.until(reading)
    return taken
  }
  return { ...shop, notify, take, contact, email, requests }
}

const ids = (messages: readonly StreamedMessage[]) =>
  messages.map((message) => (message.kind === 'event' ? Number(message.key.split(':').at(-1)) : message.kind))
const all = Number.POSITIVE_INFINITY

test('gives the event of a webhook, as data, without a request to the destination', async () => {
  const { notify, take, contact, email, requests, store } = await streamingConnector()
  await notify(1)
  const [event] = await take(all)
  expect(JSON.parse(JSON.stringify(event))).toMatchObject({
    kind: 'event',
    metric: 'Created Conversation',
    key: 'sandbox1:created-conversation:1',
    contact,
    lane: 'live',
    profile: { email },
  })
  expect(Object.keys(event ?? {})).not.toContain('cursor')
  expect(requests).toEqual([])
  expect((await store.trace('1')).map(({ status }) => status)).toEqual(['delivered'])
})

describe('after `break`', () => {
  test('the event that was not acknowledged comes again, with the same key', async () => {
    const { notify, take } = await streamingConnector()
    for (const id of [1, 2, 3]) await notify(id)
    expect(ids(await take(2))).toEqual([1, 2])
    expect(ids(await take(all))).toEqual([2, 3])
    expect(ids(await take(all))).toEqual([])
  })

  test('the cursor of the last written event leaves out what the consumer has', async () => {
    const { notify, take } = await streamingConnector()
    for (const id of [1, 2, 3]) await notify(id)
    const [, second] = await take(2)
    expect(ids(await take(all, { since: second?.cursor }))).toEqual([3])
  })

  test('a cursor that is read late names no event after its own', async () => {
    const { notify, take } = await streamingConnector()
    for (const id of [1, 2, 3]) await notify(id)
    const taken = await take(3, { acknowledge: 'explicit' })
    expect(ids(await take(all, { since: taken[0]?.cursor }))).toEqual([2, 3])
  })
})

test('acknowledged explicitly, events end in any order', async () => {
  const { notify, take } = await streamingConnector()
  for (const id of [1, 2, 3]) await notify(id)
  const held: StreamedMessage[] = []
  await take(3, { acknowledge: 'explicit' }, (message) => {
    held.push(message)
    if (held.length === 3) for (const index of [2, 0]) held[index]?.acknowledge()
  })
  expect(ids(await take(all))).toEqual([2])
})

test('a consumer that asks for no more has no more than the records in flight leased', async () => {
  const { notify, connector, clock, store, spec } = await streamingConnector()
  for (let id = 1; id <= 90; id++) await notify(id)
  const events = connector.events({ signal: never })
  await clock.until(events.next())
  await clock.advance(60_000)
  const unsettled = await store.listUnsettled({ limit: 500 })
  const leased = unsettled.filter(({ status }) => status === 'leased').length
  expect(unsettled).toHaveLength(90)
  expect(leased).toBeGreaterThan(0)
  expect(leased).toBeLessThanOrEqual(spec.delivery.concurrency.live)
  await clock.until(events.return())
  const released = await store.listUnsettled({ limit: 500 })
  expect(released.filter(({ status }) => status === 'leased')).toEqual([])
})

test('two consumers share the events', async () => {
  const { notify, take } = await streamingConnector()
  for (let id = 1; id <= 20; id++) await notify(id)
  const [a, b] = await Promise.all([take(all), take(all)])
  expect(ids([...a, ...b]).sort((x, y) => Number(x) - Number(y))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
})

test('a consumer that throws gets its event again', async () => {
  const { notify, take } = await streamingConnector()
  await notify(1)
  const fail = () => {
    throw new RangeError('the disk is full')
  }
  await expect(take(all, {}, fail)).rejects.toThrow('the disk is full')
  expect(ids(await take(all))).toEqual([1])
})

test('gives history, and each event of it once', async () => {
  const { connector, clock, take, requests, store } = await streamingConnector()
  const taking = take(all)
  const read = async () => {
    for await (const { phase } of connector.backfill({ signal: never })) if (phase === 'done') return
  }
  await clock.until(read())
  const messages = await taking
  const keys = messages.flatMap((message) => (message.kind === 'event' ? [message.key] : []))
  expect(keys.length).toBeGreaterThan(100)
  expect(new Set(keys).size).toBe(keys.length)
  expect(new Set(messages.map(({ lane }) => lane))).toEqual(new Set(['backfill']))
  expect(
    messages.every(({ profile }) => Object.keys(profile).every((name) => /^(email|phone_number)$/.test(name))),
  ).toBe(true)
  const delivered = (await store.tallies()).filter(({ status }) => status === 'delivered')
  expect(delivered.reduce((sum, { count }) => sum + count, 0)).toBe(keys.length)
  expect(requests).toEqual([])
})

test('gives what a poll finds', async () => {
  const { connector, clock, take } = await streamingConnector()
  const taking = take(all)
  await clock.until(connector.reconcile({ signal: never, since: 0, until: clock.now() }))
  expect((await taking).length).toBeGreaterThan(0)
})

test('gives an event that waits for an identity once there is one', async () => {
  let email: string | null = null
  const contact = () => ({ type: 'contact', id: 'lead1', role: 'lead', email, phone: null, updated_at: 1 })
  const intercept = (request: Request) =>
    request.url.endsWith('/contacts/lead1') ? new Response(JSON.stringify(contact())) : undefined
  const { notify, take, contact: known } = await streamingConnector({ intercept })
  await notify(1, 'lead1')
  await notify(2, known)
  expect(ids(await take(1))).toEqual([2])
  email = 'lead@mail.example.com'
  const later = await take(all)
  expect(ids(later)).toEqual([2, 1])
  expect(later[1]?.profile).toMatchObject({ email })
})

describe('the first call decides where events go', () => {
  const codeOf = async (run: () => unknown) => {
    try {
      await run()
      return undefined
    } catch (error) {
      return error instanceof Fault ? error.code : error
    }
  }

  test('`work` after `events` throws', async () => {
    const { connector, take } = await streamingConnector()
    await take(0)
    expect(await codeOf(() => connector.work({ signal: never }))).toBe('events/other-route')
  })

  test('`events` after `work` throws', async () => {
    const { connector, work } = await streamingConnector()
    await work(10)
    expect(await codeOf(() => connector.events({ signal: never }))).toBe('events/other-route')
  })

  test('an invalid cursor throws, and decides nothing', async () => {
    const { connector, work } = await streamingConnector()
    for (const since of ['', 'luca', Buffer.from('{"version":2,"events":[]}').toString('base64url')])
      expect(await codeOf(() => connector.events({ signal: never, since }))).toBe('events/cursor')
    await work(10)
  })
})
