/** Forms of pages that stood open for long, or while another tab did something: nobody is misled by what comes of them. */
import { expect, test } from 'vitest'
import { bareConsole, type browser } from '../../helpers/console.ts'

const PASSWORD = 'correct horse battery staple'
const HOUR = 3_600_000
const SENT = { headers: { referer: 'http://localhost:3000/find?ref=77' } }

type Visitor = ReturnType<typeof browser>

const logIn = (visitor: Visitor, next = '/') => visitor.post('/log-in', { password: PASSWORD, next })

test('a form that is sent after its session ended leads back to its page, and says that it was not done', async () => {
  const { browser, clock } = await bareConsole({ password: PASSWORD })
  const visitor = browser()
  await logIn(visitor)
  await clock.pass(12 * HOUR)
  const answer = await visitor.post('/import/pause', {}, SENT)
  expect(answer.headers.get('location')).toBe('/log-in?next=%2Ffind%3Fref%3D77')
  expect(await visitor.text('/log-in')).toContain('Your session had expired, so nothing was changed.')
  expect((await logIn(visitor, '/find?ref=77')).headers.get('location')).toBe('/find?ref=77')
})

test.each([
  ['another site', 'https://evil.example/find'],
  ['nowhere', ''],
])('such a form from %s leads to the overview', async (_, referer) => {
  const { browser } = await bareConsole({ password: PASSWORD })
  const answer = await browser().post('/import/pause', {}, { headers: { referer } })
  expect(answer.headers.get('location')).toBe('/log-in?next=%2F')
})

test('such a form of another site takes nobody out', async () => {
  const { browser } = await bareConsole({ password: PASSWORD })
  const headers = { origin: 'https://evil.example', accept: 'text/html' }
  expect((await browser().post('/import/pause', {}, { headers })).headers.getSetCookie()).toEqual([])
})

test('who has logged in in one tab need not do so in the other', async () => {
  const { browser } = await bareConsole({ password: PASSWORD })
  const visitor = browser()
  await logIn(visitor)
  const late = await visitor.post('/log-in', { password: PASSWORD, next: '/find', csrf: 'of the session before' })
  expect(late.headers.get('location')).toBe('/log-in?next=%2Ffind')
  expect((await visitor.get('/log-in?next=%2Ffind')).headers.get('location')).toBe('/find')
})

test('what is said to one tab is not taken by another that keeps itself up to date', async () => {
  const { browser } = await bareConsole()
  const visitor = browser()
  await visitor.post('/import/resume', {}, { from: '/find' })
  await visitor.get('/', { 'x-live': '1' })
  expect(await visitor.text('/import')).toContain('The import has already finished.')
})

test.each([undefined, PASSWORD])('a form that stood open over a weekend is taken (password: %s)', async (password) => {
  const { browser, clock } = await bareConsole({ password })
  const visitor = browser()
  const page = await visitor.text(password === undefined ? '/find' : '/log-in')
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  await clock.pass(72 * HOUR)
  const [path, fields] = password === undefined ? ['/find', { what: '77' }] : ['/log-in', { password }]
  expect((await visitor.post(path ?? '', { ...fields, csrf })).status).toBe(303)
})
