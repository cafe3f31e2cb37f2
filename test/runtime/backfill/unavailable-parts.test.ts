/** Intercom gives the newest 500 parts of a record: an import, its report and a pass say of which there are more. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { BackfillOptions, BackfillProgress } from '../../../runtime/backfill/types.ts'
import { runCommand } from '../../helpers/cli-fake.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

const DAY = 86_400_000
const METRICS = ['Replied to Conversation', 'Replied to Ticket']

async function openShop() {
  const shop = await startConnector({ conversations: 30, tickets: 20 })
  const run = (options: Partial<BackfillOptions> = {}): Promise<BackfillProgress> => {
    const all = async () => {
      let last: BackfillProgress | undefined
      const { signal } = new AbortController()
      for await (const progress of shop.connector.backfill({ only: METRICS, ...options, signal })) last = progress
      if (last === undefined) throw new Error('the import reported no progress')
      return last
    }
    return shop.clock.until(all())
  }
  return { ...shop, run }
}

const unavailable = ({ streams }: Pick<BackfillProgress, 'streams'>) =>
  Object.fromEntries(
    streams.flatMap(({ stream, unavailableParts }) => (unavailableParts ? [[stream, unavailableParts]] : [])),
  )

describe('an import', () => {
  let shop: Awaited<ReturnType<typeof openShop>>
  let last: BackfillProgress

  beforeAll(async () => {
    shop = await openShop()
    shop.intercom.lengthen({ conversations: 3, tickets: 2, parts: 620 })
    last = await shop.run()
  })

  test('is done, and counts the parts of each stream', async () => {
    expect(last).toMatchObject({
      phase: 'done',
      dead: 0,
      skipped: expect.not.objectContaining({ 'parts-unavailable': 5 }),
    })
    const parts = unavailable(last)
    expect(parts).toMatchObject({ conversations: { records: 3 }, tickets: { records: 2 } })
    // Each had at most ten parts before.
    expect(parts.conversations?.parts).toBeGreaterThanOrEqual(3 * 120)
    expect(parts.conversations?.parts).toBeLessThanOrEqual(3 * 130)
    expect(parts.tickets?.parts).toBeGreaterThan(2 * 120)
    // Every other comment is the contact's: of 500 parts, 250.
    expect(shop.klaviyo.summary().events).toBeGreaterThan(3 * 240)
  })

  test('names these records, and the figures outlive them', async () => {
    const { store } = shop
    const { exit, out } = await runCommand(['runs', last.run, '--reason', 'parts-unavailable'], { store })
    expect(exit).toBe(0)
    expect(out.trim().split('\n')).toHaveLength(5)
    expect(out).toMatch(new RegExp(`^${last.run}:tickets:2155\\d+ +skipped: parts-unavailable: \\d+ parts$`, 'm'))

    const trace = await runCommand(['trace', '215400000000001'], { store })
    expect(trace.out).toMatch(/whole record: skipped\n +12\d parts unavailable\n +because +only the newest parts/)

    await shop.clock.advance(60 * DAY)
    await store.applyRetention({ settled: DAY, dead: DAY })
    const report = await runCommand(['runs', last.run], { store })
    expect(report.out).toMatch(/Of 3 of 30 conversations only the newest parts could be read: 3\d\d older parts were/)
    expect(report.out).toContain(`connector runs ${last.run} --reason parts-unavailable`)
    const { out: json } = await runCommand(['runs', last.run, '--json'], { store })
    expect(JSON.parse(json)).toMatchObject({ phase: 'done', unavailableParts: unavailable(last) })
    expect((await runCommand(['runs'], { store })).out).toMatch(/complete, but \d+ parts unavailable/)
  })

  test('does not mind parts from before its window', async () => {
    // The comments were added at the time of the last change; search reads an hour more than the window.
    const changed = await Promise.all([0, 1, 2].map((index) => lastChange(shop, `21540000000000${index}`)))
    const inside = await shop.run({ restart: true, since: (Math.max(...changed) - 1) * 1000 })
    expect(unavailable(inside).conversations?.records).toBe(1)
    const outside = await shop.run({ restart: true, since: (Math.max(...changed) + 1) * 1000 })
    expect(unavailable(outside).conversations).toBeUndefined()
    expect(outside.streams.map(({ recordsRead }) => recordsRead)).toEqual(
      inside.streams.map(({ recordsRead }) => recordsRead),
    )
  })
})

async function lastChange({ intercom }: Awaited<ReturnType<typeof openShop>>, id: string): Promise<number> {
  const headers = { Authorization: 'Bearer test-token' }
  const answer = await intercom.fetch(new Request(`https://api.intercom.io/conversations/${id}`, { headers }))
  return ((await answer.json()) as { updated_at: number }).updated_at
}

test('records of which all parts are given are not mentioned', async () => {
  const shop = await openShop()
  const last = await shop.run()
  expect(unavailable(last)).toEqual({})
  expect((await runCommand(['runs', last.run], { store: shop.store })).out).not.toContain('newest parts')
})

test('a pass names the records whose parts from its window are unavailable', async () => {
  const shop = await openShop()
  shop.intercom.lengthen({ conversations: 2, tickets: 1, parts: 620 })
  const pass = (since?: number) => {
    const { signal } = new AbortController()
    return shop.clock.until(shop.connector.reconcile({ ...(since !== undefined && { since }), signal }))
  }
  const usual = await pass()
  expect(usual?.streams.map(({ unavailableParts }) => unavailableParts)).toEqual([undefined, undefined, undefined])
  const year = await pass(shop.clock.now() - 400 * DAY)
  expect(year?.streams.map(({ unavailableParts }) => unavailableParts)).toEqual([
    { parts: expect.any(Number), records: 2, ids: ['215400000000000', '215400000000001'] },
    { parts: expect.any(Number), records: 1, ids: [expect.any(String)] },
    undefined,
  ])
})
