/** Pages are told of changes: soon, once, without asking the store for nobody, and not beyond the end. */
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { LiveUpdates } from '../../../runtime/console/server/live-updates.ts'
import type { SourceRecord } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { openConsole } from '../../helpers/console.ts'
import { virtualClock } from '../../helpers/virtual-clock.ts'

const record = (id: string): SourceRecord => ({
  id,
  ingress: 'webhook',
  lane: 'live',
  workspace: 'w',
  orderingKey: id,
  lookupIds: [],
  receivedAt: 0,
  body: '{}',
})

function stage() {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  let looks = 0
  const counting = Object.setPrototypeOf({ tallies: () => Promise.resolve(looks++).then(() => store.tallies()) }, store)
  const ending = new AbortController()
  const bound = {
    tallies: counting.tallies,
    backlog: store.backlog.bind(store),
    readCheckpoint: store.readCheckpoint.bind(store),
  }
  const updates = new LiveUpdates({ store: bound, clock, signal: ending.signal })
  return { clock, store, updates, subscribe: subscriberOf(updates), looks: () => looks, end: () => ending.abort() }
}

/** The event stream as a page of `browser` gets it. */
function subscriberOf(updates: LiveUpdates) {
  return async (lastId: string, browser: string): Promise<Response> =>
    new Hono().get('/', (c) => updates.subscribe(c, { lastId, browser })).request('/')
}

/** Reads a stream as it comes. */
function listen(response: Response) {
  const heard: string[] = []
  const reader = response.body?.getReader()
  let ended = false
  const read = async () => {
    for (;;) {
      const piece = await reader?.read()
      if (piece?.value) heard.push(new TextDecoder().decode(piece.value))
      if (piece?.done !== false) break
    }
    ended = true
  }
  void read()
  return {
    heard,
    changes: () => heard.join('').match(/event: changed/g)?.length ?? 0,
    lastId: () => [...heard.join('').matchAll(/id: (\S+)/g)].at(-1)?.[1] ?? '',
    ended: () => ended,
    leave: () => reader?.cancel(),
  }
}

test('says within a second that something changed, and says it once', async () => {
  const { clock, store, subscribe } = stage()
  const page = listen(await subscribe('', 'one'))
  await clock.pass(1_500)
  const before = page.changes()
  await store.append([record('a')])
  await clock.pass(1_000)
  expect(page.changes()).toBe(before + 1)
  await clock.pass(10_000)
  expect(page.changes()).toBe(before + 1)
})

test('looks once a second for all, and not at all for nobody', async () => {
  const { clock, subscribe, looks } = stage()
  await clock.pass(10_000)
  expect(looks()).toBe(0)
  const pages = (await Promise.all([1, 2, 3].map(() => subscribe('', 'one')))).map(listen)
  await clock.pass(10_000)
  expect(looks()).toBeLessThanOrEqual(12)
  for (const page of pages) await page.leave()
  await clock.pass(2_000)
  const last = looks()
  await clock.pass(10_000)
  expect(looks()).toBe(last)
  expect(clock.sleeping).toBe(0)
})

test('a page that comes back hears what it missed, and nothing if it missed nothing', async () => {
  const { clock, store, subscribe } = stage()
  const other = listen(await subscribe('', 'one'))
  await clock.pass(2_000)
  const id = other.lastId()
  const same = listen(await subscribe(id, 'one'))
  await clock.pass(2_000)
  expect(same.changes()).toBe(0)
  await same.leave()
  await store.append([record('a')])
  await clock.pass(2_000)
  const back = listen(await subscribe(id, 'one'))
  await clock.pass(10)
  expect(back.changes()).toBe(1)
})

test('a page that was made before a change which others heard of is told of it', async () => {
  const { clock, store, subscribe, updates } = stage()
  listen(await subscribe('', 'one'))
  await clock.pass(2_000)
  const made = updates.lastId
  await store.append([record('a')])
  await clock.pass(2_000)
  const late = listen(await subscribe(made, 'one'))
  const inTime = listen(await subscribe(updates.lastId, 'one'))
  await clock.pass(2_000)
  expect([late.changes(), inTime.changes()]).toEqual([1, 0])
})

test('a page says of itself what it has seen', async () => {
  const { clock, store, browser } = await openConsole()
  const client = browser()
  const eventsOf = async () => /data-events="([^"]+)"/.exec(await client.text('/'))?.[1] ?? ''
  const open = async (path: string) => listen(await client.get(path))
  await open(await eventsOf())
  await clock.pass(2_000)
  const made = await eventsOf()
  await store.append([record('a')])
  await clock.pass(2_000)
  const [late, inTime] = [await open(made), await open(await eventsOf())]
  await clock.pass(2_000)
  expect([late.changes(), inTime.changes()]).toEqual([1, 0])
})

test('a quiet stream gives a sign of life that a page can hear', async () => {
  const { clock, subscribe } = stage()
  const page = listen(await subscribe('', 'one'))
  await clock.pass(16_000)
  expect(page.heard.join('')).toMatch(/^event: heartbeat\ndata: \n\n/m)
})

test('pages look again every minute, since time itself changes what they say', async () => {
  const { clock, subscribe } = stage()
  const page = listen(await subscribe('', 'one'))
  await clock.pass(2_000)
  const before = page.changes()
  await clock.pass(10 * 60_000)
  expect(page.changes()).toBe(before + 10)
})

test('one browser has four at most, so that it has connections left to load a page', async () => {
  const { subscribe } = stage()
  const browsers = ['one', 'one', 'one', 'one', 'one', 'other']
  const answers = await Promise.all(browsers.map((browser) => subscribe('', browser)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 503, 200])
  await answers[0]?.body?.cancel()
  expect((await subscribe('', 'one')).status).toBe(200)
})

test('ends with the process, and begins no more', async () => {
  const { clock, subscribe, end } = stage()
  const page = listen(await subscribe('', 'one'))
  await clock.pass(2_000)
  end()
  await clock.pass(10)
  expect(page.ended()).toBe(true)
  expect((await subscribe('', 'one')).status).toBe(503)
  expect(clock.sleeping).toBe(0)
})

test('goes on when the store fails for a moment', async () => {
  const clock = virtualClock()
  let fails = false
  const store = memoryStore({ clock })
  const backlog = async (lane: 'live' | 'backfill') => {
    if (fails) throw new Error('busy')
    return store.backlog(lane)
  }
  const bound = { tallies: store.tallies.bind(store), backlog, readCheckpoint: store.readCheckpoint.bind(store) }
  const updates = new LiveUpdates({ store: bound, clock, signal: new AbortController().signal })
  const page = listen(await subscriberOf(updates)('', 'one'))
  await clock.pass(2_000)
  const before = page.changes()
  fails = true
  await store.append([record('a')])
  await clock.pass(3_000)
  fails = false
  await clock.pass(2_000)
  expect(page.changes()).toBe(before + 1)
})

test('takes only so many', async () => {
  const { subscribe } = stage()
  const answers = await Promise.all(Array.from({ length: 101 }, (_, at) => subscribe('', `browser ${at}`)))
  expect(answers.map(({ status }) => status)).toEqual([...new Array(100).fill(200), 503])
})
