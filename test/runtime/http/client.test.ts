/** Retries, timeouts, faults and aborts of requests: tables on a virtual clock, and one real socket. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { createHttpClient, type RemoteApi } from '../../../runtime/http/client.ts'
import { createRateLimiter } from '../../../runtime/http/rate-limiter.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import { systemClock, systemFetch } from '../../../runtime/system.ts'

const free = { windows: [{ limit: 1000, interval: 1 }], utilization: 1 }
const never = new AbortController().signal
const get = () => new Request('http://peer.test/things')

/** Plays answers one after another and notes when each request came. A number is a status. */
function play(answers: readonly (number | Response | Error | 'silence')[], peer: Partial<RemoteApi> = {}, random = 1) {
  const clock = virtualClock()
  const start = clock.now()
  const calls: number[] = []
  const fetch: Fetch = async () => {
    const answer = answers[calls.length] ?? 200
    calls.push(clock.now() - start)
    if (answer === 'silence') return new Promise(() => undefined)
    if (answer instanceof Error) throw answer
    return typeof answer === 'number' ? new Response(null, { status: answer }) : answer
  }
  const parts = { fetch, clock, random: () => random, timeout: 5000 }
  const ask = createHttpClient(parts, { name: 'peer', limiter: createRateLimiter(free, clock), ...peer })
  return { clock, calls, ask, go: () => clock.until(ask(get, { lane: 'live', signal: never })) }
}

function reject(body: string | null, status: number, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers })
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof Fault) return error
  throw new Error('expected a fault')
}

describe('responses', () => {
  test('a 2xx resolves with status, headers and JSON', async () => {
    const { go } = play([new Response('{"a":1}', { status: 202, headers: { 'x-id': '7' } })])
    const answer = await go()
    expect([answer.status, answer.headers.get('x-id'), answer.body]).toEqual([202, '7', { a: 1 }])
  })

  test.each(['', 'OK', '<html>'])('a 2xx with body %j resolves without JSON', async (body) => {
    expect((await play([new Response(body)]).go()).body).toBeUndefined()
  })

  test.each(['', 'OK', '<html>'])('an API that answers in JSON is retried after %j', async (body) => {
    const { go, calls } = play([new Response(body), new Response('[]')], { json: true })
    expect([(await go()).body, calls.length]).toEqual([[], 2])
    const fault = await faultOf(
      play(
        Array.from({ length: 4 }, () => new Response(body)),
        { json: true },
      ).go(),
    )
    expect(fault).toMatchObject({ kind: 'transient', code: 'peer/not-json' })
  })

  const cases: readonly [status: number, kind: string, code: string, tries: number][] = [
    [302, 'config', 'peer/redirected', 1],
    [400, 'data', 'peer/invalid', 1],
    [401, 'config', 'peer/unauthorized', 1],
    [403, 'config', 'peer/forbidden', 1],
    [404, 'data', 'peer/not-found', 1],
    [408, 'transient', 'peer/timeout', 4],
    [409, 'data', 'peer/invalid', 1],
    [410, 'data', 'peer/gone', 1],
    [413, 'data', 'peer/invalid', 1],
    [422, 'data', 'peer/invalid', 1],
    [429, 'transient', 'peer/rate-limited', 4],
    [500, 'transient', 'peer/unavailable', 4],
    [502, 'transient', 'peer/unavailable', 4],
    [503, 'transient', 'peer/unavailable', 4],
    [524, 'transient', 'peer/unavailable', 4],
  ]
  test.each(cases)('%i is %s %s, tried %i times', async (status, kind, code, tries) => {
    const { go, calls } = play(Array(4).fill(status))
    const fault = await faultOf(go())
    expect(fault).toMatchObject({ kind, code, details: { status } })
    expect(fault.message).toMatch(new RegExp(`^Peer answered ${status}: `))
    expect(calls.length).toBe(tries)
  })

  test('a missing answer is a timeout, a broken connection a network fault; both are retried', async () => {
    const { go, calls } = play(['silence', new TypeError('fetch failed'), 200], {}, 0)
    expect((await go()).status).toBe(200)
    expect(calls).toEqual([0, 5000, 5000])
    expect((await faultOf(play(Array(4).fill('silence')).go())).code).toBe('peer/timeout')
    const secret = new TypeError('connect failed for a@b.c')
    const fault = await faultOf(play(Array(4).fill(secret)).go())
    expect(fault.code).toBe('peer/network')
    expect(JSON.stringify(fault.info())).not.toContain('a@b.c')
  })

  test('the explanation sets message, pointers, kind and code', async () => {
    const explain: RemoteApi['explain'] = (status, body) => ({
      message: `said ${JSON.stringify(body)}`,
      pointers: ['/a'],
      ...(status === 404 && { kind: 'config' as const, code: 'wrong-place' }),
    })
    const invalid = await faultOf(play([reject('{"e":1}', 400)], { explain }).go())
    expect(invalid).toMatchObject({ code: 'peer/invalid', message: 'Peer answered 400: said {"e":1}' })
    expect(invalid.details.pointers).toEqual(['/a'])
    const gone = await faultOf(play([reject('<html>', 404)], { explain }).go())
    expect(gone).toMatchObject({
      kind: 'config',
      code: 'peer/wrong-place',
      message: 'Peer answered 404: said undefined',
    })
  })

  test('reads at most 4 MiB of an error response', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 16_384
        controller.enqueue(new Uint8Array(16_384))
      },
    })
    await faultOf(play([new Response(endless, { status: 400 })]).go())
    expect(pulled).toBeLessThan(4_500_000)
  })

  test('a response that unpacks to more than 64 MiB is a fault with a name, and the rest is not read', async () => {
    let pulled = 0
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1_048_576
          controller.enqueue(new Uint8Array(1_048_576))
        },
      })
    const { go, calls } = play(Array.from({ length: 4 }, () => new Response(endless())))
    expect(await faultOf(go())).toMatchObject({ kind: 'transient', code: 'peer/too-large' })
    expect(calls.length).toBe(1) // the same request would get as much again
    expect(pulled).toBeLessThan(73_000_000)
  })

  test('an error of making the request is thrown without a retry', async () => {
    const { ask, calls } = play([])
    const broken = new Fault('config', 'expression/broken', 'no')
    const make = async () => {
      throw broken
    }
    expect(await faultOf(ask(make, { lane: 'live', signal: never }))).toBe(broken)
    expect(calls).toEqual([])
  })
})

