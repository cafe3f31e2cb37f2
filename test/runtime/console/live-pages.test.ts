/** Live updates: prompt, once each, no polling without listeners, none after the process stops. */
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { LiveUpdates } from '../../../runtime/console/server/live-updates.ts'
import type { SourceRecord } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { openConsole } from '../../helpers/console.ts'

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
  let polls = 0
  const counting = Object.setPrototypeOf({ tallies: () => Promise.resolve(polls++).then(() => store.tallies()) }, store)
  const ending = new AbortController()
  const bound = {
    tallies: counting.tallies,
    backlog: store.backlog.bind(store),
    readCheckpoint: store.readCheckpoint.bind(store),
  }
  const updates = new LiveUpdates({ store: bound, clock, signal: ending.signal })
  return { clock, store, updates, subscribe: subscriberOf(updates), polls: () => polls, end: () => ending.abort() }
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

test('notifies of a change within a second, once', async () => {
  const { clock, store, subscribe } = stage()
  const page = listen(await subscribe('', 'one'))
  await clock.advance(1_500)
  const before = page.changes()
  await store.append([record('a')])
  await clock.advance(1_000)
  expect(page.changes()).toBe(before + 1)
  await clock.advance(10_000)
  expect(page.changes()).toBe(before + 1)
})

test('polls once a second for all pages, and not at all without pages', async () => {
  const { clock, subscribe, polls } = stage()
  await clock.advance(10_000)
  expect(polls()).toBe(0)
  const pages = (await Promise.all([1, 2, 3].map(() => subscribe('', 'one')))).map(listen)
  await clock.advance(10_000)
  expect(polls()).toBeLessThanOrEqual(12)
  for (const page of pages) await page.leave()
  await clock.advance(2_000)
  const last = polls()
  await clock.advance(10_000)
  expect(polls()).toBe(last)
  expect(clock.sleeping).toBe(0)
})

test('a reconnecting page is notified of missed changes only', async () => {
  const { clock, store, subscribe } = stage()
  const other = listen(await subscribe('', 'one'))
  await clock.advance(2_000)
  const id = other.lastId()
  const same = listen(await subscribe(id, 'one'))
  await clock.advance(2_000)
  expect(same.changes()).toBe(0)
  await same.leave()
  await store.append([record('a')])
  await clock.advance(2_000)
  const back = listen(await subscribe(id, 'one'))
  await clock.advance(10)
  expect(back.changes()).toBe(1)
})

test('a page rendered before a change that others already know is notified of it', async () => {
  const { clock, store, subscribe, updates } = stage()
  listen(await subscribe('', 'one'))
  await clock.advance(2_000)
  const made = updates.lastId
  await store.append([record('a')])
  await clock.advance(2_000)
  const late = listen(await subscribe(made, 'one'))
  const inTime = listen(await subscribe(updates.lastId, 'one'))
  await clock.advance(2_000)
  expect([late.changes(), inTime.changes()]).toEqual([1, 0])
})

test('a page sends the state that it shows', async () => {
  const { clock, store, browser } = await openConsole()
  const client = browser()
  const eventsOf = async () => /data-events="([^"]+)"/.exec(await client.text('/'))?.[1] ?? ''
  const open = async (path: string) => listen(await client.get(path))
  await open(await eventsOf())
  await clock.advance(2_000)
  const made = await eventsOf()
  await store.append([record('a')])
  await clock.advance(2_000)
  const [late, inTime] = [await open(made), await open(await eventsOf())]
  await clock.advance(2_000)
  expect([late.changes(), inTime.changes()]).toEqual([1, 0])
})

test('an idle stream sends heartbeats as events', async () => {
  const { clock, subscribe } = stage()
  const page = listen(await subscribe('', 'one'))
  await clock.advance(16_000)
  expect(page.heard.join('')).toMatch(/^event: heartbeat\ndata: \n\n/m)
})

test('pages refresh every minute, because ages change with time', async () => {
  const { clock, subscribe } = stage()
  const page = listen(await subscribe('', 'one'))
  await clock.advance(2_000)
  const before = page.changes()
  await clock.advance(10 * 60_000)
  expect(page.changes()).toBe(before + 10)
})

test('a browser gets four streams at most, to keep connections for loading pages', async () => {
  const { subscribe } = stage()
  const browsers = ['one', 'one', 'one', 'one', 'one', 'other']
  const answers = await Promise.all(browsers.map((browser) => subscribe('', browser)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 503, 200])
  await answers[0]?.body?.cancel()
  expect((await subscribe('', 'one')).status).toBe(200)
})

test('ends with the process and accepts no more streams', async () => {
  const { clock, subscribe, end } = stage()
  const page = listen(await subscribe('', 'one'))
  await clock.advance(2_000)
  end()
  await clock.advance(10)
  expect(page.ended()).toBe(true)
  expect((await subscribe('', 'one')).status).toBe(503)
  expect(clock.sleeping).toBe(0)
})

test('continues after a temporary failure of the store', async () => {
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
  await clock.advance(2_000)
  const before = page.changes()
  fails = true
  await store.append([record('a')])
  await clock.advance(3_000)
  fails = false
  await clock.advance(2_000)
  expect(page.changes()).toBe(before + 1)
})

test('limits the streams in total', async () => {
  const { subscribe } = stage()
  const answers = await Promise.all(Array.from({ length: 101 }, (_, at) => subscribe('', `browser ${at}`)))
  expect(answers.map(({ status }) => status)).toEqual([...new Array(100).fill(200), 503])
})
