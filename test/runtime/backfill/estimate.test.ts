/** Estimates of an import: counts from the source, the time of a page of each stream, and the bottleneck. */
import { describe, expect, test } from 'vitest'
import { backfillRateLimit } from '../../../connector/klaviyo/destination.ts'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { type EstimateParts, estimateBackfill } from '../../../runtime/backfill/estimate.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { SourceClient } from '../../../runtime/source/client.ts'

const spec = await loadConnectorSpec()
const never = new AbortController().signal

interface Source {
  readonly conversations: number
  readonly tickets: number
  readonly contacts: number
  /** Milliseconds of a page of so many records. */
  readonly takes: (size: number) => number
  /** Pages larger than this fail. */
  readonly largest?: number
}

async function estimated(
  { takes, largest = Number.POSITIVE_INFINITY, ...totals }: Source,
  { only, ...change }: Partial<EstimateParts> & { readonly only?: readonly string[] } = {},
) {
  const clock = virtualClock()
  const sizes: number[] = []
  const request: SourceClient['request'] = async ({ path }, { bindings }) => {
    const size = Number(bindings?.pageSize)
    sizes.push(size)
    await clock.sleep(takes(size))
    if (size > largest) throw new Fault('transient', 'intercom/timeout', 'too slow')
    const name = (/conversations|tickets|contacts/.exec(path)?.[0] ?? 'contacts') as keyof typeof totals
    return { [name]: [], data: [], total_count: totals[name] }
  }
  const client: SourceClient = { request, workspace: async () => 'w' }
  const found = await clock.until(
    estimateBackfill({ spec, client, clock, ...change }, { until: clock.now(), ...(only && { only }) }, never),
  )
  return { ...found, sizes }
}

const SHOP: Source = { conversations: 15_000, tickets: 3_000, contacts: 9_000, takes: () => 2_000 }

test('assumes for every page the measured time of one of the same size, contacts included', async () => {
  const { time, bottleneck: because, calls, sizes, slowest } = await estimated(SHOP)
  expect(sizes).toEqual([150, 150, 150])
  expect([calls, time, because]).toEqual([100 + 20 + 60, (100 + 20 + 60) * 2_000, 'pages'])
  expect(slowest).toMatchObject({ stream: 'conversations', size: 150, duration: 2_000 })
})

test('contacts are fetched in batches if there are far more of them than records', async () => {
  const { time, calls } = await estimated({ ...SHOP, contacts: 3_000_000 })
  expect([calls, time]).toEqual([100 + 20 + 18_000 / 15, 120 * 2_000])
})

test('times a small page if a whole one fails', async () => {
  const { time, sizes } = await estimated({ ...SHOP, contacts: 0, takes: (size) => size * 100, largest: 50 })
  expect(sizes.sort()).toEqual([10, 10, 10, 150, 150, 150])
  expect(time).toBe(((15_000 + 3_000) / 10) * 1_000)
})

describe('is bounded by', () => {
  const quick = { ...SHOP, takes: () => 1 }
  test("the source's rate limit", async () => {
    const { time, bottleneck: because } = await estimated(quick, { only: ['Replied to Conversation'] })
    const [window = { limit: 1, interval: 1 }] = spec.source.rateLimit.windows
    expect(because).toBe('source')
    expect(time).toBeGreaterThan((15_000 * window.interval) / window.limit)
  })

  test("the destination's rate limit for one event per record", async () => {
    const { time, bottleneck: because } = await estimated(quick, { backfillRateLimit: { limit: 100, interval: 1_000 } })
    expect([time, because]).toEqual([180_000, 'destination'])
  })

  test('where the limit assumes full bulk requests', () => {
    const perMinute = 150 * spec.destination.utilization * 1_000
    expect(backfillRateLimit(spec.destination)).toEqual({ limit: Math.floor(perMinute), interval: 60_000 })
  })
})
