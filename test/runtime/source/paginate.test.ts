/** Pagination of a stream: cursors are returned unchanged, pages shrink on failures and grow again. */

import { expect, test } from 'vitest'
import type { Expression } from '../../../runtime/expression/expression.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { Json, JsonObject } from '../../../runtime/ports/types.ts'
import type { SourceRequestOptions } from '../../../runtime/source/client.ts'
import { paginate } from '../../../runtime/source/paginate.ts'
import type { StreamSpec } from '../../../runtime/spec/spec.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { virtualClock } from '../../helpers/virtual-clock.ts'

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
    for await (const page of paginate({ client, clock, logger: silentLogger }, stream, { bindings: {} }, signal))
      ids.push(...page.items.map(({ id }) => id ?? null))
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
