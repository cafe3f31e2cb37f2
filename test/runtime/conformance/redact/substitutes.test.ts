/** Substitutes have the form of their originals, are valid where those were, and differ where those did. */
import fc from 'fast-check'
import { type CountryCode, getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../../../runtime/conformance/redact/redactor.ts'
import { isFictionNumber, rangesOf } from '../../../../runtime/conformance/redact/substitutes/phone-ranges.ts'
import type { RedactionOptions } from '../../../../runtime/conformance/redact/types.ts'
import type { Json, JsonObject } from '../../../../runtime/ports/types.ts'

const KEY = new Uint8Array(32).fill(11)

function redact<T extends Json>(value: T, options: Partial<RedactionOptions> = {}) {
  const redactor = createRedactor({ key: KEY, rules: {}, ...options })
  const webhook = { at: '2026-01-10T10:00:00.000Z', body: value }
  redactor.learnWebhook(webhook)
  const redacted = redactor.redactWebhook(webhook).body as T
  return { redacted, redactor, text: JSON.stringify(redacted) }
}

describe('a phone number', () => {
  test('is valid again in each writing, of its country where that has a range', () => {
    const numbers = getCountries().flatMap((country) => getExampleNumber(country, examples) ?? [])
    const people = numbers.flatMap((number) => {
      const { country = '', number: e164 } = number
      const writings = [e164, number.formatInternational(), number.formatNational(), e164.replace('+', '00')]
      return writings.map((phone) => ({ type: 'contact', phone, country_code: country, e164 }))
    })
    const { redacted, redactor, text } = redact(people.map(({ e164, ...person }) => person))
    const chosen = new Map<string, string>()
    people.forEach(({ e164, country_code }, at) => {
      const { phone = '' } = redacted[at] ?? {}
      const read = parsePhoneNumberFromString(phone.replace(/^00/, '+'), country_code as CountryCode)
      expect(read?.isValid(), `${country_code} ${phone}`).toBe(true)
      expect(isFictionNumber(read?.number ?? ''), `${country_code} ${phone}`).toBe(true)
      expect(chosen.get(e164) ?? read?.number).toBe(read?.number)
      chosen.set(e164, read?.number ?? '')
      const country = parsePhoneNumberFromString(e164)?.country ?? ''
      expect(read?.country, e164).toBe(rangesOf(country) ? country : 'GB')
    })
    expect(new Set(chosen.values()).size).toBe(chosen.size)
    expect(redactor.detect(text)).toEqual([])
  })

  test('keeps its writing where a range of its country and length exists', () => {
    const phones = [
      '+1 (212) 736-5000',
      '(212) 736-5000',
      '212.736.5001',
      '+44 20 7183 8750',
      '020 7183 8750',
      '06.12.34.56.78',
    ]
    const countries = ['US', 'US', 'US', 'GB', 'GB', 'FR']
    const { redacted } = redact(
      phones.map((phone, at) => ({ type: 'contact', phone, country_code: countries[at] ?? '' })),
    )
    const form = (phone: string) => phone.replace(/\d/g, '0')
    expect(redacted.map(({ phone }) => form(phone))).toEqual(phones.map(form))
  })

  test('that no one can call stays such a number', () => {
    const phones = ['12345', 'n/a', '+999 123 456 789', '0000000000', 'call me']
    const { redacted } = redact(phones.map((phone) => ({ type: 'contact', phone, country_code: 'US' })))
    for (const { phone } of redacted) expect(parsePhoneNumberFromString(phone, 'US')?.isValid() ?? false).toBe(false)
  })
})

describe('an id', () => {
  const ids = [
    '6960000000000000000000a1', '215400000000101', '0042', 'sub_a1B2c3D4', '5f2c1b7e-9a3d-4b6f-8c1e-0123456789ab', 'shop-4711',
    '01GDDKASAP8TKDDA2GRZDSVP4H', 'abc123de', '9007199254740993', 'notif_5f2c1b7e-9a3d-4b6f-8c1e-0123456789ab', '7',
  ] // biome-ignore format: a list
  const form = (id: string) => id.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0')

  test.each(ids)('%s keeps its form', (id) => {
    const substitute = redact({ id }).redacted.id
    const isHex = /^[0-9a-f-]{20,}$/.test(id) || id.startsWith('notif_')
    if (isHex)
      expect(substitute).toMatch(/^(?:notif_)?[0-9a-f]{8,}(?:-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12})?$/)
    else expect(form(substitute)).toBe(form(id).replace(/^aaa_(?=aA|a0)/, 'aaa_'))
    expect(substitute.length).toBe(id.length)
    if (/^\d+$/.test(id)) expect(/^0*/.exec(substitute)?.[0]).toBe(/^0*/.exec(id)?.[0])
    if (id.length > 1) expect(substitute).not.toBe(id)
    expect(/^(?:sub|notif)_/.test(id) && !substitute.startsWith(id.split('_')[0] ?? '')).toBe(false)
  })

  test('is equal to another after if and only if it was before', () => {
    const id = fc.oneof(
      fc.integer({ min: 1, max: 999 }).map(String),
      fc.integer({ min: 1_000, max: 20_000 }).map(String),
      fc.constantFrom('a1', 'a2', 'b1', 'x-1', 'x-2'),
    )
    fc.assert(
      fc.property(fc.array(id, { maxLength: 200 }), (all) => {
        const { redacted } = redact(all.map((id) => ({ id })))
        const pairs = new Map(all.map((id, at) => [id, redacted[at]?.id] as const))
        expect(redacted.map(({ id }) => id)).toEqual(all.map((id) => pairs.get(id)))
        expect(new Set(pairs.values()).size).toBe(pairs.size)
      }),
      { numRuns: 20, seed: 14 },
    )
  })

  test('is the same as a number and as text, and in addresses', () => {
    const { redacted } = redact({
      id: '9600001',
      admin_assignee_id: 9600001,
      url: '/admins/9600001',
      key: 'abc:9600001',
    } as JsonObject)
    expect(redacted).toEqual({
      id: redacted.id,
      admin_assignee_id: Number(redacted.id),
      url: `/admins/${redacted.id}`,
      key: expect.stringMatching(new RegExp(`:${redacted.id}$`)),
    })
  })

  test('of zero stays, since it stands for none', () => {
    expect(redact({ admin_assignee_id: 0, team_assignee_id: '0' }).redacted).toEqual({
      admin_assignee_id: 0,
      team_assignee_id: '0',
    })
  })
})

