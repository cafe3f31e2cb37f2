/** No value of a person survives in any odd place, whoever the person is, whether or not they are known from elsewhere. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Exchange } from '../../../../runtime/conformance/recording/recording.ts'
import { createRedactor } from '../../../../runtime/conformance/redact/redactor.ts'
import type { Json } from '../../../../runtime/ports/types.ts'
import { ODD_PLACES, type Person, type PlantedExchange } from './odd-places.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, at) => at)

const letters = (min: number, max: number) =>
  fc
    .array(fc.constantFrom(...'bcdfghjklmnpqrstvwxzaeiou'), { minLength: min, maxLength: max })
    .map((all) => all.join(''))
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Letters that no word of a program has, so that what is found is the person's. */
const person: fc.Arbitrary<Person> = fc
  .record({
    first: letters(3, 6).map((text) => capital(`${text}qo`)),
    last: fc
      .tuple(letters(3, 7), fc.constantFrom('', "O'", 'Mac', 'é'))
      .map(([text, begin]) => capital(`${begin}${capital(text)}qe`)),
    domain: letters(6, 9).map((text) => `${text}q.shop`),
    local: fc.constantFrom('first.last', 'first', 'flast', 'last_first', 'first+news'),
    phone: fc.integer({ min: 1_000_000, max: 9_999_999 }).map((number) => `+35387${number}`),
    company: letters(6, 9).map((text) => `${capital(text)}qi`),
    city: letters(6, 9).map((text) => `${capital(text)}qu`),
    externalId: fc.integer({ min: 10_000_000, max: 99_999_999 }).map((number) => `shop-${number}`),
    id: fc
      .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 22, maxLength: 22 })
      .map((all) => `6a${all.join('')}`),
    ip: fc.integer({ min: 1, max: 254 }).map((number) => `84.203.17.${number}`),
  })
  .map(({ domain, local, ...rest }) => {
    const plain = (text: string) =>
      text
        .normalize('NFD')
        .replace(/[\p{M}']/gu, '')
        .toLowerCase()
    const [first, last] = [plain(rest.first), plain(rest.last)]
    const written = local
      .replace('first', first)
      .replace('flast', first.charAt(0) + last)
      .replace('last', last)
    return { ...rest, email: `${written}@${domain}` }
  })

const toExchange = ({
  url = '/things',
  headers,
  request,
  response,
  responseHeaders = {},
}: PlantedExchange): Exchange => ({
  side: 'source',
  request: {
    method: request === undefined ? 'GET' : 'POST',
    url: `https://api.source.test${url}`,
    ...(headers && { headers }),
    ...(request !== undefined && { body: request }),
  },
  response: { status: 200, headers: responseHeaders, body: response ?? {} },
})

/** What makes a person known. */
const contact = (p: Person): Exchange =>
  toExchange({
    response: {
      type: 'contact', id: p.id, external_id: p.externalId, email: p.email, phone: p.phone, name: `${p.first} ${p.last}`,
      location: { city: p.city }, company: p.company,
    },
  }) // biome-ignore format: a contact

/** All that a text is, read again and again: independent of the detector. */
function readings(text: string): string[] {
  const tries: ((text: string) => string)[] = [
    (all) =>
      all
        .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
        .replaceAll('\\', ''),
    (all) => all.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    (all) => all.replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    (all) => all.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
    (all) => all.replace(/[\w+/-]{8,}={0,2}/g, (run) => ` ${Buffer.from(run, 'base64').toString('latin1')} `),
    (all) => all.replace(/(?:[0-9a-f]{2}){8,}/gi, (run) => ` ${Buffer.from(run, 'hex').toString('latin1')} `),
    (all) => all.replace(/<[^>]*>|[\u00ad\u200b]/g, ''),
    (all) => all.normalize('NFKC'),
  ]
  const first = tries.map((read) => read(text))
  return [text, ...first, ...first.flatMap((once) => tries.slice(0, 5).map((read) => read(once)))]
}

const fold = (text: string) =>
  text
    .normalize('NFD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()

/** A short name is a part of many words. */
const hasValue = (text: string, value: string) =>
  value.length > 4 || !/^[a-z]+$/.test(value)
    ? text.includes(value)
    : value.length > 2 && new RegExp(`(?<![\\p{L}\\p{N}+/])${value}(?![\\p{L}\\p{N}+/])`, 'u').test(text)

/** Names of the person's values that a text still has. */
function survivors(text: string, p: Person): string[] {
  const all = readings(text).map(fold)
  const [local = '', domain = ''] = p.email.split('@')
  const values: Record<string, string> = {
    email: p.email, local: local.length > 5 ? local : p.email, domain, first: fold(p.first), last: fold(p.last),
    company: fold(p.company), city: fold(p.city), externalId: p.externalId, id: p.id, ip: p.ip,
  } // biome-ignore format: a table
  const found = Object.keys(values).filter((name) => all.some((reading) => hasValue(reading, values[name] as string)))
  const digits = text.split('"').map((part) => part.replace(/\D/g, ''))
  return digits.some((part) => part.includes(p.phone.slice(-7))) ? [...found, 'phone'] : found
}

function redact(exchanges: readonly Exchange[], key = KEY) {
  const redactor = createRedactor({ key, rules: {} })
  for (const exchange of exchanges) redactor.learnExchange(exchange)
  const redacted = exchanges.map((exchange) => redactor.redactExchange(exchange))
  return { redactor, redacted, text: JSON.stringify(redacted) }
}

test('there are sixty odd places and more', () => {
  expect(Object.keys(ODD_PLACES).length).toBeGreaterThanOrEqual(60)
})

/** Values that only the person's own record makes a person's: without it they are words of a program. */
const NEEDS_RECORD = new Set([
  'name within the name of an attribute', 'name as a state', 'name as a type', 'name as a language', 'slug in a path',
  'name in an accepted header', 'first name in the message of an error', 'pointer of an error', 'name in a query with +',
]) // biome-ignore format: a list

const base: Omit<Person, 'first' | 'last' | 'email'> = {
  phone: '+353871234567', company: 'Harbourlight Books', city: 'Ballycastle', externalId: 'shop-40711234',
  id: '6960a1b2c3d4e5f600000017', ip: '84.203.17.9',
} // biome-ignore format: a person

/** Names that are short, have accents, are of another script, or are words of a program. */
const PERSONS: readonly Person[] = [
  { ...base, first: 'Ada', last: "O'Brien", email: 'ada.obrien@harbourlight.shop' },
  { ...base, first: 'Zoë', last: 'Müller-Åkesson', email: 'zoe@muller-akesson.de' },
  { ...base, first: 'Mai', last: 'Ly', email: 'm.ly@harbourlight.shop' },
  { ...base, first: '花子', last: '佐藤', email: 'hanako.sato@harbourlight.shop' },
  { ...base, first: 'Ольга', last: 'Иванова', email: 'olga+shop@ivanova.example.ru' },
  { ...base, first: 'Jimmy', last: 'Page', email: 'page@ledzep.shop' },
]

describe.each(PERSONS)('no value of $first $last survives', (p) => {
  test.each(Object.entries(ODD_PLACES))('%s', (_, plant) => {
    const { redactor, text } = redact([contact(p), toExchange(plant(p))])
    expect(survivors(text, p).filter((name) => name !== 'last' || p.last !== 'Page')).toEqual([])
    expect(redactor.detect(text)).toEqual([])
  })
})

/** Like any other date, and any other hash. */
const UNDETECTABLE = new Set(['birthday', 'hash of a user', 'coordinates', 'digits of another script'])

describe('no value survives', () => {
  for (const [place, plant] of Object.entries(ODD_PLACES)) {
    test(place, () => {
      fc.assert(
        fc.property(person, (p) => {
          const { redactor, redacted, text } = redact([contact(p), toExchange(plant(p))])
          expect(survivors(text, p)).toEqual([])
          expect(text).not.toMatch(/2a02:8084|DE89|3704 0044|eyJhbGci|1987-03-14|4111|53\.349|٤٥٦٧/)
          expect(redactor.detect(text)).toEqual([])
          expect(redacted).toHaveLength(2)
          if (!NEEDS_RECORD.has(place)) expect(survivors(redact([toExchange(plant(p))]).text, p)).toEqual([])
        }),
        { numRuns: 5, seed: 14 },
      )
    })
  }
})

test('the detector finds a person left in any of the places', () => {
  fc.assert(
    fc.property(person, (p) => {
      for (const [place, plant] of Object.entries(ODD_PLACES)) {
        if (UNDETECTABLE.has(place)) continue
        const planted = toExchange(plant(p))
        const { redactor } = redact([contact(p), planted])
        expect(redactor.detect(JSON.stringify(planted)).length, place).toBeGreaterThan(0)
      }
    }),
    { numRuns: 3, seed: 14 },
  )
})

test('the same key gives the same substitutes, another key others', () => {
  fc.assert(
    fc.property(person, (p) => {
      const planted = Object.values(ODD_PLACES).map((plant) => toExchange(plant(p)))
      const { text } = redact([contact(p), ...planted])
      expect(redact([contact(p), ...planted]).text).toBe(text)
      const other = redact(
        [contact(p)],
        Uint8Array.from(KEY, (byte) => byte ^ 1),
      ).redacted[0]?.response.body
      const first = (JSON.parse(text) as Exchange[])[0]?.response.body
      for (const field of ['id', 'email', 'name', 'external_id', 'phone']) {
        const of = (value: Json | undefined) => (value as Readonly<Record<string, Json>>)[field]
        expect(of(other), field).not.toBe(of(first))
      }
    }),
    { numRuns: 3, seed: 14 },
  )
})
