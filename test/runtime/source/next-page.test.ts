/** The ways in which APIs name their next page, each as YAML against a server that has twenty things. */
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { ConnectionStatsRecorder } from '../../../runtime/http/connection-stats.ts'
import { createStaticAuth } from '../../../runtime/ports/auth.ts'
import { toFault } from '../../../runtime/ports/fault.ts'
import type { JsonObject } from '../../../runtime/ports/types.ts'
import { createSourceClient, createSourceHttp } from '../../../runtime/source/client.ts'
import { parseLinks } from '../../../runtime/source/link-header.ts'
import { paginate } from '../../../runtime/source/paginate.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { loadDeskSpec } from '../../helpers/spec/desk-spec.ts'

const HOST = 'https://desk.example.com'
const COUNT = 20
const all = Array.from({ length: COUNT }, (_, id) => String(id))

/** Answers by `from` and `size`, in the form of the API at hand. */
type Answer = (page: { from: number; size: number; ids: readonly object[]; isLast: boolean; url: URL }) => Response

const nextUrl = (url: URL, from: number) => {
  const next = new URL(url)
  next.searchParams.set('from', String(from))
  return next.href
}

const WAYS: Readonly<Record<string, { readonly stream: object; readonly answer: Answer }>> = {
  'an address in the Link header': {
    stream: { request: { path: '/tickets', query: { size: '$pageSize' } }, records: '$', nextUrl: '$links.next' },
    answer: ({ ids, isLast, from, url }) =>
      Response.json(ids, {
        headers: isLast
          ? {}
          : {
              link: `<${HOST}/first>; rel="first", <${nextUrl(url, from + ids.length)}&a=1,2>; title="b, c"; rel=next`,
            },
      }),
  },
  'an address in the body': {
    stream: { request: { path: '/tickets', query: { size: '$pageSize' } }, records: 'tickets', nextUrl: 'links.next' },
    answer: ({ ids, isLast, from, url }) =>
      Response.json({ tickets: ids, links: { next: isLast ? null : `${nextUrl(url, from + ids.length)}&filter={x}` } }),
  },
  'a path in the body': {
    stream: { request: { path: '/tickets', query: { size: '$pageSize' } }, records: 'tickets', nextUrl: 'next' },
    answer: ({ ids, isLast, from, url }) =>
      Response.json({ tickets: ids, next: isLast ? '' : nextUrl(url, from + ids.length).slice(HOST.length) }),
  },
  'the id of the last record, while there is more': {
    stream: {
      request: { path: '/tickets', query: { size: '$pageSize', after: '$cursor' } },
      records: 'tickets',
      next: 'has_more ? tickets[-1].id',
    },
    answer: ({ ids, isLast }) => Response.json({ tickets: ids, has_more: !isLast }),
  },
  'an offset that the spec counts': {
    stream: {
      request: { path: '/tickets', query: { size: '$pageSize', from: '$cursor' } },
      records: 'tickets',
      next: '$count(tickets) > 0 ? ($cursor ? $cursor : 0) + $count(tickets)',
      total: 'total',
    },
    answer: ({ ids }) => Response.json({ tickets: ids, total: COUNT }),
  },
  'a page number': {
    stream: {
      request: { path: '/tickets', query: { size: '$pageSize', page: '$cursor' } },
      records: 'tickets',
      next: '($page := $cursor ? $cursor : 1; $page < pages ? $page + 1)',
    },
    answer: ({ ids, size }) => Response.json({ tickets: ids, pages: Math.ceil(COUNT / size) }),
  },
  'a header': {
    stream: {
      request: { path: '/tickets', query: { size: '$pageSize', from: '$cursor' } },
      records: 'tickets',
      next: '$headers.`x-next`',
    },
    answer: ({ ids, isLast, from }) =>
      Response.json({ tickets: ids }, { headers: isLast ? {} : { 'x-next': String(from + ids.length) } }),
  },
}

