/** Values over Klaviyo's limits: what is sent in their place, what the receipt says, and that the local Klaviyo accepts it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CUT_MARK } from '../../../../connector/klaviyo/limits/cut-text.ts'
import {
  bulkBody,
  bulkEntry,
  type EncodedMessage,
  eventBody,
  profileBody,
} from '../../../../connector/klaviyo/request-bodies.ts'
import { getPath } from '../../../../runtime/lib/json.ts'
import type { FieldChange, Json, JsonObject, MetricEvent, Profile } from '../../../../runtime/ports/types.ts'
import {
  BULK_CREATE_EVENTS,
  CREATE_EVENT,
  IMPORT_PROFILE,
} from '../../../../sandbox/klaviyo/validation/event-bodies.ts'
import { type FieldRule, findViolations } from '../../../../sandbox/klaviyo/validation/rules.ts'
import { event, limits } from '../../../helpers/klaviyo.ts'

const context = { revision: '2026-07-15', now: Date.UTC(2026, 7, 1) }
const violations = (rule: FieldRule, { text }: Pick<EncodedMessage, 'text'>) =>
  findViolations(rule, JSON.parse(text) as Json, context)

const MARKED = 100_000 - Buffer.byteLength(CUT_MARK)
const nested = (levels: number): JsonObject => (levels === 1 ? { end: 1 } : { a: nested(levels - 1) })
const many = <Item>(count: number, make: (index: number) => Item) => Array.from({ length: count }, (_, i) => make(i))
const numbered = (count: number, value: Json) => Object.fromEntries(many(count, (i) => [`p${i}`, value]))

interface Case {
  readonly given: JsonObject
  readonly sent: JsonObject
  readonly changes: readonly FieldChange[]
}

const one = (field: string, action: FieldChange['action'], reason: string): FieldChange[] => [{ field, action, reason }]
const fits = (given: JsonObject): Case => ({ given, sent: given, changes: [] })

/** The properties of an event. */
const events: Readonly<Record<string, Case>> = {
  'a text at the limit, in bytes': fits({ Body: 'ä'.repeat(50_000) }),
  'a text over the limit': {
    given: { Body: 'ä'.repeat(50_001), Title: 'Hello' },
    sent: { Body: 'ä'.repeat(MARKED / 2 - 0.5) + CUT_MARK, Title: 'Hello' },
    changes: one('properties.Body', 'shortened', '100002 bytes, over the limit "string" of 100000'),
  },
  'a text in an object and one in a list': {
    given: { Custom: { notes: 'a'.repeat(150_000) }, Tags: ['b', 'c'.repeat(100_001)] },
    sent: { Custom: { notes: 'a'.repeat(MARKED) + CUT_MARK }, Tags: ['b', 'c'.repeat(MARKED) + CUT_MARK] },
    changes: [
      ...one('properties.Custom.notes', 'shortened', '150000 bytes, over the limit "string" of 100000'),
      ...one('properties.Tags.1', 'shortened', '100001 bytes, over the limit "string" of 100000'),
    ],
  },
  'a list at the limit': fits({ Tags: many(4000, String) }),
  'a list over the limit': {
    given: { Tags: many(4001, String) },
    sent: { Tags: many(4000, String) },
    changes: one('properties.Tags', 'shortened', '4001 items, over the limit "list" of 4000'),
  },
  'ten levels, the properties included': fits({ Deep: nested(9) }),
  'eleven levels': {
    given: { Deep: nested(10), Title: 'Hello' },
    sent: { Deep: JSON.parse(JSON.stringify(nested(9)).replace('"end":1', '')), Title: 'Hello' },
    changes: one('properties.Deep.a…', 'omitted', '11 levels, over the limit "depth" of 10'),
  },
  '401 properties': {
    given: numbered(401, 1),
    sent: numbered(400, 1),
    changes: one('properties.p400', 'omitted', '401 properties, over the limit "properties" of 400'),
  },
  'an integer of 64 bits': fits({ Size: 2 ** 62, Float: 1e300 }),
  'an integer of more': {
    given: { Size: 1e20 },
    sent: { Size: '100000000000000000000' },
    changes: one('properties.Size', 'sent as text', 'an integer of more than 64 bits'),
  },
  'a request over the limit loses its largest properties': {
    given: { ...numbered(40, 'a'.repeat(99_999)), Largest: 'b'.repeat(100_000), Title: 'Hello' },
    sent: {
      ...Object.fromEntries(Object.entries(numbered(40, 'a'.repeat(99_999))).filter(([name]) => name !== 'p10')),
      Title: 'Hello',
    },
    changes: [
      ...one('properties.Largest', 'omitted', expect.stringMatching(/^41\d{5} bytes, over the limit "request" of 4/)),
      ...one('properties.p10', 'omitted', expect.stringMatching(/over the limit "request" of 4000000/)),
    ],
  },
}

test.each(Object.entries(events))('an event: %s', (_, { given, sent, changes }) => {
  const message = event('a', { properties: given })
  const single = eventBody(message, limits)
  expect(getPath(JSON.parse(single.text), 'data', 'attributes', 'properties')).toEqual(sent)
  expect(single.changes).toEqual(changes)
  expect(violations(CREATE_EVENT, single)).toEqual([])
  for (const lane of ['live', 'backfill'] as const) {
    const entry = bulkEntry(message, lane, limits)
    expect(entry.changes).toEqual(changes)
    expect(violations(BULK_CREATE_EVENTS, { text: bulkBody([entry.text]) })).toEqual([])
  }
})

