/** The console inside a host: behind its own sign-in, in its frames, under its paths. */
import { describe, expect, test } from 'vitest'
import { createConsole } from '../../../runtime/console/index.ts'
import type { Visitor } from '../../../runtime/console/types.ts'
import { browser, openConsole, openConsoleWithConnector, tokenIn } from '../../helpers/console.ts'

const HOST = 'https://app.example'

/** As a host does: its own session cookie tells who it is. */
const visitors: Readonly<Record<string, Visitor>> = {
  ada: { id: 'u1', name: 'Ada', may: 'set-up' },
  ben: { id: 'u2', name: 'Ben <b>', may: 'operate' },
  eve: { id: 'u3', may: 'read' },
}
const visitor = ({ headers }: Request) => visitors[/host=(\w+)/.exec(headers.get('cookie') ?? '')?.[1] ?? '']

/** A console without a page to sign in; `as` is whom the host has signed in. */
async function open(options: Parameters<typeof openConsole>[0] = {}) {
  const opened = await openConsole({ visitor, ...options })
  const as = (name: string) => {
    const client = browser(opened.created, HOST)
    client.cookies.set('host', name)
    return client
  }
  return { ...opened, as }
}

describe('behind the sign-in of a host', () => {
  test('shows its pages at once, with the name of the visitor and no way to sign in or out', async () => {
    const { as } = await open()
    const page = await as('ada').get('/')
    expect(page.status).toBe(200)
    const text = await page.text()
    expect(text).toContain('Ada')
    expect(text).not.toMatch(/Sign (in|out)|log-(in|out)/)
    expect(await as('ben').text('/')).toContain('Ben &lt;b&gt;')
    for (const path of ['/log-in', '/log-out']) expect((await as('ada').get(path)).status).toBe(404)
  })

  test('refuses whom the host does not know, on every path, and shows nothing', async () => {
    const { created, as } = await open()
    const stranger = browser(created, HOST)
    for (const path of ['/', '/find', '/failed-events', '/set-up', '/changes', '/nothing'])
      expect([path, (await stranger.get(path)).status]).toEqual([path, 403])
    expect(await stranger.text('/')).not.toContain('<nav')
    expect((await as('nobody').get('/')).status).toBe(403)
    expect((await stranger.send('/import/begin', { method: 'POST' })).status).toBe(403)
  })

  test('sends the response of the host, such as a redirect to its own sign-in', async () => {
    const { created } = await open({ visitor: async () => Response.redirect('https://login.example/', 303) })
    const answer = await browser(created, HOST).get('/find')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'https://login.example/'])
  })

  test('lets each do what it may, and logs by whom', async () => {
    const { created } = await openConsoleWithConnector({ visitor })
    const statusOf = async (name: string, path: string, fields = {}) => {
      const client = browser(created, HOST)
      client.cookies.set('host', name)
      return (await client.post(path, fields, { from: '/find' })).status
    }
    const begin = '/import/begin'
    expect([await statusOf('eve', begin), await statusOf('ben', begin)]).toEqual([403, 303])
    expect([await statusOf('eve', '/find', { what: '1' }), await statusOf('ben', '/set-up/disconnect')]).toEqual([
      303, 403,
    ])
    const client = browser(created, HOST)
    client.cookies.set('host', 'eve')
    expect((await client.get('/set-up')).status).toBe(403)
    expect((await client.get('/failed-events')).status).toBe(200)
    expect(await client.text('/')).not.toContain('href="/set-up"')
  })

  test('keeps a token in its forms', async () => {
    const { as, logged } = await open()
    const ada = as('ada')
    const csrf = tokenIn(await ada.text('/find'))
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: HOST }
    const send = (token: string) =>
      ada.send('/import/pause', { method: 'POST', headers: form, body: `${new URLSearchParams({ csrf: token })}` })
    expect((await send('forged')).status).toBe(403)
    expect((await send(csrf)).status).not.toBe(403)
    expect(logged.join()).toContain('"visitor":"u1"')
  })

  test('its session opens nothing once the host signs the person out, nor in a console with a password', async () => {
    const { created, store, as } = await open({ key: async () => new Uint8Array(32) })
    const ada = as('ada')
    await ada.get('/')
    ada.cookies.delete('host')
    expect((await ada.get('/')).status).toBe(403)
    const other = await openConsole({ key: async () => new Uint8Array(32) })
    const later = browser(other.created, HOST)
    for (const [name, value] of ada.cookies) later.cookies.set(name, value)
    expect((await later.get('/')).status).toBe(303)
    expect([created, store]).toBeDefined()
  })

  test('prints no link to sign in, and says so if the host fails', async () => {
    const printed: string[] = []
    const { created, logged } = await open({
      visitor: async () => {
        throw new Error('session store down at redis://:hunter2@cache')
      },
    })
    created.printSignInPath((path) => printed.push(path))
    const answer = await browser(created, HOST).get('/')
    expect([answer.status, printed]).toEqual([500, []])
    expect(`${await answer.text()}${logged.join()}`).not.toContain('hunter2')
  })
})

