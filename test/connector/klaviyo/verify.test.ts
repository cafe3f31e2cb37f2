/** A whole connector held against the local Klaviyo: after an import, with dropped events, with a key that may not read. */
import { expect, test } from 'vitest'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import type { MetricComparison } from '../../../runtime/verify/types.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

const HOUR = 3_600_000

type Harness = Awaited<ReturnType<typeof startConnector>>

async function importAll({ connector, clock }: Harness): Promise<void> {
  const signal = new AbortController().signal
  const run = (async () => {
    for await (const _ of connector.backfill({ signal, startedBy: 'command' }));
  })()
  await clock.until(run)
}

async function verify({ connector, clock }: Harness): Promise<readonly MetricComparison[]> {
  const found: MetricComparison[] = []
  const run = (async () => {
    const comparisons = connector.verify?.({ signal: new AbortController().signal })
    if (comparisons === undefined) throw new Error('Klaviyo can count')
    for await (const one of comparisons) found.push(one)
  })()
  await clock.until(run)
  return found
}

const sum = (found: readonly MetricComparison[], name: 'ledger' | 'missing' | 'extra' | 'recent') =>
  found.reduce((total, it) => total + it[name], 0)

/** The requests of the comparison: none writes. */
function recorder() {
  const requests: string[] = []
  const intercept = (request: Request) => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`)
    return undefined
  }
  return { requests, intercept }
}

test('after an import every metric is equal, at once and after retention; one query for each metric', async () => {
  const { requests, intercept } = recorder()
  const harness = await startConnector({ intercept })
  await importAll(harness)
  requests.length = 0
  const found = await verify(harness)
  expect(sum(found, 'ledger')).toBe(harness.klaviyo.summary().events)
  expect(sum(found, 'ledger')).toBeGreaterThan(100)
  for (const one of found) expect(one).toMatchObject({ missing: 0, extra: 0, recent: 0, undated: 0, reasons: [] })
  const withEvents = found.filter(({ ledger }) => ledger > 0).length
  expect(requests.filter((line) => !line.startsWith('GET'))).toEqual(
    Array(withEvents).fill('POST /api/metric-aggregates'),
  )
  expect(requests.filter((line) => line.startsWith('GET'))).toEqual(['GET /api/metrics'])

  await harness.clock.advance(100 * 24 * HOUR)
  await harness.store.applyRetention(harness.spec.delivery.retention)
  const later = await verify(harness)
  expect([sum(later, 'missing'), sum(later, 'extra')]).toEqual([0, 0])
  expect(sum(later, 'ledger')).toBe(sum(found, 'ledger'))
})

/** Gives some contacts addresses that Klaviyo accepts and drops. */
const withTestAddresses = (intercom: { fetch: Fetch }) => async (request: Request) => {
  if (request.url.startsWith('https://a.klaviyo.com')) return undefined
  const response = await intercom.fetch(request)
  return new Response((await response.text()).replace(/"([a-e][^"@]*)@[^"]+"/g, '"$1@example.com"'), response)
}

test('events that Klaviyo dropped are missing on their days once they are an hour old', async () => {
  let intercept: ((request: Request) => Promise<Response | undefined>) | undefined
  const harness = await startConnector({ intercept: (request) => intercept?.(request) })
  intercept = withTestAddresses(harness.intercom)
  await importAll(harness)
  const { dropped } = harness.klaviyo.summary()
  expect(dropped).toBeGreaterThan(0)
  const atOnce = await verify(harness)
  expect([sum(atOnce, 'missing'), sum(atOnce, 'recent')]).toEqual([0, dropped])
  await harness.clock.advance(HOUR + 1)
  const later = await verify(harness)
  expect([sum(later, 'missing'), sum(later, 'recent')]).toEqual([dropped, 0])
  const short = later.flatMap(({ differences }) => differences.map((day) => day.ledger - day.destination))
  expect(short.reduce((total, count) => total + count, 0)).toBe(dropped)
  expect(later.find(({ missing }) => missing > 0)?.reasons[0]).toContain('@example.com')
})

test('a store that delivered nothing: all that another one delivered is more', async () => {
  const other = await startConnector()
  await importAll(other)
  const foreign = await startConnector({
    clock: other.clock,
    intercept: (request) =>
      request.url.startsWith('https://a.klaviyo.com') ? other.klaviyo.fetch(request) : undefined,
  })
  const found = await verify(foreign)
  expect(sum(found, 'ledger')).toBe(0)
  expect(sum(found, 'extra')).toBeGreaterThan(0)
})

test('a key without the permission is told so', async () => {
  const secrets = { intercomAccessToken: 'test-token', klaviyoApiKey: 'pk_test:writeonly' }
  const harness = await startConnector({ connector: { secrets } })
  await expect(verify(harness)).rejects.toMatchObject({
    kind: 'config',
    code: 'klaviyo/forbidden',
    message: expect.stringContaining('lacks the scope metrics:read'),
  })
})

test('respects the rate limit over many years', async () => {
  const harness = await startConnector()
  await importAll(harness)
  const began = harness.clock.now()
  const found: MetricComparison[] = []
  const run = (async () => {
    const comparisons = harness.connector.verify?.({
      since: Date.UTC(2012, 0, 1),
      signal: new AbortController().signal,
    })
    for await (const one of comparisons ?? []) found.push(one)
  })()
  await harness.clock.until(run)
  expect([sum(found, 'missing'), sum(found, 'extra')]).toEqual([0, 0])
  expect(harness.klaviyo.summary()).toMatchObject({ throttled: 0 })
  expect(harness.clock.now() - began).toBeGreaterThan(60_000)
})
