/** A body is read up to its limit, whether its length is announced or not. */
import { describe, expect, test } from 'vitest'
import { readBody, readStart } from '../../../runtime/lib/read-body.ts'

const chunks = (...texts: string[]) => ReadableStream.from(texts.map((text) => new TextEncoder().encode(text)))

const post = (body: string | ReadableStream, headers: Record<string, string> = {}) =>
  new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

const cases: [how: string, request: (text: string) => Request][] = [
  ['announced', (text) => post(text, { 'content-length': String(text.length) })],
  ['streamed', (text) => post(chunks(text.slice(0, 2), text.slice(2)))],
]

describe.each(cases)('%s', (_, request) => {
  test.each(['', '1234', '12345'])('reads %j in full', async (text) => {
    expect(Buffer.from((await readBody(request(text), 5)) ?? []).toString()).toBe(text)
  })

  test('rejects a body over the limit', async () => {
    expect(await readBody(request('123456'), 5)).toBeUndefined()
  })
})

test('rejects a body longer than announced', async () => {
  expect(await readBody(post('123456', { 'content-length': '1' }), 5)).toBeUndefined()
})

test('readStart returns the first bytes and cancels the rest', async () => {
  let cancelled = false
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array([65, 66, 67])),
    cancel: () => {
      cancelled = true
    },
  })
  expect((await readStart(endless, 7)).toString()).toBe('ABCABCA')
  expect(cancelled).toBe(true)
  expect((await readStart(null, 7)).toString()).toBe('')
})
