import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Sandbox } from '../../../runtime/cli/app.ts'
import type { SourceRecord } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { CREDENTIALS, createFrozenClock, type FakeSetup, NOW, runCommand } from '../../helpers/cli-fake.ts'
import { signInBy } from '../../helpers/signed-in.ts'
import { startCommand } from '../../helpers/start-command.ts'

const waitingRecord = (id: string): SourceRecord => ({
  id,
  ingress: 'webhook',
  lane: 'live',
  workspace: 'w',
  orderingKey: id,
  lookupIds: [],
  receivedAt: NOW - 90_000,
  body: '{}',
})

test('answers health checks and prints its status', async () => {
  const { url, stop, ended } = await startCommand()
  const get = (path: string) => fetch(new URL(path, url))
  expect(await (await get('/healthz')).text()).toBe('ok\n')
  expect(await (await get('/readyz')).text()).toBe('ready\n')
  expect(await (await get('/')).text()).toMatchSnapshot()
  for (const path of ['/nothing', '/__proto__', '/events', '/set-up']) expect((await get(path)).status).toBe(401)
  expect((await fetch(new URL('/healthz', url), { method: 'POST' })).status).toBe(405)
  expect((await fetch(new URL('/healthz', url), { method: 'HEAD' })).status).toBe(200)
  stop()
  expect((await ended).exit).toBe(0)
})

test('reports why delivery is paused, and stays ready for webhooks', async () => {
  const gate = { pausedReason: () => 'From does not answer', waitForChange: () => new Promise<void>(() => undefined) }
  const { url } = await startCommand({ connector: { gate }, env: { ...CREDENTIALS, CONNECTOR_METRICS_TOKEN: 'm' } })
  const get = (path: string, headers = {}) => fetch(new URL(path, url), { headers })
  const token = { authorization: 'Bearer m' }
  const ready = await get('/readyz', token)
  expect([ready.status, await ready.text()]).toEqual([
    200,
    'ready\nstopped\ncredentials-rejected: Delivery is paused: From does not answer\n',
  ])
  expect(await (await get('/', token)).text()).toContain('paused: From does not answer')
  expect(await (await get('/readyz')).text()).toBe('ready\nstopped\ncredentials-rejected\n')
})

test('deletes no profile before the operator has confirmed it', async () => {
  let isConfirmed = false
  const confirm = async () => {
    isConfirmed = true
  }
  const connector = { deletions: { isConfirmed: async () => isConfirmed, confirm } }
  const unconfirmed = await startCommand({ connector })
  unconfirmed.stop()
  expect((await unconfirmed.ended).err).toContain('no one has confirmed it: deletions wait')
  const confirmed = await startCommand({ connector }, '--confirm-deletions')
  confirmed.stop()
  expect((await confirmed.ended).err).not.toContain('deletions wait')
  expect(isConfirmed).toBe(true)
  const kept = await runCommand(['start', '--port', '0', '--confirm-deletions'])
  expect([kept.exit, kept.err]).toEqual([2, expect.stringContaining('the spec keeps profiles')])
})

test('passes webhooks to the receiver unchanged, whatever the method', async () => {
  const seen: string[] = []
  const receive = async (request: Request) => {
    seen.push(`${request.method} ${request.headers.get('x-sign')} ${await request.text()}`)
    return new Response(null, { status: request.method === 'PUT' ? 405 : 200 })
  }
  const { webhook } = await startCommand({ connector: { receive } })
  const headers = { 'x-sign': 's' }
  expect((await fetch(webhook, { method: 'POST', headers, body: '{"ä": 1}' })).status).toBe(200)
  expect((await fetch(webhook, { method: 'HEAD', headers })).status).toBe(200)
  expect((await fetch(webhook, { method: 'PUT', headers, body: 'x' })).status).toBe(405)
  expect(seen).toEqual(['POST s {"ä": 1}', 'HEAD s ', 'PUT s x'])
})

