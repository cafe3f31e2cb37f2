/** Forms of pages left open for long, or changed by another tab: each gets a truthful response. */
import { expect, test } from 'vitest'
import { type browser, openConsole } from '../../helpers/console.ts'

const PASSWORD = 'correct horse battery staple'
const HOUR = 3_600_000
const SENT = { headers: { referer: 'http://localhost:3000/find?ref=77' } }

type Client = ReturnType<typeof browser>

const signIn = (client: Client, next = '/') => client.post('/log-in', { password: PASSWORD, next })

test('a form sent after its session expired leads back to its page and says that nothing changed', async () => {
  const { browser, clock } = await openConsole({ password: PASSWORD })
  const client = browser()
  await signIn(client)
  await clock.advance(12 * HOUR)
  const answer = await client.post('/import/pause', {}, SENT)
  expect(answer.headers.get('location')).toBe('/log-in?next=%2Ffind%3Fref%3D77')
  expect(await client.text('/log-in')).toContain('Your session had expired, so nothing was changed.')
  expect((await signIn(client, '/find?ref=77')).headers.get('location')).toBe('/find?ref=77')
})

test.each([
  ['another site', 'https://evil.example/find'],
  ['nowhere', ''],
])('such a form from %s leads to the overview', async (_, referer) => {
  const { browser } = await openConsole({ password: PASSWORD })
  const answer = await browser().post('/import/pause', {}, { headers: { referer } })
  expect(answer.headers.get('location')).toBe('/log-in?next=%2F')
})

test('such a form of another site does not sign out the browser', async () => {
  const { browser } = await openConsole({ password: PASSWORD })
  const headers = { origin: 'https://evil.example', accept: 'text/html' }
  expect((await browser().post('/import/pause', {}, { headers })).headers.getSetCookie()).toEqual([])
})

test('signing in in one tab signs in the other', async () => {
  const { browser } = await openConsole({ password: PASSWORD })
  const client = browser()
  await signIn(client)
  const late = await client.post('/log-in', { password: PASSWORD, next: '/find', csrf: 'of the session before' })
  expect(late.headers.get('location')).toBe('/log-in?next=%2Ffind')
  expect((await client.get('/log-in?next=%2Ffind')).headers.get('location')).toBe('/find')
})

test('a background refresh of one tab leaves the flash message to another', async () => {
  const { browser } = await openConsole()
  const client = browser()
  await client.post('/import/resume', {}, { from: '/find' })
  await client.get('/', { 'x-live': '1' })
  expect(await client.text('/history')).toContain('The import has already finished.')
})

test.each([undefined, PASSWORD])('a form left open over a weekend is accepted (password: %s)', async (password) => {
  const { browser, clock } = await openConsole({ password })
  const client = browser()
  const page = await client.text(password === undefined ? '/find' : '/log-in')
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  await clock.advance(72 * HOUR)
  const [path, fields] = password === undefined ? ['/find', { what: '77' }] : ['/log-in', { password }]
  expect((await client.post(path ?? '', { ...fields, csrf })).status).toBe(303)
})