describe('pauses', () => {
  test('grow from 250 ms with full jitter', async () => {
    const slow = play([500, 500, 500, 200], {}, 0.999)
    await slow.go()
    expect(slow.calls.map(Math.round)).toEqual([0, 250, 749, 1748])
    const quick = play([500, 500, 500, 200], {}, 0)
    await quick.go()
    expect(quick.calls).toEqual([0, 0, 0, 0])
  })

  const at = (ms: number) => new Date(Date.parse('2026-07-14T09:30:00.000Z') + ms).toUTCString()
  const unix = (ms: number) => String(Date.parse(at(ms)) / 1000)
  const cases: readonly [name: string, status: number, headers: Record<string, string>, waited: number][] = [
    ['seconds', 429, { 'Retry-After': '3' }, 3000],
    ['a date', 429, { 'Retry-After': at(4000) }, 4000],
    ['a date gone by', 429, { 'Retry-After': at(-4000) }, 0],
    ['on a 503 too', 503, { 'Retry-After': '2' }, 2000],
    ['the reset header of a 429', 429, { 'X-Reset': '6' }, 6000],
    ['but Retry-After wins', 429, { 'X-Reset': '6', 'Retry-After': '1' }, 1000],
    ['a date by a clock 20 minutes ahead', 429, { 'Retry-After': at(1_204_000), Date: at(1_200_000) }, 4000],
    ['Unix seconds', 429, { 'Retry-After': unix(4000) }, 4000],
    ['a reset in Unix seconds', 429, { 'X-Reset': unix(6000) }, 6000],
    ['a reset by a clock 20 minutes ahead', 429, { 'X-Reset': unix(1_206_000), Date: at(1_200_000) }, 6000],
    ['a reset by a clock 20 minutes behind', 429, { 'X-Reset': unix(-1_194_000), Date: at(-1_200_000) }, 6000],
    ['a reset in Unix milliseconds', 429, { 'X-Reset': String(Date.parse(at(6000))) }, 6000],
    ['not the reset header of a 500', 500, { 'X-Reset': '6' }, 0],
    ['nonsense', 429, { 'Retry-After': 'later' }, 0],
  ]
  test.each(cases)('follow the response: %s', async (_, status, headers, waited) => {
    const { go, calls } = play([reject(null, status, headers)], { resetHeader: 'X-Reset' }, 0)
    await go()
    expect(calls).toEqual([0, waited])
  })

  test('are at most 20 s in process: a longer Retry-After is thrown', async () => {
    const { go, calls } = play([reject(null, 429, { 'Retry-After': '21' })])
    expect((await faultOf(go())).details.retryAfter).toBe(21_000)
    expect(calls).toEqual([0])
  })

  test.each([
    ['20 minutes ahead', unix(1_200_000)],
    ['in milliseconds from now', '6000'],
    ['absurd', '9e300'],
  ])('end after three windows of the limit for a reset %s', async (_, reset) => {
    const limited = () => reject(null, 429, { 'X-Reset': reset })
    const { ask, clock, calls } = play([limited()], { resetHeader: 'X-Reset', maxResetDelay: 30_000 })
    expect((await faultOf(ask(get, { lane: 'live', signal: never }))).details.retryAfter).toBe(30_000)
    await clock.until(ask(get, { lane: 'live', signal: never }))
    expect(calls).toEqual([0, 30_000])
    const unbounded = play([limited()], { resetHeader: 'X-Reset' })
    expect((await faultOf(unbounded.go())).details.retryAfter).toBe(30_000)
  })

  test('are at most 20 s in total', async () => {
    const { go, calls } = play(
      Array.from({ length: 4 }, () => reject(null, 429, { 'Retry-After': '9' })),
      {},
      0,
    )
    expect((await faultOf(go())).details.retryAfter).toBe(9000)
    expect(calls).toEqual([0, 9000, 18_000])
  })

  test.each(['99999999999', '99999999', '1e99', '1e400', '1784021400000', 'Fri, 01 Jan 2100 00:00:00 GMT'])(
    'end after an hour, whatever the Retry-After: %s',
    async (value) => {
      const fault = await faultOf(play(Array(4).fill(reject(null, 429, { 'Retry-After': value }))).go())
      expect(fault.details.retryAfter ?? 0).toBeLessThanOrEqual(3_600_000)
    },
  )

  test('of one request hold the others too: in the store if they are long', async () => {
    const { ask, clock, calls } = play([reject(null, 429, { 'Retry-After': '60' })])
    await faultOf(ask(get, { lane: 'live', signal: never }))
    await clock.advance(10_000)
    const { code, details } = await faultOf(ask(get, { lane: 'live', signal: never }))
    expect([code, details.retryAfter, details.unanswered]).toEqual(['peer/paused', 50_000, false])
    await clock.advance(35_000)
    await clock.until(ask(get, { lane: 'live', signal: never }))
    expect(calls).toEqual([0, 60_000])
  })

  test.each([
    [503, [0, 0]],
    [429, [0]],
  ])('of a %i hold other endpoints of the same limit as well: %j', async (status, sent) => {
    const { ask, calls } = play([reject(null, status, { 'Retry-After': '60' })], { hasManyEndpoints: true })
    await faultOf(ask(get, { lane: 'live', signal: never }))
    await ask(get, { lane: 'live', signal: never }).catch(() => undefined)
    expect(calls).toEqual(sent)
  })

  test('says how long limits held the request, over all tries', async () => {
    const { go } = play([reject(null, 429, { 'Retry-After': '2' }), 202], {}, 0)
    expect((await go()).heldMs).toBe(2_000)
    expect((await play([202]).go()).heldMs).toBeUndefined()
  })

  test('the rate limiter is acquired before every try and observes every response', async () => {
    const seen: string[] = []
    const watched = {
      acquire: async (lane: string) => void seen.push(`acquire ${lane}`),
      observeHeaders: (response: Response) => void seen.push(`observe ${response.status}`),
      pause: () => undefined,
      pauseUntil: (until: number) => void seen.push(`pause ${until - Date.parse('2026-07-14T09:30:00.000Z')}`),
      usage: () => [],
    }
    await play([reject(null, 429, { 'Retry-After': '1' })], { limiter: watched }).go()
    expect(seen).toEqual(['acquire live', 'observe 429', 'pause 1000', 'acquire live', 'observe 200'])
  })
})

