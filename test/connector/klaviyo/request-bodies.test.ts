/** Request bodies: golden pairs, limits as a table, batches as properties. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  BULK_WRAPPER,
  bulkBody,
  bulkEntry,
  eventBody,
  profileBody,
  splitIntoRequests,
} from '../../../connector/klaviyo/request-bodies.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { Json, MetricEvent } from '../../../runtime/ports/types.ts'
import { event, fixture, type Golden, keysOf, limits, schemaErrors } from '../../helpers/klaviyo.ts'

const connector = parse(readFileSync(new URL('../../../connector.yaml', import.meta.url), 'utf8'))
const attributes: readonly string[] = connector.destination.attributes
/** Of those that are no plain text. */
const samples: Readonly<Record<string, Json>> = {
  phone_number: '+35315550100',
  'location.ip': '192.0.2.1',
  'location.latitude': 53.3,
  'location.longitude': -6.2,
}

describe('golden pairs', () => {
  test.each(['live-event', 'live-bulk', 'history', 'history-phone-only', 'profile'])('%s', (name) => {
    const { message, lane, definition, body } = fixture<Golden>(`golden/${name}`)
    const text =
      message.kind === 'profile'
        ? profileBody(message, limits).text
        : definition === 'liveEvent'
          ? eventBody(message, limits).text
          : bulkBody([bulkEntry(message, lane, limits).text])
    expect(JSON.parse(text)).toEqual(body)
    expect(schemaErrors(JSON.parse(text))).toEqual([])
    expect(schemaErrors(JSON.parse(text), definition)).toEqual([])
  })

  test('the schema rejects a backfill without a flag or with attributes', () => {
    for (const broken of [/"backfill":true,"profile"/, /,"backfill":true\}/]) {
      const text = bulkBody([bulkEntry(event('a'), 'backfill', limits).text])
      expect(text).toMatch(broken)
      expect(schemaErrors(JSON.parse(text.replace(broken, (all) => all.replace('true', 'false'))))).not.toEqual([])
    }
    expect(schemaErrors(JSON.parse(bulkBody([bulkEntry(event('a'), 'live', limits).text])), 'historyBulk')).not.toEqual(
      [],
    )
  })
})

const SECRET = 'secret'
const address = (length: number) => `${'a'.repeat(length - 10)}@secret.ie`

describe('what is never shortened', () => {
  const cases: readonly [name: string, fits: Partial<MetricEvent>, breaks: Partial<MetricEvent>, says: RegExp][] = [
    [
      'the metric',
      { metric: 'm'.repeat(127) },
      { metric: 'm'.repeat(128) },
      /128 characters, over the limit "metric" of 127/,
    ],
    ['no metric', {}, { metric: '' }, /no metric name/],
    ['the key', { key: 'k'.repeat(255) }, { key: 'k'.repeat(256) }, /256 characters, over the limit "key" of 255/],
    ['no key', {}, { key: '' }, /no idempotency key/],
    [
      'an address',
      { profile: { email: address(100) } },
      { profile: { email: address(101) } },
      /"email" has 101 characters/,
    ],
    ['an invalid address', {}, { profile: { email: 'secret at b.ie' } }, /"email" is not an e-mail address/],
    ['Unix time', {}, { time: '1784021400' }, /time is not ISO 8601/],
    [
      'microseconds',
      { time: '2026-07-14T09:30:00+01:00' },
      { time: '2026-07-14T09:30:00.000000Z' },
      /time is not ISO 8601/,
    ],
    ['an impossible date', {}, { time: '2026-13-14T09:30:00Z' }, /time is not ISO 8601/],
    [
      'no identifier',
      { profile: { phone_number: '+353861234567' } },
      { profile: { first_name: SECRET } },
      /neither .* nor/,
    ],
    [
      'an attribute',
      {},
      { profile: { email: 'a@b.ie', nickname: SECRET } },
      /no attribute "nickname"; put it under properties/,
    ],
  ]

  test.each(cases)('%s', (_, fits, breaks, says) => {
    for (const encode of [eventBody, (one: MetricEvent) => bulkEntry(one, 'live', limits).text]) {
      expect(() => encode(event('a', fits), limits)).not.toThrow()
      const fault = thrown(() => encode(event('a', breaks), limits))
      expect(fault.kind).toBe('data')
      expect(fault.message).toMatch(says)
      expect(fault.message).not.toContain(SECRET)
      expect(fault.message.length).toBeLessThan(400)
    }
  })

  test.each(attributes)('the attribute %s, which a mapping may name, is accepted', (name) => {
    const [attribute = '', within] = name.split('.')
    const value = samples[name] ?? 'ada@klaviyo-demo.com'
    const profile = { email: 'ada@klaviyo-demo.com', [attribute]: within ? { [within]: value } : value, properties: {} }
    expect(schemaErrors(JSON.parse(eventBody({ ...event('a'), profile }, limits).text))).toEqual([])
  })
})

describe('batches', () => {
  const keys = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 })
  const tight = fc.record({ events: fc.integer({ min: 1, max: 10 }), request: fc.integer({ min: 1200, max: 6000 }) })

  test('hold every event once, no key twice, and stay within events and bytes as sent', () => {
    fc.assert(
      fc.property(keys, tight, fc.constantFrom('live' as const, 'backfill' as const), (keys, tight, lane) => {
        const entries = keys.map((key, index) =>
          bulkEntry(event(`k${key}`, { properties: { Title: 'ü'.repeat(key * 5), index } }), lane, tight),
        )
        const batches = splitIntoRequests(entries, tight)
        expect(new Set(batches.flat())).toEqual(new Set(entries))
        expect(batches.flat().length).toBe(entries.length)
        for (const batch of batches) {
          const text = bulkBody(batch.map((one) => one.text))
          expect(Buffer.byteLength(text)).toBe(BULK_WRAPPER + batch.reduce((sum, { bytes }) => sum + bytes, 0) - 1)
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(tight.request)
          expect(batch.length).toBeLessThanOrEqual(tight.events)
          expect(new Set(keysOf(text)).size).toBe(batch.length)
          expect(schemaErrors(JSON.parse(text))).toEqual([])
        }
      }),
      { numRuns: 200 },
    )
  })

  test('keep the order, oldest first', () => {
    const entries = Array.from({ length: 25 }, (_, i) => bulkEntry(event(`k${i}`), 'backfill', limits))
    expect(splitIntoRequests(entries, { ...limits, events: 10 }).map((batch) => batch.map(({ key }) => key))).toEqual([
      Array.from({ length: 10 }, (_, i) => `k${i}`),
      Array.from({ length: 10 }, (_, i) => `k${i + 10}`),
      Array.from({ length: 5 }, (_, i) => `k${i + 20}`),
    ])
  })
})

function thrown(run: () => unknown): Fault {
  try {
    run()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('expected a fault')
}
