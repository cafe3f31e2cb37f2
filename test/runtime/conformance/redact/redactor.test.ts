/** The redactor replaces persons in exchanges and notifications, keeps links, and its detector finds what is left. */
import { expect, test } from 'vitest'
import type { Exchange } from '../../../../runtime/conformance/recording/recording.ts'
import { createRedactor } from '../../../../runtime/conformance/redact/redactor.ts'

const key = new Uint8Array(32).fill(7)

const contact = {
  type: 'contact',
  id: '6960000000000000000000a1',
  workspace_id: 'abc123de',
  external_id: 'shop-4711',
  role: 'user',
  email: 'Ada.Obrien@Harbourlight.shop',
  phone: '+353 87 123 4567',
  name: "Ada O'Brien",
  location: { type: 'location', country: 'Ireland', region: 'Leinster', city: 'Dublin' },
  custom_attributes: { 'Order number': 'A-1001', Note: 'Calls herself Ada' },
  created_at: 1734537424,
}

const exchanges: readonly Exchange[] = [
  {
    side: 'source',
    request: {
      method: 'GET',
      url: 'https://api.source.example/contacts/6960000000000000000000a1?email=ada.obrien%40harbourlight.shop',
      headers: { Authorization: 'Bearer abcdefghijklmnop', Accept: 'application/json' },
    },
    response: { status: 200, headers: { 'content-type': 'application/json', 'set-cookie': 'a=b' }, body: contact },
  },
  {
    side: 'destination',
    request: {
      method: 'POST',
      url: 'https://api.destination.example/events',
      body: { data: { type: 'event', attributes: { properties: { email: 'ada.obrien@harbourlight.shop' } } } },
    },
    response: {
      status: 400,
      headers: {},
      body: { errors: [{ detail: 'ada.obrien@harbourlight.shop of Ada is invalid' }] },
    },
  },
]

function redact(keep: readonly string[] = []) {
  const redactor = createRedactor({ key, rules: {}, keep })
  for (const exchange of exchanges) redactor.learnExchange(exchange)
  const redacted = exchanges.map((exchange) => redactor.redactExchange(exchange))
  return { redactor, redacted, text: JSON.stringify(redacted, undefined, 2) }
}

test('replaces a person everywhere by one substitute', () => {
  const { redactor, redacted, text } = redact()
  const person = redacted[0]?.response.body as typeof contact
  expect(person.email).toMatch(/^[A-Z][a-z]+\.[A-Z][a-z]+@example\.com$/)
  expect(redacted[0]?.request.url).toBe(
    `https://api.source.example/contacts/${person.id}?email=${encodeURIComponent(person.email.toLowerCase())}`,
  )
  expect(person.name.toLowerCase().replace("'", '').replace(' ', '.')).toBe(person.email.toLowerCase().split('@')[0])
  expect(person.id).toMatch(/^[0-9a-f]{24}$/)
  expect(text).not.toMatch(/ada|brien|harbourlight|Dublin|Leinster|4711|abc123de|1234567|Bearer|cookie/i)
  expect(redactor.detect(text)).toEqual([])
})

test('finds what would be left', () => {
  const { redactor } = redact()
  const kinds = redactor.detect(JSON.stringify(exchanges)).map(({ kind }) => kind)
  expect(new Set(kinds)).toEqual(
    new Set([
      'credential', 'e-mail address', 'private domain', 'id', 'name of a person', 'phone number', 'place of a person',
    ]), // biome-ignore format: a set
  )
})

test('says what was replaced, kept and dropped, never by what', () => {
  const { redactor } = redact(['Order number'])
  const { replaced, kept, dropped } = redactor.manifest()
  expect(replaced).toContainEqual({ path: 'source response: location.city', kind: 'place', count: 1 })
  expect(replaced).toContainEqual({ path: 'destination response: errors.*.detail', kind: 'text', count: 1 })
  expect(kept).toEqual([{ name: 'Order number', count: 1 }])
  expect(dropped).toEqual([
    { name: 'authorization', count: 1 },
    { name: 'set-cookie', count: 1 },
  ])
})

test('refuses no account or card that it has replaced itself, whatever the key', () => {
  const values = {
    'Bank account': 'DE89 3704 0044 0532 0130 00',
    Note: 'pays from GB29NWBK60161331926819 or 4111 1111 1111 1111',
    company: { name: 'Konto DE89370400440532013000' },
  }
  const exchange: Exchange = {
    side: 'source',
    request: { method: 'GET', url: 'https://api.source.example/contacts/1' },
    response: { status: 200, headers: {}, body: { ...contact, custom_attributes: values } },
  }
  for (let seed = 0; seed < 400; seed++) {
    const redactor = createRedactor({ key: new Uint8Array(32).fill(seed % 256, seed % 32), rules: {}, keep: [] })
    redactor.learnExchange(exchange)
    const text = JSON.stringify(redactor.redactExchange(exchange))
    expect(redactor.detect(text), text.slice(380)).toEqual([])
    expect(text).not.toMatch(/37040044|60161331|41111111|3704 0044|1111 1111/)
  }
})

const MARKUP: readonly (readonly [body: string, left: string])[] = [
  [
    '<table border="0" cellpadding="0" cellspacing="0"><tbody><tr><td width="100">Where is my parcel</td></tr></tbody></table>',
    'Where is my parcel',
  ],
  ['<p>Where is my parcel</p><img width="100" height="200" src="https://shop.test/1.png">', 'where is my parcel'],
  ['No, <a href="mailto:ada.obrien@harbourlight.shop">where is my parcel</a>', 'where is my parcel'],
  ['to&nbsp;&nbsp;&nbsp;&nbsp;&lt;me&gt; &quot;so&quot; &amp; &lt;no&gt; where is my parcel', 'Where is my parcel'],
  ['see %20 https://api.source.example/1.png where is my parcel', 'where is my parcel'],
  ['see https://api.source.example/a/b/1.png?is=so where is my parcel', 'where is my parcel'],
  ['the 0000 0000 0000 parcel has no number', 'parcel has no number'],
]

test.each(MARKUP)('refuses no text whose markup alone stays, whatever the key: %s', (body, left) => {
  const [{ request }] = exchanges as [Exchange]
  const exchange: Exchange = { side: 'source', request, response: { status: 200, headers: {}, body: { body } } }
  for (let seed = 0; seed < 100; seed++) {
    const redactor = createRedactor({ key: new Uint8Array(32).fill(seed), rules: {} })
    redactor.learnExchange(exchange)
    expect(redactor.detect(JSON.stringify(redactor.redactExchange(exchange)))).toEqual([])
    expect(redactor.detect(JSON.stringify({ left }))).toContainEqual(
      expect.objectContaining({ kind: 'text of a person' }),
    )
  }
})