describe('an abort by the caller', () => {
  const moments: readonly [name: string, answers: readonly (number | 'silence')[], code: string][] = [
    ['while the answer is awaited', ['silence'], 'peer/stopped'],
    ['during a pause', [500, 500], 'peer/unavailable'],
  ]
  test.each(moments)('%s', async (_, answers, code) => {
    const { ask, clock, calls } = play(answers)
    const stop = new AbortController()
    const fault = faultOf(ask(get, { lane: 'live', signal: stop.signal }))
    await clock.advance(1)
    stop.abort()
    expect(await fault).toMatchObject({ kind: 'transient', code })
    expect([calls.length, clock.sleeping]).toEqual([1, 0])
  })

  test('before the request', async () => {
    const { ask, calls } = play([])
    expect((await faultOf(ask(get, { lane: 'live', signal: AbortSignal.abort() }))).kind).toBe('transient')
    expect(calls).toEqual([])
  })

  test('leaves no listener on the signal', async () => {
    const { ask } = play([], {}, 0)
    const signal = new AbortController().signal
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    for (let i = 0; i < 20; i++) await ask(get, { lane: 'live', signal })
    expect(listeners).toBe(0)
  })
})

test('on a real socket: a body that stops half-way is a timeout, a reset is the network, then it works', async () => {
  let calls = 0
  const server = createServer((request, response) => {
    calls++
    request.resume()
    if (calls === 1) return void response.writeHead(200, { 'content-length': '10' }).write('12345')
    if (calls === 2) return void request.socket.destroy()
    return void response.end('{"ok":true}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const parts = { fetch: systemFetch, clock: systemClock, random: () => 0, timeout: 300 }
  const ask = createHttpClient(parts, { name: 'peer', limiter: createRateLimiter(free, systemClock) })
  const make = () => new Request(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' })
  try {
    const answer = await ask(make, { lane: 'live', signal: never })
    expect([answer.body, calls]).toEqual([{ ok: true }, 3])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
