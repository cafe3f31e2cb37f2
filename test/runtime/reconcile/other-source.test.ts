/** A poll of a source with another API, by YAML alone: paths, times, pages, order and count of its own. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import { openSpecFolder } from '../../../runtime/spec/spec-files.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

const root = new URL('../../..', import.meta.url)
const MINUTE = 60_000

/** Pages by number, times as text, newest first, fields of other names. */
const STREAM = `  tickets:
    resource: ticket
    request: { path: /changes, query: { page: $cursor } }
    records: result.items
    next: result.following
    total: result.count
    pageSize: { max: 2, min: 1 }
    poll:
      request: { path: /changes, query: { from: "$fromMillis($since * 1000)", page: $cursor, size: $pageSize } }
      updatedAt: modified.at
      order: newest-first
  contacts:
`

async function loadOtherSource() {
  const text = readFileSync(new URL('connector.yaml', root), 'utf8')
  const changed = text.replace(/^ {2}tickets:\n(?: {4}.*\n)+ {2}contacts:\n/m, STREAM)
  const disk = openSpecFolder(root)
  const files = { ...disk, read: async (path: string) => (path === 'connector.yaml' ? changed : disk.read(path)) }
  const { spec, diagnostics } = await loadSpec(root, { functions, files })
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  if (spec === undefined) throw new Error('no spec')
  return spec
}

test('reads until the first older page, and again only from there', async () => {
  const spec = await loadOtherSource()
  const requests: URLSearchParams[] = []
  const ticket = (id: number, at: number) => ({ id: `${id}`, modified: { at: new Date(at).toISOString() } })
  let tickets: readonly object[] = []
  const shop = await startConnector({
    connector: { settings: { spec } },
    intercept: (request) => {
      const { pathname, searchParams } = new URL(request.url)
      if (pathname !== '/changes') return undefined
      requests.push(searchParams)
      const page = Number(searchParams.get('page') ?? 1)
      const items = tickets.slice(page * 2 - 2, page * 2)
      const more = page * 2 < tickets.length
      return Response.json({ result: { items, count: tickets.length, ...(more && { following: page + 1 }) } })
    },
  })
  const reconcile = async () => {
    const pass = await shop.clock.until(shop.connector.reconcile({ signal: new AbortController().signal }))
    return pass?.streams.find(({ stream }) => stream === 'tickets')
  }
  const begin = shop.clock.now()
  await reconcile()
  await shop.clock.advance(60 * MINUTE)
  const minutesOf = [59, 50, 40, 30, -30, -31, -32, -33]
  tickets = minutesOf.map((minute, index) => ticket(index, begin + minute * MINUTE))

  requests.length = 0
  // The first is younger than the lag; the fifth is the first older one.
  expect(await reconcile()).toEqual({ stream: 'tickets', read: 3, added: 3 })
  expect(requests.map((query) => query.get('page'))).toEqual([null, '2', '3'])
  const from = Date.parse(requests[0]?.get('from') ?? '')
  const overlap = (spec.reconcile?.overlap ?? 0) + (spec.reconcile?.lag ?? 0)
  expect(Math.abs(from - (begin - overlap))).toBeLessThanOrEqual(2_000)

  await shop.clock.advance(15 * MINUTE)
  expect(await reconcile()).toEqual({ stream: 'tickets', read: 2, added: 1 })
})
