/** Strangers behind a proxy or tunnel that leaves no trace in a request: they reach the webhook and no page. */
import { createHmac } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { actions, pages } from '../../runtime/console/pages.ts'
import { createCleanup, SECRET, startProcess, startSandbox, waitUntil } from '../helpers/processes/processes.ts'
import { REVERSE_PROXIES } from '../helpers/processes/reverse-proxies.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const withValues = ({ path }: { readonly path: string }) => path.replace(/:\w+/, 'x')
const BROWSER = { accept: 'text/html', host: 'localhost' }

for (const { name, isInstalled, start } of REVERSE_PROXIES)
  test.skipIf(!isInstalled)(`${name}: strangers open no page and change nothing`, async () => {
    const { env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
    const connector = startProcess(['start', '--port', '0', '--store', 'memory:', '--json'], env, closing)
    const { url = '', signIn = '' } = await connector.firstOutput
    const at = `http://127.0.0.1:${await start(Number(new URL(url).port), closing)}`
    const ask = (path: string, init: RequestInit = {}) => fetch(new URL(path, at), { redirect: 'manual', ...init })

    // Someone's record is in the store, and the webhook address works through the proxy.
    const body = JSON.stringify({
      type: 'notification_event',
      app_id: 'sandbox1',
      id: 'n1',
      topic: 'contact.user.created',
      created_at: Math.floor(Date.now() / 1000),
      data: { item: { type: 'contact', id: 'c1', email: 'ann@mail.sandbox-shop.com' } },
    })
    const signature = `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`
    const headers = { 'x-hub-signature': signature }
    await waitUntil('the webhook is taken', async () => {
      const response = await ask('/webhooks/intercom', { method: 'POST', body, headers })
      return response.status === 200
    })

    for (const path of [...pages.map(withValues), '/find?ref=c1', '/changes', '/nothing']) {
      const response = await ask(path, { headers: BROWSER })
      expect([path, response.status, response.headers.get('location')]).toEqual([
        path,
        303,
        expect.stringMatching(/^\/log-in\?next=/),
      ])
      expect(await response.text()).toBe('')
    }
    for (const path of actions.map(withValues)) {
      const form = { ...BROWSER, 'content-type': 'application/x-www-form-urlencoded', origin: at }
      const response = await ask(path, { method: 'POST', headers: form, body: 'csrf=x&confirm=yes' })
      // nginx names itself as the host, so the form seems to come from another site.
      expect([303, 403], path).toContain(response.status)
      expect(response.headers.get('location') ?? '/log-in').toMatch(/^\/log-in/)
    }
    const login = await ask('/log-in', { headers: BROWSER })
    expect(await login.text()).not.toContain(signIn.split('#')[1])
    for (const path of ['/', '/readyz', '/metrics']) expect(await (await ask(path)).text()).not.toMatch(/sandbox/i)
    expect((await ask('/webhooks/intercom', { method: 'POST', body, headers })).status).toBe(200)
    expect(connector.log()).not.toContain('disconnected')
  })
