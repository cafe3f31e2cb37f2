/** Access to the console: host names, proxies, passwords, sessions, forms. */
import { describe, expect, test } from 'vitest'
import { actions, pages as table } from '../../../runtime/console/pages.ts'
import { safeNext } from '../../../runtime/console/server/login.ts'
import { browser, LOCAL, openConsole, tokenIn } from '../../helpers/console.ts'

const PASSWORD = 'correct horse battery staple'
/** The path of every page, its parameters filled in. */
const paths = table.map(({ path }) => path.replace(':name', 'Rated%20Conversation').replace(/:\w+/, 'x'))

describe('every page', () => {
  test.each([...paths, '/nothing', '/log-in'])('%s restricts browsers to its own origin', async (path) => {
    const { browser } = await openConsole()
    const { headers } = await browser().get(path)
    const policy = headers.get('content-security-policy') ?? ''
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ])
      expect(policy).toContain(part)
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test.each(paths)('%s has no inline code and loads nothing from other origins', async (path) => {
    const { browser } = await openConsole()
    const page = await browser().text(path)
    expect(page).not.toMatch(/\s(style|on\w+)=/)
    expect(page).not.toMatch(/<script(?![^>]*\ssrc="\/assets\/)/)
    for (const [, url = ''] of page.matchAll(/<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"/g))
      expect(url).toMatch(/^\/assets\//)
  })

  test.each(paths)('%s links below its mount path', async (path) => {
    const { browser } = await openConsole({ base: '/desk' })
    const page = await browser().text(`/desk${path === '/' ? '' : path}`)
    for (const [, url = ''] of page.matchAll(/\s(?:href|src|action|data-events)="(\/[^"]*)"/g))
      expect(url).toMatch(/^\/desk\//)
  })

  test.each(paths)('%s requires the password, if one is set', async (path) => {
    const { browser } = await openConsole({ password: PASSWORD })
    const answer = await browser().get(path)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(`/log-in?next=${encodeURIComponent(path)}`)
  })
})

test('the security headers are no weaker than those before Hono set them', async () => {
  const { browser } = await openConsole({ allowedFormTargets: ['https://login.example'] })
  const { headers } = await browser().get('/')
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-security-policy':
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' https://login.example",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'x-robots-tag': 'noindex, nofollow',
    'cache-control': 'no-store',
  })
  expect(headers.has('strict-transport-security')).toBe(false)
})

test.each(actions.map(({ path }) => path.replace(/:\w+/, 'x')))(
  'POST %s needs the token of its session',
  async (path) => {
    const { browser } = await openConsole()
    const client = browser()
    await client.get('/')
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: LOCAL }
    expect((await client.post(path, { csrf: '' }, { headers })).status).toBe(403)
  },
)

describe('without a password', () => {
  /** Where a request claims to come from never matters: a plain nginx or a TCP tunnel sets no header. */
  const roads = [
    ['this machine', LOCAL, {}],
    ['another name', 'http://evil.example:3000', {}],
    ['a proxy', LOCAL, { 'x-forwarded-for': '127.0.0.1' }],
    ['a proxy that says so by RFC 7239', LOCAL, { forwarded: 'for=127.0.0.1' }],
  ] as const
  const withCode = async () => {
    const { created, logged } = await openConsole()
    const printed: string[] = []
    created.printSignInPath((path) => void printed.push(path))
    const codes = () => printed.map((path) => path.split('#')[1] ?? '')
    return { printed, codes, logged, open: (site: string) => browser(created, site) }
  }

  test.each(roads)('no page opens from %s', async (_, site, headers) => {
    const { open } = await withCode()
    const client = open(site)
    for (const path of paths) expect((await client.get(path, headers)).headers.get('location')).toMatch(/^\/log-in/)
    expect((await client.get('/changes', { ...headers, accept: 'text/event-stream' })).status).toBe(401)
  })

  test.each(roads)('the printed code signs in from %s, once', async (_, site, headers) => {
    const { printed, codes, logged, open } = await withCode()
    expect(printed).toEqual([expect.stringMatching(/^\/log-in#[\w-]{24}$/)])
    const client = open(site)
    const [code = ''] = codes()
    expect((await client.post('/log-in', { code, next: '/find' }, { headers })).headers.get('location')).toBe('/find')
    expect((await client.get('/find', headers)).status).toBe(200)

    const second = open(site)
    await second.post('/log-in', { code })
    expect(await second.text('/log-in')).toContain('Wrong code.')
    expect((await second.get('/')).status).toBe(303)
    expect(printed).toHaveLength(2)
    await second.post('/log-in', { code: ` ${codes()[1]} ` })
    expect((await second.get('/')).status).toBe(200)
    expect(logged.join()).not.toContain(code)
  })

  test.each(['', ' ', 'undefined'])('code %j is wrong', async (code) => {
    const { open } = await withCode()
    const client = open(LOCAL)
    await client.post('/log-in', { code })
    expect((await client.get('/')).status).toBe(303)
  })

  test('an empty password is none', async () => {
    const { created } = await openConsole({ password: '' })
    const client = browser(created, LOCAL)
    await client.post('/log-in', { password: '', code: '' })
    expect((await client.get('/')).status).toBe(303)
  })
})

describe('a form', () => {
  const refused = async (change: (client: ReturnType<typeof browser>) => Promise<Response>) => {
    const { browser } = await openConsole({ password: PASSWORD })
    const client = browser()
    const answer = await change(client)
    expect([400, 403]).toContain(answer.status)
    expect((await client.get('/')).status).toBe(303)
  }
  const right = { password: PASSWORD }

  test('without a token is refused', () => refused((it) => it.post('/log-in', { ...right, csrf: '' })))
  test('with the token of another session is refused', async () => {
    await refused(async (it) => {
      const { browser } = await openConsole({ password: PASSWORD })
      const csrf = tokenIn(await browser().text('/log-in'))
      return it.post('/log-in', { ...right, csrf })
    })
  })
  test.each([
    ['another site', { origin: 'http://evil.example' }],
    ['another port', { origin: 'http://localhost:4000' }],
    ['nowhere', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
  ])('from %s is refused', (_, headers) => refused((it) => it.post('/log-in', right, { headers })))
  test('with neither Origin nor Sec-Fetch-Site is refused', async () => {
    const { created: pages } = await openConsole()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await pages.fetch(new Request(`${LOCAL}/find`, { method: 'POST', body: 'what=77', headers }))
    expect(answer.status).toBe(403)
  })
  test('in another shape is refused', () =>
    refused((it) => it.post('/log-in', right, { headers: { 'content-type': 'application/json' } })))
  test('over the size limit is not read', () =>
    refused((it) => it.post('/log-in', { ...right, more: 'x'.repeat(70_000) })))
})

describe('a password', () => {
  test('grants access to all pages until signing out', async () => {
    const { browser } = await openConsole({ password: PASSWORD })
    const client = browser()
    const answer = await client.post(
      '/log-in',
      { password: PASSWORD, next: '/metric/Rated%20Conversation' },
      { from: '/log-in' },
    )
    expect(answer.headers.get('location')).toBe('/metric/Rated%20Conversation')
    expect((await client.get('/')).status).toBe(200)
    const kept = new Map(client.cookies)
    expect((await client.post('/log-out')).headers.get('location')).toBe('/log-in')
    for (const [name, value] of kept) client.cookies.set(name, value)
    expect((await client.get('/')).status).toBe(303)
  })

  test('creates a new session and invalidates the old cookie', async () => {
    const { browser } = await openConsole({ password: PASSWORD })
    const client = browser()
    await client.get('/log-in')
    const before = new Map(client.cookies)
    await client.post('/log-in', { password: PASSWORD })
    expect([...client.cookies]).not.toEqual([...before])
    for (const [name, value] of before) client.cookies.set(name, value)
    expect((await client.get('/')).status).toBe(303)
  })

  test('that is wrong is reported and not logged', async () => {
    const { browser, logged } = await openConsole({ password: PASSWORD })
    const client = browser()
    await client.post('/log-in', { password: 'hunter2' })
    expect(await client.text('/log-in')).toContain('Wrong password.')
    expect(await client.text('/log-in')).not.toContain('Wrong password.')
    expect(logged.join()).not.toContain('hunter2')
  })

  test('can be tried ten times in 15 minutes from one address', async () => {
    const { browser, clock } = await openConsole({ password: PASSWORD })
    const client = browser()
    const attempt = async (password: string) => (await client.post('/log-in', { password })).status
    for (let n = 0; n < 10; n++) expect(await attempt('wrong')).toBe(303)
    const refused = await client.post('/log-in', { password: PASSWORD })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('900')
    client.moveTo('192.0.2.2')
    expect(await attempt('wrong')).toBe(303)
    client.moveTo('192.0.2.1')
    await clock.advance(15 * 60_000)
    expect(await attempt(PASSWORD)).toBe(303)
    expect((await client.get('/')).status).toBe(200)
  })

  test('can be tried two hundred times from all addresses together', async () => {
    const { browser } = await openConsole({ password: PASSWORD })
    const client = browser()
    for (let n = 0; n < 200; n++) {
      client.moveTo(`198.51.100.${n}`)
      await client.post('/log-in', { password: 'wrong' })
    }
    client.moveTo('203.0.113.1')
    expect((await client.post('/log-in', { password: 'wrong' })).status).toBe(429)
  })

  test('protects requests by scripts, too', async () => {
    const { browser } = await openConsole({ password: PASSWORD })
    expect((await browser().get('/changes', { accept: 'text/event-stream' })).status).toBe(401)
    expect((await browser().get('/', { 'x-live': '1' })).status).toBe(401)
    expect((await browser().post('/log-out', {})).status).toBe(303)
  })

  test('allows any host name', async () => {
    const { browser } = await openConsole({ password: PASSWORD })
    const client = browser('https://connector.example')
    await client.post('/log-in', { password: PASSWORD })
    expect((await client.get('/')).status).toBe(200)
  })

  test('ends all sessions when changed, although the signing key stays', async () => {
    const key = async () => new Uint8Array(32).fill(7)
    const old = await openConsole({ password: PASSWORD, key })
    const client = old.browser()
    await client.post('/log-in', { password: PASSWORD })
    const statusWith = async (password: string) => {
      const { browser } = await openConsole({ password, key, connector: { store: old.store } })
      const again = browser()
      for (const [name, value] of client.cookies) again.cookies.set(name, value)
      return (await again.get('/')).status
    }
    expect(await statusWith(PASSWORD)).toBe(200)
    expect(await statusWith('another')).toBe(303)
  })
})

describe('a session', () => {
  test('continues in the next process on the store, unless revoked', async () => {
    const key = async () => new Uint8Array(32).fill(7)
    const { browser, store } = await openConsole({ password: PASSWORD, key })
    const clients = [browser(), browser()] as const
    for (const client of clients) await client.post('/log-in', { password: PASSWORD })
    const next = await openConsole({ password: PASSWORD, key, connector: { store } })
    const [kept, revoked] = clients.map(({ cookies }) => {
      const again = next.browser()
      for (const [name, value] of cookies) again.cookies.set(name, value)
      return again
    })
    await clients[1].post('/log-out')
    expect([(await kept?.get('/'))?.status, (await revoked?.get('/'))?.status]).toEqual([200, 303])
  })

  test('expires after twelve hours without use, and is renewed by use', async () => {
    const { browser, clock } = await openConsole({ password: PASSWORD })
    const client = browser()
    await client.post('/log-in', { password: PASSWORD })
    for (let day = 0; day < 3; day++) {
      await clock.advance(11 * 3_600_000)
      expect((await client.get('/')).status).toBe(200)
    }
    await clock.advance(12 * 3_600_000)
    expect((await client.get('/')).status).toBe(303)
  })

  test('is not renewed by background refreshes', async () => {
    const { browser, clock } = await openConsole({ password: PASSWORD })
    const client = browser()
    await client.post('/log-in', { password: PASSWORD })
    for (let hour = 0; hour < 11; hour++) {
      await clock.advance(3_600_000)
      expect((await client.get('/', { 'x-live': '1' })).status).toBe(200)
    }
    await clock.advance(3_600_000)
    expect((await client.get('/', { 'x-live': '1' })).status).toBe(401)
  })

  test('cannot be forged or changed', async () => {
    const { browser } = await openConsole({ password: PASSWORD })
    const client = browser()
    await client.get('/log-in')
    const [[name = '', value = ''] = []] = client.cookies
    const [id, at, , mac] = value.split('.')
    for (const forged of [`${id}.${at}.1.${mac}`, `${id}.${at}.1.`, `${id}.${at}.1.AAAA`, '....', '']) {
      client.cookies.set(name, forged)
      expect((await client.get('/')).status).toBe(303)
    }
  })

  test.each([
    ['http://localhost:3000', {}, false],
    ['https://localhost:3000', {}, true],
    ['http://localhost:3000', { 'x-forwarded-proto': 'https' }, true],
  ])('at %s %o keeps its cookie from scripts and from other connections (%s)', async (site, headers, secure) => {
    const { browser } = await openConsole({ password: PASSWORD })
    const [cookie = ''] = (await browser(site).get('/log-in', headers)).headers.getSetCookie()
    expect(cookie).toContain('; HttpOnly')
    expect(cookie).toContain('; SameSite=Lax')
    expect(cookie.includes('; Secure')).toBe(secure)
  })
})

test.each([
  ['/metric/Rated%20Conversation?show=3', true],
  ['//evil.example', false],
  ['/\\evil.example', false],
  ['https://evil.example', false],
  ['javascript:alert(1)', false],
  [null, false],
])('after signing in, %s is followed: %s', (next, ours) => {
  expect(safeNext(next)).toBe(ours ? next : '/')
})