/** Custom attributes of a contact. */
const profiles: Readonly<Record<string, Case>> = {
  'a text within the limit': fits({ notes: 'a'.repeat(90_000), plan: 'pro' }),
  'a text over it': {
    given: { notes: 'a'.repeat(100_000), plan: 'pro' },
    sent: { plan: 'pro' },
    changes: one(
      'profile.properties.Custom.notes',
      'omitted',
      expect.stringMatching(/^the profile has 100\d{3} bytes, over the limit "profile" of 95000$/),
    ),
  },
  'a text that is cut, and then left out': {
    given: { notes: 'a'.repeat(150_000), plan: 'pro' },
    sent: { plan: 'pro' },
    changes: one('profile.properties.Custom.notes', 'omitted', expect.stringContaining('"profile"')),
  },
  'several attributes: the largest are left out': {
    given: { small: 'a'.repeat(30_000), large: 'a'.repeat(40_000), plan: 'pro', larger: 'a'.repeat(50_000) },
    sent: { small: 'a'.repeat(30_000), large: 'a'.repeat(40_000), plan: 'pro' },
    changes: one('profile.properties.Custom.larger', 'omitted', expect.stringContaining('"profile"')),
  },
  'eleven levels': {
    given: { deep: nested(9), plan: 'pro' },
    sent: { deep: JSON.parse(JSON.stringify(nested(8)).replace('"end":1', '')), plan: 'pro' },
    changes: one('profile.properties.Custom.deep…', 'omitted', '11 levels, over the limit "depth" of 10'),
  },
}

test.each(Object.entries(profiles))('a contact: %s', (_, { given, sent, changes }) => {
  const profile = { email: 'ada@harbour-books.ie', first_name: 'Ada', properties: { Custom: given } }
  const expected = { email: 'ada@harbour-books.ie', first_name: 'Ada', properties: { Custom: sent } }
  const update = profileBody({ profile }, limits)
  expect(getPath(JSON.parse(update.text), 'data', 'attributes')).toEqual(expected)
  expect(update.changes).toEqual(changes)
  expect(violations(IMPORT_PROFILE, update)).toEqual([])
  const live = eventBody(event('a', { profile }), limits)
  expect(getPath(JSON.parse(live.text), 'data', 'attributes', 'profile', 'data', 'attributes')).toEqual(expected)
  expect(live.changes).toEqual(changes)
  expect(violations(CREATE_EVENT, live)).toEqual([])
  expect(bulkEntry(event('a', { profile }), 'backfill', limits).changes).toEqual([])
})

describe('changes', () => {
  test('of many fields are listed up to a number, and the rest is counted', () => {
    const properties = { Custom: Object.fromEntries(many(5000, (i) => [`attribute_${i}`, 'x'.repeat(20)])) }
    const { changes, text } = profileBody({ profile: { email: 'ada@harbour-books.ie', properties } }, limits)
    expect(changes.length).toBe(21)
    expect(changes.at(-1)).toMatchObject({ field: expect.stringMatching(/^\d{4} more fields$/), action: 'omitted' })
    expect(Buffer.byteLength(text)).toBeGreaterThan(94_000)
  })

  test('quote no value, and few names', () => {
    const properties = { Custom: { list: many(3, () => ({ 'ada@b.ie': nested(12) })), long: 'secret'.repeat(20_000) } }
    const { changes } = eventBody(event('a', { properties }), limits)
    expect(changes.length).toBe(2)
    expect(JSON.stringify(changes)).not.toMatch(/secret|ada@/)
  })
})

test('identifiers are never left out', () => {
  const profile: Profile = { email: 'ada@harbour-books.ie', external_id: 'x'.repeat(96_000) }
  expect(() => profileBody({ profile }, limits)).toThrow(/the profile: it has 96\d+ bytes, over the limit "profile"/)
})

test('a limit absent from connector.yaml does not apply', () => {
  expect(eventBody(event('a', { properties: numbered(2000, 1) }), {}).changes).toEqual([])
})

test('the local Klaviyo accepts every event and profile, whatever its values', () => {
  const tight = { ...limits, string: 60, list: 6, depth: 4, properties: 8, profile: 700, request: 2500 }
  const text = fc.string({ unit: 'binary', maxLength: 120 }).filter((value) => !/\p{Surrogate}/u.test(value))
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 6 }, text, fc.double(), fc.boolean(), tie('list'), tie('object')),
    list: fc.array(tie('any'), { maxLength: 9 }),
    object: fc.dictionary(fc.string({ maxLength: 8 }), tie('any'), { maxKeys: 9 }),
  }))
  const properties = value.object as fc.Arbitrary<JsonObject>
  fc.assert(
    fc.property(properties, properties, (given, custom) => {
      const profile = { email: 'ada@harbour-books.ie', first_name: 'Ada', properties: custom }
      const message: MetricEvent = event('a', { properties: given, profile })
      const single = eventBody(message, tight)
      const update = profileBody({ profile }, tight)
      for (const { text } of [single, update, bulkEntry(message, 'live', tight)]) {
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(tight.request)
        expect(longestText(JSON.parse(text))).toBeLessThanOrEqual(Math.max(tight.string, 24))
      }
      expect(update.bytes).toBeLessThanOrEqual(tight.profile)
      expect(violations(CREATE_EVENT, single)).toEqual([])
      expect(violations(IMPORT_PROFILE, update)).toEqual([])
    }),
    { numRuns: 200 },
  )
})

function longestText(value: Json): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value !== 'object' || value === null) return 0
  return Math.max(0, ...Object.values(value).map((member) => longestText(member ?? null)))
}
