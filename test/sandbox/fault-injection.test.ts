/** Fault injection: latency, failures, hanging requests and cut connections, also over a real socket. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { FaultInjector, parseFaultInjection } from '../../sandbox/fault-injection.ts'
import { openIntercom, serveOnSocket, TOKEN, valueAt } from '../helpers/open-intercom.ts'

test.each([
  [{}, true],
  [{ latency: 20, failRate: 0.5, hangRate: 0, resetRate: 1, failNext: 3 }, true],
  [{ failRate: 2 }, false],
  [{ latency: -1 }, false],
  [{ latency: '20' }, false],
  [{ slow: 1 }, false],
  [[], false],
  [null, false],
])('rules %j are valid: %s', (rules, isValid) => {
  expect(parseFaultInjection(rules)).toEqual(isValid ? rules : undefined)
})

describe('an injector', () => {
  const request = new Request('http://sandbox/')
  const answer = async () => new Response('fine')

  test('delays the response', async () => {
    const clock = virtualClock()
    const injector = new FaultInjector({ clock, random: () => 0 })
    injector.rules = { latency: 250 }
    const before = clock.now()
    await clock.until(injector.apply(request, answer))
    expect(clock.now() - before).toBe(250)
  })

  test('fails the given number of requests, regardless of the rates and without effect', async () => {
    const injector = new FaultInjector({ clock: virtualClock(), random: () => 0.99 })
    injector.rules = { failNext: 2 }
    let effects = 0
    const counted = async () => new Response(String(++effects))
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await injector.apply(request, counted)).status)
    expect([statuses, effects, injector.rules]).toEqual([[500, 500, 200], 1, { failNext: 0 }])
  })

  test('one draw decides among the rates', async () => {
    let draw = 0
    const injector = new FaultInjector({ clock: virtualClock(), random: () => draw })
    injector.rules = { failRate: 0.25, resetRate: 0.25 }
    const outcome = async (next: number) => {
      draw = next
      const response = await injector.apply(request, answer)
      return response.status === 500 ? 'failed' : response.text().catch(() => 'cut')
    }
    expect([await outcome(0.24), await outcome(0.26), await outcome(0.5)]).toEqual(['failed', 'cut', 'fine'])
  })
})

describe('over a socket', () => {
  const { box: intercom, call } = openIntercom()
  let server: Awaited<ReturnType<typeof serveOnSocket>>
  beforeAll(async () => {
    server = await serveOnSocket(intercom.fetch)
  })
  afterAll(() => server.close())
  beforeEach(() => misbehave({}))

  const misbehave = (rules: object) => call('POST', '/sandbox/misbehave', rules)
  const me = (signal?: AbortSignal) =>
    fetch(`${server.url}/me`, { headers: { authorization: `Bearer ${TOKEN}` }, ...(signal ? { signal } : {}) })

  test('fails as Intercom does: an error list or a bare HTML page', async () => {
    await misbehave({ failRate: 1 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => me()))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([500, 502]))
    const page = answers.find(({ status }) => status === 502)
    expect(page?.headers.get('content-type')).toBe('text/html')
  })

  test('cuts the connection within the response, and serves the next request', async () => {
    await misbehave({ resetRate: 1 })
    await expect(me().then((response) => response.json())).rejects.toThrow(/terminated|fetch failed/)
    await misbehave({})
    expect((await me()).status).toBe(200)
  })

  test('never answers, and ends when the caller gives up', async () => {
    await misbehave({ hangRate: 1 })
    const caller = new AbortController()
    const before = intercom.calls()['GET /me'] ?? 0
    let answered = false
    const answer = me(caller.signal).then(
      () => {
        answered = true
      },
      () => {},
    )
    await vi.waitFor(() => expect(intercom.calls()['GET /me']).toBe(before + 1))
    // A request that is answered at all is answered before one that came later.
    await misbehave({})
    await me()
    expect(answered).toBe(false)
    caller.abort()
    await answer
    expect(answered).toBe(false)
  })

  test('rejects invalid rules', async () => {
    expect(valueAt(await misbehave({ failrate: 1 }), 'status')).toBe(400)
  })
})