async function open(stream: object, answer: Answer) {
  const spec = await loadDeskSpec({
    streams: {
      tickets: { resource: 'ticket', pageSize: { max: 7, min: 7 }, ...stream },
      people: { resource: 'person', request: { path: '/people' }, records: 'data', pageSize: { max: 7, min: 1 } },
    },
  })
  const clock = virtualClock()
  const requests: Request[] = []
  const fetch = async (request: Request) => {
    requests.push(request)
    const url = new URL(request.url)
    const number = (name: string) => Number(url.searchParams.get(name) ?? 0)
    const size = number('size')
    const page = number('page')
    const from = page > 0 ? (page - 1) * size : url.searchParams.has('after') ? number('after') + 1 : number('from')
    const ids = all.slice(from, from + size).map((id) => ({ id }))
    return answer({ from, size, ids, isLast: from + size >= COUNT, url })
  }
  const source = {
    auth: createStaticAuth(() => ({ baseUrl: HOST, headers: { Authorization: 'Bearer secret-token' } })),
    secrets: async () => [],
    explainError: () => ({}),
  }
  const stats = new ConnectionStatsRecorder({ side: 'desk', clock, logger: silentLogger })
  const http = createSourceHttp(spec.source, source, { fetch, clock, random: () => 0.5 }, stats)
  const client = createSourceClient(spec.source, { source, http, store: memoryStore({ clock }) })
  const read = async () => {
    const tickets = spec.streams.get('tickets')
    if (tickets === undefined) throw new Error('the spec has no tickets')
    const ids: unknown[] = []
    const pages = paginate(
      { client, clock, logger: silentLogger },
      tickets,
      { bindings: {}, recordsRead: 0 },
      new AbortController().signal,
    )
    for await (const { items } of pages) ids.push(...items.map((item) => (item as JsonObject).id))
    return ids
  }
  return { requests, read: () => clock.until(read()) }
}

describe.each(Object.entries(WAYS))('%s', (_, { stream, answer }) => {
  test('leads through all pages, each record once', async () => {
    const { read, requests } = await open(stream, answer)
    expect(await read()).toEqual(all)
    expect(requests.length).toBeLessThanOrEqual(4)
  })
})

describe('an address on another host', () => {
  const { stream } = WAYS['an address in the body'] ?? { stream: {} }

  test.each([
    'https://evil.example/tickets',
    '//evil.example/x',
    'http://desk.example.com/tickets',
    'https://desk.example.com:8443/',
    'https://desk.example.com@evil.example/',
    'javascript:alert(1)',
    'https://',
  ])('such as %s gets no request, and reading ends with a config fault', async (next) => {
    const { read, requests } = await open(stream, ({ ids }) => Response.json({ tickets: ids, links: { next } }))
    const fault = await read().then(() => undefined, toFault)
    expect(fault).toMatchObject({ kind: 'config', code: 'stream/foreign-page' })
    expect(fault?.message).not.toContain('evil')
    expect(requests.map(({ url }) => new URL(url).host)).toEqual(['desk.example.com'])
  })
})

test.each([
  ['<https://a.example/2>; rel="next"', { next: 'https://a.example/2' }],
  [
    '<https://a.example/2>; rel=next, <https://a.example/9>; rel="last"',
    { next: 'https://a.example/2', last: 'https://a.example/9' },
  ],
  [
    '<https://a.example/?a=1,2;b>; title="x, <y>; rel=no"; rel="prev next"',
    { prev: 'https://a.example/?a=1,2;b', next: 'https://a.example/?a=1,2;b' },
  ],
  ['<https://a.example/2>;rel="NEXT"', { next: 'https://a.example/2' }],
  ['</tickets?page=2>; rel="next"', { next: '/tickets?page=2' }],
  ['<https://a.example/2>', {}],
  ['nonsense', {}],
  ['', {}],
])('the Link header %j', (header, links) => {
  expect(parseLinks(header)).toEqual(links)
})