describe('in a frame', () => {
  const framed = { frameAncestors: ['https://app.example', 'self'] }

  test('of the origins that the host names', async () => {
    const { as } = await open(framed)
    const { headers } = await as('ada').get('/')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors https://app.example 'self'")
    expect(headers.get('x-frame-options')).toBeNull()
    const [cookie = ''] = headers.getSetCookie()
    expect(cookie).toMatch(/SameSite=None/)
    expect(cookie).toMatch(/Secure/)
    expect(cookie).toMatch(/Partitioned/)
  })

  test('of none by default', async () => {
    const { as } = await open()
    const { headers } = await as('ada').get('/')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.getSetCookie()[0]).toMatch(/SameSite=Lax/)
  })

  test.each(['*', 'https://a.example; script-src *', 'app.example', "'unsafe-inline'"])(
    'refuses %s',
    async (ancestor) => {
      const { created: _, ...rest } = await openConsole()
      expect(() => createConsole({ ...rest, frameAncestors: [ancestor] } as never)).toThrow(TypeError)
    },
  )
})

describe.each(['/t/42', '/t/42/', 't/42'])('mounted at %s', (base) => {
  test('answers with and without a slash at the end, and leads below its path', async () => {
    const { as, created } = await open({ base })
    const ada = as('ada')
    for (const path of ['/t/42', '/t/42/', '/t/42/find', '/t/42/find/']) {
      const answer = await ada.get(path)
      expect([path, answer.status]).toEqual([path, 200])
      const page = await answer.text()
      const addresses = [...page.matchAll(/\s(?:href|action|src|data-events)="(\/[^"]*)"/g)].map(([, to = '']) => to)
      expect(addresses.length).toBeGreaterThan(5)
      expect(addresses.filter((to) => !/^\/t\/42\/(?!\/)/.test(to))).toEqual([])
      for (const cookie of answer.headers.getSetCookie()) expect(cookie).toContain('Path=/t/42;')
    }
    for (const path of ['/', '/t/421', '/t/42x/find']) expect((await browser(created, HOST).get(path)).status).toBe(403)
    for (const path of ['/t/421', '/t/4']) expect((await ada.get(path)).status).toBe(404)
  })

  test('redirects below its path, after forms and to the sign-in page', async () => {
    const { as } = await open({ base })
    const ada = as('ada')
    const csrf = tokenIn(await ada.text('/t/42/find/'))
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: HOST }
    const body = `${new URLSearchParams({ csrf, what: 'x' })}`
    for (const path of ['/t/42/find', '/t/42/find/']) {
      const found = await ada.send(path, { method: 'POST', headers, body })
      expect([found.status, found.headers.get('location')?.startsWith('/t/42/find?')]).toEqual([303, true])
    }
    const { created } = await openConsole({ base, password: 'a-password' })
    for (const [path, next] of [
      ['/t/42', '%2F'],
      ['/t/42/', '%2F'],
      ['/t/42/find', '%2Ffind'],
    ]) {
      const { headers: answered } = await browser(created, HOST).get(path ?? '')
      expect(answered.get('location')).toBe(`/t/42/log-in?next=${next}`)
    }
  })

  test('signs in by its password and by its link', async () => {
    const { created, browser: client } = await openConsole({ base, password: 'a-password' })
    const visitor = client(HOST)
    const signedIn = await visitor.post('/t/42/log-in', { password: 'a-password', next: '/' }, { from: '/t/42/log-in' })
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/t/42/'])
    for (const path of ['/t/42', '/t/42/']) expect((await visitor.get(path)).status).toBe(200)
    expect(created).toBeDefined()
    const printed: string[] = []
    const other = await openConsole({ base })
    other.created.printSignInPath((path) => printed.push(path))
    expect(printed[0]).toMatch(/^\/t\/42\/log-in#/)
  })
})
