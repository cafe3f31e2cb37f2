/** Pagination of a stream: cursors are returned unchanged, pages shrink on failures and grow again. */

import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { Expression } from '../../../runtime/expression/expression.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { Json, JsonObject } from '../../../runtime/ports/types.ts'
import type { SourceRequestOptions } from '../../../runtime/source/client.ts'
import { isTolerable, type StreamPage } from '../../../runtime/source/page.ts'
import { paginate } from '../../../runtime/source/paginate.ts'
import type { StreamSpec } from '../../../runtime/spec/spec.ts'
import { silentLogger } from '../../../runtime/system.ts'

const member = (name: string): Expression => ({
  text: name,
  place: '',
  variables: new Set(),
  evaluate: async (input) => (input as JsonObject)[name],
})

const stream: StreamSpec = {
  name: 'things',
  resource: 'thing',
  request: { method: 'GET', path: '/things', query: new Map() },
  records: member('items'),
  next: member('next'),
  total: member('total'),
  pageSize: { max: 8, min: 1 },
}

/** Twenty things; `trouble` may throw for a request. */
function source(trouble: (asked: { size: number; calls: number }) => void = () => undefined) {
  const clock = virtualClock()
  const sizes: number[] = []
  const cursors: (Json | undefined)[] = []
  const client = {
    workspace: async () => 'w',
    request: async (_: unknown, { bindings = {} }: SourceRequestOptions) => {
      const size = Number(bindings.pageSize)
      sizes.push(size)
      trouble({ size, calls: sizes.length })
      cursors.push(bindings.cursor)
      const at = Number((bindings.cursor as JsonObject | undefined)?.at ?? 0)
      const items = Array.from({ length: Math.min(size, 20 - at) }, (_, i) => ({ id: at + i }))
      return { items, total: 20, ...(at + size < 20 && { next: { at: at + size, opaque: 'é=' } }) }
    },
  }
  const signal = new AbortController().signal
  const read = async () => {
    const ids: Json[] = []
    for await (const page of paginate(
      { client, clock, logger: silentLogger },
      stream,
      { bindings: {}, recordsRead: 0 },
      signal,
    ))
      ids.push(...page.items.map((item) => (item as JsonObject).id ?? null))
    return ids
  }
  return { clock, sizes, cursors, read }
}

const all = Array.from({ length: 20 }, (_, i) => i)
const down = () => new Fault('transient', 'source/unavailable', 'down', { status: 503 })

test('reads every page and sends each cursor back unchanged', async () => {
  const { clock, cursors, read } = source()
  expect(await clock.until(read())).toEqual(all)
  expect(cursors).toEqual([undefined, { at: 8, opaque: 'é=' }, { at: 16, opaque: 'é=' }])
})

test('a source that fails at large pages is read in smaller ones, without loss', async () => {
  const { clock, sizes, read } = source(({ size }) => {
    if (size > 2) throw down()
  })
  expect(await clock.until(read())).toEqual(all)
  expect(sizes.slice(0, 3)).toEqual([8, 4, 2])
  expect(sizes.filter((size) => size > 2).length).toBeGreaterThan(2) // it tries larger ones again
})

test('the page size grows again after successes', async () => {
  const { clock, sizes, read } = source(({ calls }) => {
    if (calls <= 3) throw down()
  })
  expect(await clock.until(read())).toEqual(all)
  expect(sizes).toEqual([8, 4, 2, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 4, 4])
})

test('stops after its retries, and at once when a retry cannot help', async () => {
  const patient = source(() => {
    throw down()
  })
  await expect(patient.clock.until(patient.read())).rejects.toMatchObject({ code: 'source/unavailable' })
  expect(patient.sizes.length).toBe(13)

  const refused = source(() => {
    throw new Fault('config', 'source/forbidden', 'no')
  })
  await expect(refused.clock.until(refused.read())).rejects.toMatchObject({ code: 'source/forbidden' })
  expect(refused.sizes).toHaveLength(1)
})

