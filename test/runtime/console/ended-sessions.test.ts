/** A session that has ended has ended everywhere: its pages, its forms and its open event streams. */
import { expect, test } from 'vitest'
import { type browser, openConsole } from '../../helpers/console.ts'

type Browser = ReturnType<typeof browser>

const KEY = async () => new Uint8Array(32).fill(7)
const STREAM = { accept: 'text/event-stream' }

async function signIn(client: Browser, password: string): Promise<void> {
  const { headers } = await client.post('/log-in', { password })
  expect(headers.get('location')).toBe('/')
}

/** Opens an event stream. `isOpen` until its end has been read. */
async function openStream(client: Browser) {
  const { status, body } = await client.get('/changes', STREAM)
  const state = { status, isOpen: body !== null }
  const reader = body?.getReader()
  void (async () => {
    while ((await reader?.read())?.done === false);
    state.isOpen = false
  })()
  return state
}

/** What a session may do: read a page, follow the changes, send a form. */
const statuses = async (client: Browser): Promise<readonly number[]> => [
  (await client.get('/')).status,
  (await client.get('/changes', STREAM)).status,
  (await client.get('/', { 'x-live': '1' })).status,
]

test('a new password ends two sessions and their streams', async () => {
  const before = await openConsole({ password: 'the first', key: KEY })
  const sessions = [before.browser(), before.browser()] as const
  for (const client of sessions) await signIn(client, 'the first')
  const streams = await Promise.all(sessions.map(openStream))
  await before.clock.advance(2_000)
  expect(streams).toEqual(Array(2).fill({ status: 200, isOpen: true }))

  // The password is a setting of the process: the next one has another, on the same store and with the same key.
  before.end()
  await before.clock.advance(2_000)
  expect(streams.map(({ isOpen }) => isOpen)).toEqual([false, false])
  const after = await openConsole({ password: 'the second', key: KEY, connector: { store: before.store } })
  for (const { cookies } of sessions) {
    const client = after.browser()
    for (const [name, value] of cookies) client.cookies.set(name, value)
    expect(await statuses(client)).toEqual([303, 401, 401])
    const form = await client.post('/failed-events/retry', { all: 'yes' })
    expect(form.headers.get('location')).toMatch(/^\/log-in\?next=/)
  }
  const again = after.browser()
  await again.post('/log-in', { password: 'the first' })
  expect((await again.get('/')).status).toBe(303)
  await signIn(again, 'the second')
  expect((await statuses(again))[0]).toBe(200)
})

test('signing out ends the streams of that session, on every connection, and of no other', async () => {
  const { browser: open, clock } = await openConsole({ password: 'the first' })
  const [leaving, staying] = [open(), open()]
  for (const client of [leaving, staying]) await signIn(client, 'the first')
  const copy = open()
  for (const [name, value] of leaving.cookies) copy.cookies.set(name, value)
  const streams = [await openStream(leaving), await openStream(copy), await openStream(staying)]
  await clock.advance(2_000)
  await leaving.post('/log-out')
  await clock.advance(2_000)
  expect(streams.map(({ isOpen }) => isOpen)).toEqual([false, false, true])
  expect(await statuses(copy)).toEqual([303, 401, 401])
})