test('streams a body to the receiver before it is complete', async () => {
  let first: (text: string) => void = () => undefined
  const arrived = new Promise<string>((resolve) => {
    first = resolve
  })
  const receive = async (request: Request) => {
    for await (const chunk of request.body ?? []) first(new TextDecoder().decode(chunk))
    return new Response(null)
  }
  const { webhook } = await startCommand({ connector: { receive } })
  const { hostname, port, pathname } = new URL(webhook)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf`)
  expect(await arrived).toBe('half')
  socket.destroy()
})

test('sends the response of a receiver that refuses a body early', async () => {
  const receive = async () => new Response(null, { status: 413 })
  const { webhook } = await startCommand({ connector: { receive } })
  expect((await fetch(webhook, { method: 'POST', body: 'x'.repeat(500_000) })).status).toBe(413)
  expect((await fetch(webhook, { method: 'POST', body: 'x' })).status).toBe(413)
})

test('answers 500 without details if the receiver throws', async () => {
  const receive = async () => {
    throw new Error('ada@example.com')
  }
  const { webhook, stop, ended } = await startCommand({ connector: { receive } })
  const answer = await fetch(webhook, { method: 'POST', body: '{}' })
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('ada')
  stop()
  const { err } = await ended
  expect(err).toContain('request failed')
  expect(err).not.toContain('ada@')
})

test('serves metrics in the Prometheus format', async () => {
  const clock = createFrozenClock()
  const store = memoryStore({ clock })
  const event = { metric: 'Opened "Chat"', lane: 'live', key: 'k' } as const
  const settle = async (id: string, status: 'delivered' | 'dead') => {
    await store.append([waitingRecord(id)])
    const leased = await store.lease({ lane: 'live', limit: 1, leaseMs: 1000 })
    const fault = { kind: 'data', code: 'destination/invalid', message: 'no' } as const
    const events = [{ ...event, key: id, status, ...(status === 'dead' ? { fault } : {}) }]
    const outcome = status === 'dead' ? ({ status, fault, events } as const) : ({ status, events } as const)
    await store.settle(leased.map((record) => ({ record, outcome })))
  }
  await settle('a', 'delivered')
  await settle('b', 'delivered')
  await settle('c', 'dead')
  await store.append([waitingRecord('w')])
  const waits = { ...event, status: 'deferred', reason: 'awaiting-identity', contact: 'c1' } as const
  const parked = { status: 'deferred', awaits: 'awaiting-identity', until: clock.now() + 1e9, events: [waits] } as const
  const leased = await store.lease({ lane: 'live', limit: 1, leaseMs: 1000 })
  await store.settle(leased.map((record) => ({ record, outcome: parked })))
  await store.append([waitingRecord('d')])
  const { url } = await startCommand({ store, clock })
  const answer = await fetch(new URL('/metrics', url))
  expect(answer.headers.get('content-type')).toContain('version=0.0.4')
  const text = await answer.text()
  expect(text).toContain('connector_events_total{metric="Opened \\"Chat\\"",status="delivered",reason=""} 2\n')
  expect(text).toContain('connector_backlog_records{lane="live"} 1\n')
  expect(text).toContain('connector_oldest_waiting_seconds{lane="live"} 90\n')
  expect(text).toContain('connector_oldest_waiting_seconds{lane="backfill"} 0\n')
  expect(text).toContain('connector_dead_letters 1\n')
  expect(text).toContain('connector_waiting_events{metric="Opened \\"Chat\\"",reason="awaiting-identity"} 1\n')
  expect(text).not.toContain('status="deferred"')
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [\d.]+)$/)
})

test('is not ready if the store cannot be written', async () => {
  const store = memoryStore({ clock: createFrozenClock() })
  const { url } = await startCommand({ store })
  store.writeCheckpoints = async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  }
  const answer = await fetch(new URL('/readyz', url))
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('cannot write to the store: ENOSPC')
})

test('reports a port in use', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const { exit, err } = await runCommand(['start', '--port', String(port)])
  other.close()
  expect(exit).toBe(1)
  expect(err).toContain(`port ${port} on 127.0.0.1 is in use by another process; choose another with --port or PORT`)
})

test('reads port and host from the settings; options override them', async () => {
  const { ended, stop } = await startCommand({ env: { ...CREDENTIALS, PORT: '99999999' } })
  stop()
  expect((await ended).exit).toBe(0)
  const { err } = await runCommand(['start'], { env: { ...CREDENTIALS, PORT: '99999999' } })
  expect(err).toContain('not "99999999"')
})

test('applies the retention of the spec to the store', async () => {
  const store = memoryStore({ clock: createFrozenClock() })
  const asked: unknown[] = []
  store.applyRetention = async (retention) => asked.push(retention)
  await startCommand({ store })
  expect(asked).toEqual([{ settled: 1000, dead: 2000 }])
})

test('--sandbox uses its own servers and leaves the real store alone', async () => {
  const opened: { env: unknown; store: string }[] = []
  const notified: string[] = []
  let closed = 0
  const sandbox = async (): Promise<Sandbox> => ({
    env: { FROM_TOKEN: 'toy', TO_KEY: 'toy', HOOK_SECRET: 'toy' },
    addresses: { from: 'http://127.0.0.1:1', to: 'http://127.0.0.1:2' },
    sendWebhooks: (url) => void notified.push(url.href),
    close: async () => void closed++,
  })
  const load: FakeSetup['load'] = {
    store: async (url) => {
      opened.push({ env: undefined, store: url })
      return memoryStore({ clock: createFrozenClock() })
    },
  }
  const env = { FROM_TOKEN: 'real', CONNECTOR_STORE: 'sqlite:real.db' }
  const started = await startCommand({ app: { startSandbox: sandbox }, env, load }, '--sandbox')
  expect(opened).toEqual([{ env: undefined, store: 'memory:' }])
  expect(notified).toEqual([started.webhook])
  expect(started.sandbox).toEqual({ from: 'http://127.0.0.1:1', to: 'http://127.0.0.1:2' })
  started.stop()
  expect((await started.ended).exit).toBe(0)
  expect(closed).toBe(1)
})

test('sandbox prints its URLs and runs until stopped', async () => {
  const stop = new AbortController()
  const asked: unknown[] = []
  const sandbox = async ({ ports }: { ports?: unknown }): Promise<Sandbox> => {
    asked.push(ports)
    return { env: { FROM_TOKEN: 'toy' }, addresses: { from: 'http://127.0.0.1:4011' }, close: async () => undefined }
  }
  const { exit, out } = await runCommand(['sandbox', '--from-port', '4011'], {
    app: { startSandbox: sandbox },
    env: {},
    signal: stop.signal,
    onOut: () => stop.abort(),
  })
  expect(exit).toBe(0)
  expect(asked).toEqual([{ from: 4011, to: 4020 }])
  expect(out).toMatchSnapshot()
})

describe('a course', () => {
  const courses = [
    { name: 'lost-notice', summary: 'A notice is lost.' },
    { name: 'late-notice', summary: 'A notice is late.' },
  ]
  const listCourses = async () => courses

  test('sandbox lists the courses', async () => {
    const { exit, out } = await runCommand(['sandbox', '--courses'], { app: { listCourses } })
    expect(exit).toBe(0)
    expect(out).toBe('lost-notice  A notice is lost.\nlate-notice  A notice is late.\n')
  })

  test.each(['demo', 'start --sandbox'])('%s rejects an unknown course before anything starts', async (command) => {
    const argv = [...command.split(' '), '--course', 'lost-notices']
    const { exit, err } = await runCommand(argv, { app: { listCourses } })
    expect(exit).toBe(2)
    expect(err).toContain('no course "lost-notices"; did you mean "lost-notice"?')
  })

  test('start passes it to the sandbox', async () => {
    const chosen: unknown[] = []
    const startSandbox = async ({ course }: { course?: string | undefined }): Promise<Sandbox> => {
      chosen.push(course)
      return { env: CREDENTIALS, addresses: {}, close: async () => undefined }
    }
    const { stop, ended } = await startCommand(
      { app: { startSandbox, listCourses } },
      '--sandbox',
      '--course',
      'late-notice',
    )
    stop()
    await ended
    expect(chosen).toEqual(['late-notice'])
  })
})

test('serves the console to browsers at /, status text to other clients', async () => {
  const { url } = await startCommand()
  const page = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml' } })
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(await page.text()).toContain('From to To')
  expect((await fetch(url)).headers.get('content-type')).toContain('text/plain')
})

test('with a metrics token, shows others only its version', async () => {
  const { url } = await startCommand({ env: { ...CREDENTIALS, CONNECTOR_METRICS_TOKEN: 'right' } })
  const get = (path: string, headers = {}) => fetch(new URL(path, url), { headers })
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'right' }]) {
    expect(await (await get('/', headers)).text()).toBe('from-to 1.2.3\n')
    const refused = await get('/metrics', headers)
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  }
  const authorization = 'Bearer right'
  expect((await get('/metrics', { authorization })).status).toBe(200)
  expect(await (await get('/', { authorization })).text()).toContain('waiting')
})

test('without a password, prints a link that signs in once, and then the next', async () => {
  const { signIn = '', url, stop, ended } = await startCommand()
  const [page, code = ''] = signIn.split('#')
  expect(page).toBe(`${url}log-in`)
  const [cookie = ''] = (await signInBy(signIn, fetch)).split(';')
  const headers = { accept: 'text/html', cookie }
  expect((await fetch(new URL('/find', url), { headers, redirect: 'manual' })).status).toBe(200)
  await signInBy(signIn, fetch).catch(() => undefined)
  stop()
  const { out, err } = await ended
  expect(out.match(/log-in#[\w-]{24}/g)).toHaveLength(2)
  expect(err).not.toContain(code)
})

test('requires a password to listen on an address open to others', async () => {
  const { exit, err } = await runCommand(['start', '--host', '0.0.0.0', '--port', '0'])
  expect(exit).toBe(2)
  expect(err).toContain('set CONNECTOR_PASSWORD')
  const env = { ...CREDENTIALS, CONNECTOR_PASSWORD: 'secret' }
  const started = await startCommand({ env }, '--host', '0.0.0.0')
  const answer = await fetch(new URL('/', started.url), { headers: { accept: 'text/html' }, redirect: 'manual' })
  expect(answer.headers.get('location')).toBe('/log-in?next=%2F')
  expect((await fetch(new URL('/healthz', started.url))).status).toBe(200)
  started.stop()
  expect((await started.ended).exit).toBe(0)
})