describe('held against the count of the source', () => {
  /** Twenty things in pages of eight; `change` alters the answers, which are numbered from 1. */
  function altered(
    change: (page: JsonObject, answer: number) => JsonObject,
    from: { at?: number } = {},
    total?: number,
  ) {
    const clock = virtualClock()
    let answers = 0
    const client = {
      workspace: async () => 'w',
      request: async (_: unknown, { bindings = {} }: SourceRequestOptions): Promise<Json> => {
        const at = Number((bindings.cursor as JsonObject | undefined)?.at ?? 0)
        const size = Number(bindings.pageSize)
        const items = Array.from({ length: Math.min(size, 20 - at) }, (_, i) => ({ id: at + i }))
        return change({ items, total: 20, ...(at + size < 20 && { next: { at: at + size } }) }, ++answers)
      },
    }
    const read = async () => {
      const pages: StreamPage[] = []
      const cursor = from.at !== undefined && { cursor: from }
      const start = { bindings: {}, recordsRead: from.at ?? 0, ...cursor, ...(total !== undefined && { total }) }
      const { signal } = new AbortController()
      for await (const page of paginate({ client, clock, logger: silentLogger }, stream, start, signal))
        pages.push(page)
      return {
        read: pages.flatMap(({ items }) => items).length,
        missing: pages.at(-1)?.missing,
        next: pages.at(-1)?.next,
        answers,
      }
    }
    return clock.until(read())
  }
  const withoutNext = ({ next: _, ...page }: JsonObject) => page
  const whole = { read: 20, missing: undefined, next: undefined }

  test.each<[string, Parameters<typeof altered>[0], object]>([
    ['a page that ends the stream too early once', (page, n) => (n === 1 ? withoutNext(page) : page), whole],
    ['a page without its list once', ({ items, ...page }, n) => (n === 2 ? page : { ...page, items }), whole],
    ['an empty page once', (page, n) => (n === 2 ? { ...page, items: [] } : page), whole],
    ['an empty last page once', (page, n) => (n === 3 ? { total: 20, items: [] } : page), whole],
    ['a stream that always ends after its first page', withoutNext, { read: 1, missing: 19, next: undefined }],
    ['a mistaken `next`', ({ next: _, ...page }) => ({ ...page, nxt: 1 }), { read: 1, missing: 19 }],
    ['a mistaken `records`', ({ items: _, ...page }) => page, { read: 0, missing: 20, answers: 6 }],
    ['a count that is too high', (page) => ({ ...page, total: 23 }), { read: 20, missing: 3 }],
    ['a count that is too low', (page) => ({ ...page, total: 5 }), whole],
    ['no count', ({ total: _, ...page }) => page, whole],
    ['no count and an early end', ({ items = [] }) => ({ items }), { read: 8, missing: undefined }],
    ['an empty stream without a list', () => ({ total: 0 }), { read: 0, missing: undefined, answers: 1 }],
    ['a last page without list and count, once', (page, n) => (n === 3 ? { type: 'error.list' } : page), whole],
    ['an empty last page without its count', (page, n) => (n >= 3 ? { items: [] } : page), { read: 16, missing: 4 }],
    [
      'an empty page that counts nothing',
      (page, n) => (n >= 2 ? { items: [], total: 0 } : page),
      { read: 8, missing: 12 },
    ],
    ['a text in place of the list, once', (page, n) => (n === 2 ? { ...page, items: 'torn' } : page), whole],
    [
      'a single record in place of the list',
      ({ items }) => ({ items: (items as Json[])[0] ?? null, total: 1 }),
      { read: 1 },
    ],
    [
      'items that are no objects',
      (page) => ({ ...page, items: [null, 'text', ...(page.items as Json[]).slice(2)] }),
      whole,
    ],
    ['a new cursor after all is read', (page) => ({ ...page, next: page.next ?? { at: 20 } }), whole],
  ])('%s', async (_, change, expected) => {
    expect(await altered(change)).toMatchObject(expected)
  })

  test('the count of an earlier run stands in for one that is missing', async () => {
    const page = () => ({ items: [] })
    expect(await altered(page, { at: 16 }, 20)).toMatchObject({ read: 0, missing: 4 })
    expect(await altered(page, { at: 16 })).toMatchObject({ read: 0, missing: undefined })
    expect(await altered(() => ({ items: [], total: 16 }), { at: 16 }, 20)).toMatchObject({ missing: undefined })
  })

  test('records read by an earlier run count', async () => {
    expect(await altered((page) => page, { at: 16 })).toMatchObject({ read: 4, missing: undefined, answers: 1 })
    expect(await altered(() => ({ items: [], total: 20 }), { at: 16 })).toMatchObject({ read: 0, missing: 4 })
  })

  test.each<[string, Parameters<typeof altered>[0]]>([
    ['goes far beyond the count', (_, n) => ({ items: [{ id: n }, { id: -n }], total: 20, next: { at: n } })],
    [
      'counts on its first page only',
      (_, n) => ({ items: [{ id: n }], ...(n === 1 && { total: 20 }), next: { at: n } }),
    ],
    ['repeats a page without a count', (_, n) => ({ items: [{ id: 1 }], next: { at: n } })],
    ['repeats eleven pages without a count', (_, n) => ({ items: [{ id: n % 11 }], next: { at: n } })],
    [
      'repeats the last of many pages without a count',
      (_, n) => ({ items: [{ id: Math.min(n, 40) }], next: { at: n } }),
    ],
    ['gives empty pages without a count', (_, n) => ({ items: [], next: { at: n } })],
  ])('a cursor that is new on every page ends where the stream %s', async (_, change) => {
    await expect(altered(change)).rejects.toMatchObject({ code: 'stream/repeated-cursor', kind: 'data' })
  })

  test.each([
    [1, 3, false],
    [1, 10, true],
    [2, 20, true],
    [3, 400, true],
    [4, 400, false],
    [50, 10_000, true],
    [51, 10_000, false],
    [101, 10_000_000, false],
  ])('%i missing of %i: tolerated %s', (missing, total, tolerated) => {
    expect(isTolerable(missing, total)).toBe(tolerated)
  })
})
