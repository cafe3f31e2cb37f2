/** Contract of a source: the pages of its streams end, hold each record once, and hand cursors back unchanged. */
import assert from 'node:assert/strict'
import { asId } from '../../../lib/json.ts'
import type { Json } from '../../../ports/types.ts'
import type { StreamPage } from '../../../source/page.ts'
import { paginate } from '../../../source/paginate.ts'
import type { StreamSpec } from '../../../spec/spec.ts'
import { silentLogger } from '../../../system.ts'
import { assertEqual } from '../assertions.ts'
import type { Cases } from '../cases.ts'
import type { SourceHarness } from './source-harness.ts'

/** Small, so that a few records take several pages. */
const PAGE_SIZE = 7
/** A stream of more pages is taken for endless. */
const MAX_PAGES = 1_000
const never = new AbortController().signal

interface Reading {
  /** Records of a page. Default: as the stream has it. */
  readonly size?: number
  /** Seconds since 1970. Default: from the first record on. */
  readonly since?: number
  readonly signal?: AbortSignal
}

async function read(
  { network, client }: SourceHarness,
  stream: StreamSpec,
  { size, since, signal = never }: Reading = {},
): Promise<readonly StreamPage[]> {
  const bindings = { since, until: Math.floor(network.clock.now() / 1000) + 1 }
  const sized = size === undefined ? stream : { ...stream, pageSize: { min: size, max: size } }
  const parts = { client, clock: network.clock, logger: silentLogger }
  const pages: StreamPage[] = []
  const all = async () => {
    for await (const page of paginate(parts, sized, { bindings, recordsRead: 0, onDemand: true }, signal)) {
      pages.push(page)
      assert.ok(pages.length < MAX_PAGES, `${stream.name} has more than ${MAX_PAGES} pages`)
    }
  }
  await network.run(all())
  return pages
}

async function idsOf(
  { spec }: SourceHarness,
  stream: StreamSpec,
  pages: readonly StreamPage[],
): Promise<readonly string[]> {
  const resource = spec.resources.get(stream.resource)
  const ids = pages.flatMap(({ items }) => items).map(async (item) => asId(await resource?.id.evaluate(item)) ?? '')
  return Promise.all(ids)
}

export const streamCases: Cases<SourceHarness> = {
  'a stream ends, and gives as many records as the source counts, each once and with an id': async (it) => {
    for (const stream of it.spec.streams.values()) {
      const pages = await read(it, stream, { size: PAGE_SIZE })
      const ids = await idsOf(it, stream, pages)
      assert.ok(ids.length > 0, `${stream.name} has a record`)
      assert.ok(!ids.includes(''), `each record of ${stream.name} has an id`)
      assert.equal(new Set(ids).size, ids.length, `${stream.name} gives no record twice`)
      const total = pages.at(-1)?.total
      if (total !== undefined) assert.equal(ids.length, total, `${stream.name} gives all records that it counts`)
    }
  },

  'small and large pages give the same records': async (it) => {
    for (const stream of it.spec.streams.values()) {
      const [small, large] = [await read(it, stream, { size: PAGE_SIZE }), await read(it, stream)]
      assertEqual([...(await idsOf(it, stream, small))].sort(), [...(await idsOf(it, stream, large))].sort())
    }
  },

  'a page has at most as many records as requested': async (it) => {
    for (const stream of it.spec.streams.values())
      for (const { items } of await read(it, stream, { size: PAGE_SIZE }))
        assert.ok(items.length <= PAGE_SIZE, `${items.length} of ${PAGE_SIZE} of ${stream.name}`)
  },

  'the next request has the cursor of the last page, unchanged': async (it) => {
    for (const stream of it.spec.streams.values()) {
      it.network.requests.length = 0
      const cursors = (await read(it, stream, { size: PAGE_SIZE })).flatMap(({ next }) =>
        next === undefined ? [] : [next],
      )
      const requests = it.network.requests.map(({ url, body }) => [
        url,
        ...new URL(url).searchParams.values(),
        ...textsOf(body === '' ? null : (JSON.parse(body) as Json)),
      ])
      for (const cursor of cursors) {
        const texts = textsOf(cursor)
        const sent = requests.some((request) => texts.every((text) => request.includes(text)))
        assert.ok(sent, `${stream.name} requests the page of each cursor`)
      }
    }
  },

  'what has changed is read to its end, each record once': async (it) => {
    for (const stream of it.spec.streams.values()) {
      if (stream.poll === undefined) continue
      const polled = { ...stream, request: stream.poll.request }
      const ids = await idsOf(it, stream, await read(it, polled, { since: 0 }))
      assert.equal(new Set(ids).size, ids.length, `${stream.name} gives no changed record twice`)
    }
  },

  'an aborted signal ends reading': async (it) => {
    const [stream] = it.spec.streams.values()
    if (stream === undefined) return
    it.network.answer(() => 'never')
    const stop = new AbortController()
    const reading = read(it, stream, { size: PAGE_SIZE, signal: stop.signal })
    for (let turn = 0; turn < 20 && it.network.requests.length === 0; turn++) await it.network.clock.advance(0)
    stop.abort()
    assertEqual(await reading, [])
  },
}

/** All texts and numbers in data, as texts. */
function textsOf(value: Json | undefined): readonly string[] {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [String(value)]
  return Object.values(value).flatMap((one: Json | undefined) => textsOf(one))
}