test('people differ after if they did before, however many and however short their names', () => {
  const people = Array.from({ length: 3_000 }, (_, at) => ({
    type: 'contact',
    name: `Bo ${at % 50}`,
    email: `b${at}@a.io`,
  }))
  const { redacted } = redact(
    people.map(({ name, ...rest }) => ({ ...rest, name: name.replace(/\d/g, (d) => 'abcdefghij'.charAt(Number(d))) })),
  )
  expect(new Set(redacted.map(({ email }) => email)).size).toBe(3_000)
  expect(new Set(redacted.map(({ name }) => name.split(' ')[0])).size).toBe(1)
})

test('an address with a tag is the address with another tag, in the same case', () => {
  const { redacted } = redact({
    a: 'Ada.Lovelace@Engine.io',
    b: 'ada.lovelace+shop@engine.io',
    c: 'ADA.LOVELACE@ENGINE.IO',
  })
  expect(redacted.c).toBe(redacted.a.toUpperCase())
  expect(redacted.b).toMatch(new RegExp(`^${redacted.a.toLowerCase().split('@')[0]}\\+[a-z]{4}@example\\.com$`))
})

test('text of an attribute stays only by its name, without the persons in it', () => {
  const item = {
    type: 'contact', name: 'Ada Lovelace', email: 'ada@engine.io',
    custom_attributes: { 'Order number': 'A-1001, green', Note: 'gift for Ada', Size: 'large' },
  } // biome-ignore format: an item
  const { redacted, redactor, text } = redact(item, { keep: ['Order number', 'Note'] })
  const { 'Order number': number, Note: note, Size: size } = redacted.custom_attributes
  expect(number).toBe('A-1001, green')
  expect(note).toBe(`gift for ${redacted.name.split(' ')[0]}`)
  expect(size).not.toBe('large')
  expect(redactor.detect(text)).toEqual([])
  expect(redactor.manifest().kept).toEqual([{ name: 'Note', count: 1 }, { name: 'Order number', count: 1 }]) // biome-ignore format: one line
})

test('texts of the spec and known values stay', () => {
  const item = {
    title: 'Rated Conversation',
    avatar: 'https://cdn.test/pseudonym_avatars_2019/red-fox.png',
    tags: ['VIP', 'Other'],
  }
  const { redacted } = redact(item, { rules: { literals: ['Rated Conversation', '/pseudonym_avatars_', 'VIP'] } })
  expect(redacted.title).toBe('Rated Conversation')
  expect(redacted.avatar).toMatch(/^https:\/\/www\.example\.com\/pseudonym_avatars_[^/]+\/[a-z-]+\.png$/)
  expect(redacted.avatar).not.toContain('fox')
  expect(redacted.tags).toEqual(['VIP', expect.not.stringContaining('Other')])
})

test('numbers and times stay', () => {
  const item = {
    total: 129.5,
    count: 12_345_678,
    created_at: 1768031789,
    at: 1768031789000,
    when: '2026-01-10T10:00:00.000Z',
    day: '2026-01-10',
  }
  expect(redact(item).redacted).toEqual(item)
})

test('a key that is too short is refused', () => {
  expect(() => createRedactor({ key: new Uint8Array(16), rules: {} })).toThrow('32 bytes')
})
