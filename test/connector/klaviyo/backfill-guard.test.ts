/** Backfill requests cannot leave without their flags, and live events do not queue behind them. */
import { describe, expect, test } from 'vitest'
import { assertBackfillFlags } from '../../../connector/klaviyo/backfill-guard.ts'
import { specEndpoint } from '../../../connector/klaviyo/client.ts'
import { laneSemaphore } from '../../../connector/klaviyo/concurrency.ts'
import { bulkBody, bulkEntry, eventBody, profileBody } from '../../../connector/klaviyo/request-bodies.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import type { Lane } from '../../../runtime/ports/types.ts'
import { event, limits, never, options } from '../../helpers/klaviyo.ts'

const history = (...keys: string[]) => bulkBody(keys.map((key) => bulkEntry(event(key), 'backfill', limits).text))
const live = (...keys: string[]) => bulkBody(keys.map((key) => bulkEntry(event(key), 'live', limits).text))
const mixed = bulkBody([bulkEntry(event('a'), 'backfill', limits).text, bulkEntry(event('b'), 'live', limits).text])

/** Replaces the nth flag; the first of an entry is the entry's, the second its event's. */
function spoil(text: string, nth: number, by: string): string {
  let seen = 0
  return text.replace(/"backfill":true/g, (flag) => (++seen === nth ? by : flag))
}

/** What a hostile or unlucky property may hold: the text between two flagged entries, as a text and as values. */
const BETWEEN = ',"backfill":true}}]}}},{"type":"event-bulk-create","attributes":{"backfill":true,"profile":{}'
const imitation = {
  type: 'event-bulk-create',
  attributes: { backfill: true, events: { data: [{ attributes: { x: 1, backfill: true } }] } },
}
const imitating = (lane: Lane) =>
  bulkEntry({ ...event('a'), properties: { text: BETWEEN, list: [imitation, imitation] } }, lane, limits).text
const flagged = bulkEntry(event('b'), 'backfill', limits).text

const refused: readonly [name: string, body: string][] = [
  ['a live bulk request', live('a', 'b')],
  ['one live event in a backfill request', mixed],
  ['no flag on the first entry', spoil(history('a', 'b'), 1, '"x":true')],
  ['no flag on the first event', spoil(history('a', 'b'), 2, '"x":true')],
  ['no flag on the last entry', spoil(history('a', 'b'), 3, '"x":true')],
  ['no flag on the last event', spoil(history('a', 'b'), 4, '"x":true')],
  ['false', spoil(history('a'), 2, '"backfill":false')],
  ['the text "true"', spoil(history('a'), 1, '"backfill":"true"')],
  ['a flag overridden by a second one', spoil(history('a'), 2, '"backfill":true,"backfill":false')],
  ['a live event whose properties look like flagged entries', bulkBody([imitating('live')])],
  ['the same between flagged entries', bulkBody([flagged, imitating('live'), flagged])],
  ['the same, its entry alone flagged', bulkBody([flagged, spoil(imitating('backfill'), 6, '"x":true'), flagged])],
  ['no entries', bulkBody([])],
  ['an entry without events', bulkBody(['{"attributes":{"backfill":true,"events":{"data":[]}}}'])],
  ['a single live event', eventBody(event('a'), limits).text],
  ['a profile', profileBody(event('a'), limits).text],
  ['no JSON', 'backfill: true'],
  ['nothing', ''],
]

describe('the guard', () => {
  function recorder() {
    const left: string[] = []
    const fetch: Fetch = async (request) => {
      left.push(await request.text())
      return new Response(null, { status: 202 })
    }
    return { left, fetch }
  }

  test.each(refused)('refuses %s', (_, body) => {
    expect(() => assertBackfillFlags(body)).toThrow(expect.objectContaining({ kind: 'bug', code: 'klaviyo/unflagged' }))
  })

  test.each(refused)('applies to lane backfill of an endpoint client: %s', async (_, body) => {
    const { left, fetch } = recorder()
    for (const name of ['bulk', 'event', 'profile'] as const)
      await expect(specEndpoint(options({ fetch }), name, 'scope')('backfill', never, body)).rejects.toMatchObject({
        kind: 'bug',
      })
    expect(left).toEqual([])
  })

  test('passes flagged events whose properties look like flags or entries', async () => {
    const body = bulkBody([flagged, imitating('backfill'), flagged])
    expect(() => assertBackfillFlags(body)).not.toThrow()
    const named = bulkEntry({ ...event('c'), properties: { backfill: false } }, 'backfill', limits).text
    expect(() => assertBackfillFlags(bulkBody([named]))).not.toThrow()
  })

  test('passes flagged requests unchanged, and does not apply to lane live', async () => {
    const { left, fetch } = recorder()
    const bulk = specEndpoint(options({ fetch }), 'bulk', 'events:write')
    await bulk('backfill', never, history('a', 'b'))
    await bulk('live', never, live('a'))
    expect(left).toEqual([history('a', 'b'), live('a')])
  })
})

describe('concurrency', () => {
  /** Acquires slots and records who got one, until it is released. */
  function crowd(all: number, some: number) {
    const enter = laneSemaphore(all, some)
    const inside: { lane: Lane; leave: () => void }[] = []
    const come = (lane: Lane, signal = never) => enter(lane, signal).then((leave) => void inside.push({ lane, leave }))
    return { inside, come }
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const count = (inside: readonly { lane: Lane }[]) =>
    `${inside.filter(({ lane }) => lane === 'live').length} live, ${inside.filter(({ lane }) => lane === 'backfill').length} history`

  test('backfill uses only its share; live uses all the rest and goes first', async () => {
    const { inside, come } = crowd(10, 3)
    for (let i = 0; i < 20; i++) void come('backfill')
    await settle()
    expect(count(inside)).toBe('0 live, 3 history')
    for (let i = 0; i < 20; i++) void come('live')
    await settle()
    expect(count(inside)).toBe('7 live, 3 history')
    inside[0]?.leave()
    await settle()
    expect(count(inside)).toBe('8 live, 3 history')
  })

  test('an aborted caller releases its slot', async () => {
    const { inside, come } = crowd(1, 1)
    await come('live')
    const stop = new AbortController()
    const gone = come('live', stop.signal)
    void come('live')
    stop.abort()
    await expect(gone).rejects.toMatchObject({ kind: 'transient' })
    await expect(come('live', stop.signal)).rejects.toMatchObject({ kind: 'transient' })
    inside[0]?.leave()
    await settle()
    expect(inside.length).toBe(2)
  })

  test('at most ten requests are in flight at an endpoint, three of them backfill', async () => {
    const open: Record<string, () => void> = {}
    let flying = 0
    let most = 0
    const fetch: Fetch = async () => {
      most = Math.max(most, ++flying)
      await new Promise<void>((resolve) => {
        open[`${Object.keys(open).length}`] = resolve
      })
      flying--
      return new Response(null, { status: 202 })
    }
    const bulk = specEndpoint(options({ fetch }), 'bulk', 'events:write')
    const all = Array.from({ length: 30 }, (_, i) =>
      i % 2 === 0 ? bulk('live', never, live(`k${i}`)) : bulk('backfill', never, history(`k${i}`)),
    )
    while (Object.keys(open).length < 30) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      for (const resolve of Object.values(open)) resolve()
    }
    await Promise.all(all)
    expect(most).toBe(10)
  })
})
