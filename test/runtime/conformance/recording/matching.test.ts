/** Which recorded exchange answers a request, and what is said of one that none does. */
import { describe, expect, test } from 'vitest'
import type { Exchange } from '../../../../runtime/conformance/recording/recording.ts'
import { RecordingFetch } from '../../../../runtime/conformance/recording/recording-fetch.ts'
import { ReplayingFetch } from '../../../../runtime/conformance/recording/replay/replaying-fetch.ts'
import { toFault } from '../../../../runtime/ports/fault.ts'
import type { Json } from '../../../../runtime/ports/types.ts'

const BASE = 'https://api.source.test'
const addresses = { source: { baseUrl: BASE }, destination: { baseUrl: 'https://to.test' } }

const exchange = (path: string, answer: Json, body?: Json, method = body === undefined ? 'GET' : 'POST'): Exchange => ({
  side: 'source',
  request: { method, url: BASE + path, ...(body !== undefined && { body }) },
  response: { status: 200, headers: { 'content-type': 'application/json' }, body: answer },
})

const search = (cursor: string | null, until: number, answer: Json) =>
  exchange('/search', answer, { query: [{ field: 'created_at', value: until }], page: { after: cursor } })

async function ask(fetch: ReplayingFetch, path: string, body?: Json): Promise<unknown> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  return (await fetch.fetch(new Request(BASE + path, init))).json()
}

describe('a replayed request', () => {
  test('is answered by method, path and query, in whatever order its parameters are', async () => {
    const replay = new ReplayingFetch([exchange('/a?x=1&y=2', 'first'), exchange('/a?x=2', 'second')], addresses)
    expect(await ask(replay, '/a?y=2&x=1')).toBe('first')
    expect(await ask(replay, '/a?x=2')).toBe('second')
  })

  test('is answered by the nearest body: the same cursor wins over the time of another day', async () => {
    const recorded = [search(null, 100, 'page 1'), search('c1', 100, 'page 2'), search('c2', 100, 'page 3')]
    const replay = new ReplayingFetch(recorded, addresses)
    const body = (after: string | null) => ({ query: [{ field: 'created_at', value: 999 }], page: { after } })
    expect(await ask(replay, '/search', body('c2'))).toBe('page 3')
    expect(await ask(replay, '/search', body(null))).toBe('page 1')
    expect(await ask(replay, '/search', body('c1'))).toBe('page 2')
  })

  test('is answered in the order of equal ones, the last again and again', async () => {
    const replay = new ReplayingFetch([exchange('/a', 1), exchange('/a', 2)], addresses)
    expect([await ask(replay, '/a'), await ask(replay, '/a'), await ask(replay, '/a')]).toEqual([1, 2, 2])
  })

  test('is answered on another host, and whatever the query by what is made up', async () => {
    const replay = new ReplayingFetch([{ ...exchange('/a', 1), synthetic: true }], addresses)
    expect(await ask(replay, '/a?per_page=50')).toBe(1)
    expect(await (await replay.fetch(new Request('http://127.0.0.1:4010/a'))).json()).toBe(1)
  })

  test('fails when it was not recorded, with a message that names no person', async () => {
    const replay = new ReplayingFetch([exchange('/contacts/6960aa01', 1)], addresses)
    const request = new Request(`${BASE}/contacts/ada.lovelace@mail.test?email=ada@mail.test`)
    const fault = toFault(await replay.fetch(request).catch((error: unknown) => error))
    expect(fault.info()).toEqual({
      kind: 'config',
      code: 'recording/unmatched',
      message:
        'the recording has no answer to GET /contacts/…test?email=…; the nearest it has is GET /contacts/…aa01. Record it again with this spec, or add the exchange to exchanges.json',
    })
    expect(fault.details.permanent).toBe(true)
    expect(replay.unmatched).toEqual(['GET /contacts/…test?email=…'])
  })
})

describe('a recorded request', () => {
  test('is noted with its side on the public address, without credentials, in the order of sending', async () => {
    let release = () => {}
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    const recorder = new RecordingFetch({
      addresses: { source: { baseUrl: 'http://127.0.0.1:4010/', publicUrl: BASE } },
      fetch: async (request) => {
        if (request.url.endsWith('/slow')) await slow
        return new Response('{"id": 90071992547409931}', {
          headers: { 'content-type': 'application/json', 'set-cookie': 'secret', date: 'today', 'x-request-id': 'r1' },
        })
      },
    })
    const first = recorder.fetch(new Request('http://127.0.0.1:4010/slow', { headers: { authorization: 'Bearer a' } }))
    await recorder.fetch(new Request('http://127.0.0.1:4010/fast', { method: 'POST', body: '{"a":1}' }))
    await recorder.fetch(new Request('http://127.0.0.1:40100/other'))
    release()
    await first
    const response = { status: 200, headers: { 'content-type': 'application/json' }, body: { id: '90071992547409931' } }
    expect(recorder.exchanges).toEqual([
      { side: 'source', request: { method: 'GET', url: `${BASE}/slow` }, response },
      { side: 'source', request: { method: 'POST', url: `${BASE}/fast`, body: { a: 1 } }, response },
    ])
  })
})
