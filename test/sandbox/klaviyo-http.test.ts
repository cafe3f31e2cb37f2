/** Rate limits, reads and controls of the local Klaviyo, also over real sockets. */
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  attributes,
  BULK,
  bulk,
  EVENTS,
  entry,
  HEADERS,
  IMPORT,
  type Loose,
  metric,
  profile,
  single,
  startKlaviyo,
} from '../helpers/sandbox-klaviyo-bodies.ts'

test('every response has its own request id, errors included', async () => {
  const { call } = startKlaviyo()
  const answers = await Promise.all([call('/api/accounts'), call('/api/metrics?page[cursor]=x'), call('/api/nothing')])
  const ids = answers.map(({ headers }) => headers.get('x-klaviyo-req-id'))
  for (const id of ids) expect(id).toMatch(/^[\da-f-]{36}$/)
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 404])
  expect(new Set(ids).size).toBe(3)
})

describe('limits', () => {
  test('requests a second: 429 with whole seconds to wait', async () => {
    const { server, call, advance } = startKlaviyo({ limits: true })
    const first = await call('/api/accounts')
    expect([first.headers.get('ratelimit-limit'), first.headers.get('ratelimit-remaining')]).toEqual([
      '1, 1;w=1, 15;w=60',
      '0',
    ])
    advance(400)
    const second = await call('/api/accounts')
    expect([second.status, second.headers.get('retry-after'), second.headers.get('ratelimit-limit')]).toEqual([
      429,
      '1',
      null,
    ])
    expect(await second.json()).toMatchObject({ errors: [{ code: 'throttled' }] })
    // A new second has begun, but the answer said one second from then.
    advance(999)
    expect((await call('/api/accounts')).status).toBe(429)
    advance(1)
    expect((await call('/api/accounts')).status).toBe(200)
    expect(server.summary()).toMatchObject({ refused: 0, throttled: 2 })
  })

  test('requests a minute', async () => {
    const { call, advance } = startKlaviyo({ limits: true })
    for (let sent = 0; sent < 15; sent += 1) {
      expect((await call('/api/accounts')).status).toBe(200)
      advance(1_000)
    }
    expect((await call('/api/accounts')).headers.get('retry-after')).toBe('45')
  })
})

describe('reads back', () => {
  interface Listed {
    readonly data: readonly { readonly id: string; readonly attributes: Loose }[]
    readonly included?: readonly { readonly type: string }[]
    readonly links: { readonly next: string | null }
  }

  async function filled() {
    const sandbox = startKlaviyo()
    for (const [index, name] of ['One', 'Two', 'Two', 'Two'].entries()) {
      await sandbox.call(
        EVENTS,
        single({
          metric: metric(name),
          unique_id: `k${index}`,
          time: `2026-11-0${index + 1}T00:00:00.9Z`,
          value: index,
        }),
      )
    }
    const list = async (path: string): Promise<Listed> => (await sandbox.call(path)).json() as Promise<Listed>
    return { ...sandbox, list }
  }

  test('metrics, all of the integration "API"', async () => {
    const { list } = await filled()
    const names = async (filter: string) =>
      (await list(`/api/metrics?filter=${filter}`)).data.map((each) => each.attributes.name)
    expect(await names("equals(integration.name,'API')")).toEqual(['One', 'Two'])
    expect(await names("equals(integration.name,'Shopify')")).toEqual([])
  })

  test('events by metric and time, in order, page by page', async () => {
    const { list } = await filled()
    const [, two] = (await list('/api/metrics')).data
    const filter = encodeURIComponent(
      `and(equals(metric_id,"${two?.id}"),greater-or-equal(datetime,2026-11-03T00:00:00Z))`,
    )
    const query = `/api/events?filter=${filter}&sort=-datetime&page[size]=1&include=profile,metric`
    const first = await list(query)
    expect(first.data.map((each) => each.attributes)).toMatchObject([
      { datetime: '2026-11-04T00:00:00+00:00', event_properties: { Title: 'Hello', $event_id: 'k3', $value: 3 } },
    ])
    expect(first.included?.map(({ type }) => type)).toEqual(['metric', 'profile'])
    const next = new URL(first.links.next ?? '')
    const second = await list(next.pathname + next.search)
    expect(second.data.map((each) => each.attributes)).toMatchObject([{ event_properties: { $event_id: 'k2' } }])
    expect(second.links.next).toBeNull()
  })

  test('profiles by e-mail, and the account', async () => {
    const { list, call } = await filled()
    const found = await list('/api/profiles?filter=equals(email,"ada@klaviyo-demo.com")')
    expect(found.data.map((each) => each.attributes.email)).toEqual(['ada@klaviyo-demo.com'])
    expect(await (await call('/api/accounts')).json()).toMatchObject({
      data: [{ attributes: { contact_information: { organization_name: 'Sandbox' }, timezone: 'UTC' } }],
    })
  })

  const unreadable = [
    '/api/events?filter=equals(metric_id',
    '/api/events?filter=equals(name,"x")',
    '/api/events?sort=name',
    '/api/events?page[size]=1001',
    '/api/metrics?page[cursor]=x',
  ]
  test.each(unreadable)('an error for %s', async (path) => {
    const { call } = await filled()
    expect((await call(path)).status).toBe(400)
  })
})

