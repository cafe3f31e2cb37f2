/** Bodies before their signature is verified: nothing is read in vain, memory is bounded, a slow one ends. */
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { receiveWebhook } from '../../../runtime/source/receive.ts'
import { UnverifiedBodies } from '../../../runtime/source/unverified-bodies.ts'
import { WebhookStatsRecorder } from '../../../runtime/source/webhook-stats.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'

const SECRET = 'a-client-secret'
const SIGNED = `sha1=${'a'.repeat(40)}`
const MiB = 1024 * 1024

interface BodySource {
  pull(controller: ReadableStreamDefaultController<Uint8Array>): unknown
}

interface Sending {
  readonly signature?: string
  /** The header, whatever is sent. */
  readonly length?: number
}

async function bench() {
  const clock = virtualClock()
  const spec = await loadConnectorSpec()
  const logged: string[] = []
  const parts = {
    spec,
    clock,
    store: memoryStore({ clock }),
    logger: {
      ...silentLogger,
      warn: (text: string) => void logged.push(text),
      error: (text: string) => void logged.push(text),
    },
    bodies: new UnverifiedBodies(clock, spec.webhook.maxBodySize),
    stats: new WebhookStatsRecorder(clock),
    secrets: async () => [SECRET],
    account: async () => ({ id: undefined, inWebhooks: undefined }),
  }
  let read = 0
  const send = (source: BodySource, { signature, length }: Sending = {}) => {
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      read += 1
      await source.pull(controller)
    }
    // Without a buffer the stream is pulled only by a reader.
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    const headers = {
      ...(signature !== undefined && { 'X-Hub-Signature': signature }),
      ...(length !== undefined && { 'content-length': `${length}` }),
    }
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
    return receiveWebhook(new Request('http://localhost/webhooks/intercom', init), parts)
  }
  return { clock, send, logged, read: () => read }
}

const silent = { pull: () => new Promise<void>(() => undefined) }
const broken = { pull: () => Promise.reject(new Error('the client went away')) }
/** Sends so many bytes, then nothing more, without an end. */
const stallsAfter = (bytes: number): BodySource => {
  let isSent = false
  return {
    pull: (controller) => {
      if (isSent) return silent.pull()
      isSent = true
      controller.enqueue(new Uint8Array(bytes))
      return undefined
    },
  }
}
const whole = (text: string): BodySource => ({
  pull: (controller) => {
    controller.enqueue(new TextEncoder().encode(text))
    controller.close()
  },
})

test.each([
  ['no signature', { length: 10 }, 401],
  ['a signature without its prefix', { length: 10, signature: 'abc' }, 401],
  ['a signature that is not hexadecimal', { length: 10, signature: 'sha1=xyz' }, 401],
  ['a length over the limit', { length: 4 * MiB + 1, signature: SIGNED }, 413],
] as const)('%s: answered without reading the body', async (_, sending, status) => {
  const { send, read } = await bench()
  expect((await send(silent, sending)).status).toBe(status)
  expect(read()).toBe(0)
})

test('many large bodies at once get 503 and may come again; usual ones are taken meanwhile', async () => {
  const { send, clock } = await bench()
  const slow = Array.from({ length: 6 }, (_, n) =>
    send(n % 2 ? silent : stallsAfter(4 * MiB - 1), { signature: SIGNED, ...(n % 2 && { length: 4 * MiB }) }),
  )
  await clock.advance(0)
  const refused = await send(silent, { signature: SIGNED, length: 4 * MiB })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  const usual = '{"topic":"ping"}'
  const signature = `sha1=${createHmac('sha1', SECRET).update(usual).digest('hex')}`
  expect((await send(whole(usual), { signature, length: usual.length })).status).not.toBe(503)
  await clock.advance(10_000)
  expect((await Promise.all(slow)).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 408))
  expect(clock.sleeping).toBe(0)
})

test('without a length in the header a body takes the memory of what has arrived', async () => {
  const { send, clock } = await bench()
  const waiting = Array.from({ length: 500 }, () => send(stallsAfter(1024), { signature: SIGNED }))
  await clock.advance(0)
  const usual = '{"topic":"ping"}'
  const signature = `sha1=${createHmac('sha1', SECRET).update(usual).digest('hex')}`
  expect((await send(whole(usual), { signature })).status).toBe(200)
  await clock.advance(10_000)
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([408]))
})

test('a body that grows beyond the memory left gets 503, one over the limit 413', async () => {
  const { send, clock } = await bench()
  const slow = Array.from({ length: 6 }, () => send(silent, { signature: SIGNED, length: 4 * MiB }))
  await clock.advance(0)
  expect((await send(stallsAfter(MiB), { signature: SIGNED })).status).toBe(503)
  await clock.advance(10_000)
  await Promise.all(slow)
  expect((await send(stallsAfter(4 * MiB + 1), { signature: SIGNED })).status).toBe(413)
})

test('a body that ends early gives its memory back, and is no fault of ours', async () => {
  const { send, logged } = await bench()
  for (let n = 0; n < 20; n++) expect((await send(broken, { signature: SIGNED, length: 4 * MiB })).status).toBe(400)
  expect(logged).toEqual(['webhook rejected: the connection ended before the body'])
})
