/** Forms of pages that stood open for long, or while another tab did something: nobody is misled by what comes of them. */
import { expect, test } from 'vitest'
import { type browser, openConsole } from '../../helpers/console.ts'

const PASSWORD = 'correct horse battery staple'
const HOUR = 3_600_000
const SENT = { headers: { referer: 'http://localhost:3000/find?ref=77' } }

type Client = ReturnType<typeof browser>

const logIn = (client: Client, next = '/') => client.post('/log-in', { password: PASSWORD, next })

test('a form that is sent after its session ended leads back to its page, and says that it was not done', async () => {
  const { browser, clock } = await openConsole({ password: PASSWORD })
  const client = browser()
  await logIn(client)
  await clock.pass(12 * HOUR)
  const answer = await client.post('/import/pause', {}, SENT)
  expect(answer.headers.get('location')).toBe('/log-in?next=%2Ffind%3Fref%3D77')
  expect(await client.text('/log-in')).toContain('Your session had expired, so nothing was changed.')
  expect((await logIn(client, '/find?ref=77')).headers.get('location')).toBe('/find?ref=77')
})

test.each([
  ['another site', 'https://evil.example/find'],
  ['nowhere', ''],
])('such a form from %s leads to the overview', async (_, referer) => {
  const { browser } = await openConsole({ password: PASSWORD })
  const answer = await browser().post('/import/pause', {}, { headers: { referer } })
  expect(answer.headers.get('location')).toBe('/log-in?next=%2F')
})

test('such a form of another site takes nobody out', async () => {
  const { browser } = await openConsole({ password: PASSWORD })
  const headers = { origin: 'https://evil.example', accept: 'text/html' }
  expect((await browser().post('/import/pause', {}, { headers })).headers.getSetCookie()).toEqual([])
})

test('who has logged in in one tab need not do so in the other', async () => {
  const { browser } = await openConsole({ password: PASSWORD })
  const client = browser()
  await logIn(client)
  const late = await client.post('/log-in', { password: PASSWORD, next: '/find', csrf: 'of the session before' })
  expect(late.headers.get('location')).toBe('/log-in?next=%2Ffind')
  expect((await client.get('/log-in?next=%2Ffind')).headers.get('location')).toBe('/find')
})

test('what is said to one tab is not taken by another that keeps itself up to date', async () => {
  const { browser } = await openConsole()
  const client = browser()
  await client.post('/import/resume', {}, { from: '/find' })
  await client.get('/', { 'x-live': '1' })
  expect(await client.text('/import')).toContain('The import has already finished.')
})

test.each([undefined, PASSWORD])('a form that stood open over a weekend is taken (password: %s)', async (password) => {
  const { browser, clock } = await openConsole({ password })
  const client = browser()
  const page = await client.text(password === undefined ? '/find' : '/log-in')
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  await clock.pass(72 * HOUR)
  const [path, fields] = password === undefined ? ['/find', { what: '77' }] : ['/log-in', { password }]
  expect((await client.post(path ?? '', { ...fields, csrf })).status).toBe(303)
})