describe('over real sockets', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  async function listen() {
    const { server } = startKlaviyo()
    const http = serve({ fetch: server.fetch, port: 0, hostname: '127.0.0.1' })
    closers.push(() => http.close())
    await new Promise((resolve) => http.once('listening', resolve))
    const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    const post = (path: string, body: unknown, signal?: AbortSignal) =>
      fetch(base + path, { method: 'POST', headers: HEADERS, body: JSON.stringify(body), ...(signal && { signal }) })
    return { server, base, post }
  }

  test('accepts events and profiles, and rejects an oversized body', async () => {
    const { server, base, post } = await listen()
    const statuses = [
      await post(EVENTS, single()),
      await post(BULK, bulk(entry([attributes({ unique_id: 'key-2', metric: metric('<b>Two</b>') })]))),
      await post(IMPORT, profile()),
      await post(EVENTS, single({ properties: { a: 'x'.repeat(6_000_000) } })),
    ].map(({ status }) => status)
    expect(statuses).toEqual([202, 202, 200, 413])
    expect(await (await fetch(`${base}/sandbox/summary`)).json()).toEqual(server.summary())
    expect(await (await fetch(`${base}/sandbox/events?key=key-2&metric=`)).json()).toMatchObject({
      events: [{ key: 'key-2' }],
    })
    const page = await (await fetch(base)).text()
    expect(page).toContain('&lt;b&gt;Two&lt;/b&gt;')
    expect(page).not.toMatch(/<script|<b>Two/)
  })

  test('injects faults: a failure has no effect, a hanging request has', async () => {
    const { server, post } = await listen()
    expect((await post('/sandbox/misbehave', { failNext: -1 })).status).toBe(400)
    await post('/sandbox/misbehave', { failNext: 1 })
    const failed = await post(EVENTS, single())
    expect([failed.status, await failed.json()]).toMatchObject([500, { errors: [{ code: 'error' }] }])
    expect(server.summary().events).toBe(0)
    await post('/sandbox/misbehave', { hangRate: 1 })
    const patience = new AbortController()
    const hanging = post(EVENTS, single(), patience.signal)
    await vi.waitFor(() => expect(server.summary().events).toBe(1))
    patience.abort()
    await expect(hanging).rejects.toThrow()
    await post('/sandbox/reset', {})
    expect(server.summary()).toMatchObject({ events: 0, requests: {} })
    expect((await post(EVENTS, single())).status).toBe(202)
  })
})
