/** Answers without an end, on real sockets: each becomes a fault with a name, its connection closes, memory stays bounded. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import { createHttpClient } from '../../../runtime/http/client.ts'
import { createRateLimiter } from '../../../runtime/http/rate-limiter.ts'
import { toFault } from '../../../runtime/ports/fault.ts'
import { systemClock, systemFetch } from '../../../runtime/system.ts'
import type { FaultName } from '../../helpers/processes/faults.ts'
import { startFaultySide } from '../../helpers/processes/faulty-side.ts'
import { createCleanup, waitUntil } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const CODES: Partial<Record<FaultName, string>> = {
  silent: 'peer/timeout',
  'silent after the headers': 'peer/timeout',
  dripping: 'peer/timeout',
  'dripping headers': 'peer/timeout',
  'endless headers': 'peer/network',
  reset: 'peer/network',
  'closed without an answer': 'peer/network',
  'cut off in the body': 'peer/network',
  'no HTTP': 'peer/network',
  'gzip that is none': 'peer/network',
  'torn JSON': 'peer/not-json',
  'empty 200': 'peer/not-json',
  'page 200': 'peer/not-json',
  'page 502': 'peer/unavailable',
}

const LARGE: Partial<Record<FaultName, string>> = {
  'gzip bomb': 'peer/too-large',
  'br bomb': 'peer/too-large',
  'deflate bomb': 'peer/not-json', // never requested: nothing bounds its unpacking in Node
  'huge error': 'peer/too-large',
  huge: 'peer/too-large',
}

/** A side that answers by the name of a fault in the path. */
async function startSide() {
  const side = await startFaultySide(async () => Response.json({}), closing)
  side.misbehave(({ path }) => decodeURIComponent(path.slice(1)) as FaultName)
  return { ...side, urlOf: (fault: string) => `${side.url}/${encodeURIComponent(fault)}` }
}

/** Runs the garbage collector as often as a busy process does. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const timer = setInterval(collect, 150)
  closing.add(timer, () => clearInterval(timer))
}

function createPeer(timeout: number) {
  const limiter = createRateLimiter({ windows: [{ limit: 1000, interval: 1 }], utilization: 1 }, systemClock)
  const parts = { fetch: systemFetch, clock: systemClock, random: () => 0, timeout, attempts: 1 }
  const ask = createHttpClient(parts, { name: 'peer', limiter, json: true })
  return (url: string, signal: AbortSignal) =>
    ask(() => new Request(url, { method: 'POST', body: '{}' }), { lane: 'live', signal }).then(
      () => 'accepted',
      (error: unknown) => toFault(error).code,
    )
}

test('each bad answer is a transient fault with a name, and no connection stays', async () => {
  const side = await startSide()
  // Longer than a byte takes to follow the last: the limit is for the whole answer.
  const send = createPeer(1_500)
  collectGarbage()
  const { signal } = new AbortController()
  const codes = Object.keys(CODES).map(async (fault) => [fault, await send(side.urlOf(fault), signal)] as const)
  expect(Object.fromEntries(await Promise.all(codes))).toEqual(CODES)
  await waitUntil('all connections are closed', () => side.connections() === 0)
})

test.each(['silent', 'silent after the headers', 'dripping', 'dripping headers', 'huge'] as const)(
  'an abort ends a %s answer and its connection, although garbage was collected',
  async (fault) => {
    const side = await startSide()
    const stop = new AbortController()
    const sent = Array.from({ length: 5 }, () => createPeer(60_000)(side.urlOf(fault), stop.signal))
    await waitUntil('all have arrived', () => side.faults() === 5)
    collectGarbage()
    await systemClock.sleep(300)
    stop.abort()
    const stopped = fault === 'huge' ? /stopped|too-large/ : /stopped/
    for (const code of await Promise.all(sent)) expect(code).toMatch(stopped)
    await waitUntil('all connections are closed', () => side.connections() === 0)
  },
)

test('memory stays bounded, however large the answers are', async () => {
  const side = await startSide()
  const child = fileURLToPath(new URL('../../helpers/processes/memory-child.ts', import.meta.url))
  const urls = Object.keys(LARGE).map(side.urlOf)
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child, ...urls])
  const results = JSON.parse(stdout) as { readonly code: string; readonly megabytes: number }[]
  expect(results.map(({ code }) => code)).toEqual(Object.values(LARGE))
  // Four answers at once, of 64 MiB before they are cut: without a queue 256 MB and more.
  expect(Math.max(...results.map(({ megabytes }) => megabytes))).toBeLessThan(250)
})
