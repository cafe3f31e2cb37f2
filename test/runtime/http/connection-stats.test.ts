/** The order of results decides whether a connection is failing, not their times. */

import { expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { ConnectionStatsRecorder } from '../../../runtime/http/connection-stats.ts'
import { createRateLimiter } from '../../../runtime/http/rate-limiter.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import { silentLogger } from '../../../runtime/system.ts'

test('a success clears the failure, even if the clock was set back between them', async () => {
  let at = Date.parse('2026-07-14T09:30:00.000Z')
  const clock = { ...virtualClock(at), now: () => at }
  const stats = new ConnectionStatsRecorder({ side: 'x', clock, logger: silentLogger })
  let fault: Fault | undefined = new Fault('transient', 'x/server', 'it answered 503')
  const http = stats.watch('x', createRateLimiter({ windows: [], utilization: 1 }, clock), async () => {
    if (fault) throw fault
    return { status: 200, headers: new Headers(), body: undefined }
  })
  const ask = () =>
    http(() => new Request('http://x.local'), { lane: 'live', signal: new AbortController().signal }).catch(
      () => undefined,
    )
  await ask()
  expect(stats.snapshot().lastFailure?.fault.code).toBe('x/server')
  at -= 3_600_000
  fault = new Fault('data', 'x/invalid', 'it rejected this one')
  await ask()
  expect(stats.snapshot().lastFailure).toBeUndefined()
  fault = new Fault('config', 'x/unauthorized', 'it rejected the credentials')
  await ask()
  expect(stats.snapshot().lastFailure?.fault.code).toBe('x/unauthorized')
  fault = undefined
  await ask()
  expect(stats.snapshot()).toMatchObject({ lastSuccessAt: at })
  expect(stats.snapshot().lastFailure).toBeUndefined()
})
