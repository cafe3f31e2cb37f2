/** E-mail addresses and telephone numbers as people, phones, links, spreadsheets and WhatsApp write them. */
import fc from 'fast-check'
import { getCountries, getExampleNumber } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { describe, expect, test } from 'vitest'
import { loadPhoneMetadata, toE164 } from '../../../connector/functions/phone.ts'
import { emailAddress } from '../../../connector/functions/text.ts'
import { hashEmailAddress } from '../../../runtime/lib/text/email-address.ts'
import { toSearchKey } from '../../../runtime/record-history.ts'
import { emailChecks, phoneChecks } from '../../../sandbox/klaviyo/validation/values.ts'

await loadPhoneMetadata()

const nothing = undefined
const mobile = '+353871234567'

/** Text, country, number. */
const phones: readonly (readonly [string, string, string | undefined])[] = [
  // Links and labels.
  ['tel:+353-87-123-4567', '', mobile],
  ['TEL:+353871234567', '', mobile],
  ['tel:0871234567', 'IE', mobile],
  ['tel:087-123-4567;phone-context=+353', '', mobile],
  ['tel:+353871234567;ext=12', '', mobile],
  ['tel://+353871234567', '', mobile],
  ['callto:+353871234567', '', mobile],
  ['sms:+353871234567', '', mobile],
  ['whatsapp:+353871234567', '', mobile],
  ['WhatsApp: 087 123 4567', 'IE', mobile],
  ['whatsapp:353871234567', '', nothing],
  ['https://wa.me/353871234567', '', mobile],
  ['353871234567@s.whatsapp.net', '', mobile],
  ['353871234567@c.us', 'US', mobile],
  ['Tel.: +353 87 123 4567', '', mobile],
  ['Phone +353 87 123 4567', '', mobile],
  ['Mobile: 087 123 4567', 'IE', mobile],
  ['telephone numbers are private', 'IE', nothing],

  // International prefixes.
  ['00353 87 123 4567', '', mobile],
  ['00353 87 123 4567', 'IE', mobile],
  ['00353 87 123 4567', 'US', mobile],
  ['(00353) 87 123 4567', '', mobile],
  ['0044 (0) 7911 123456', '', '+447911123456'],
  ['+00353871234567', '', mobile],
  ['+ 353 87 123 4567', '', mobile],
  ['++353871234567', '', mobile],
  ['(+353) 87 123 4567', '', mobile],
  ['+(353) 87 123 4567', '', mobile],
  ['+353 (0)87 123 4567', '', mobile],
  ['+353 087 123 4567', '', mobile],
  ['+0871234567', 'IE', mobile],
  ['+0871234567', '', nothing],
  ['011 353 87 123 4567', 'US', mobile],
  ['011 353 87 123 4567', '', nothing], // 011 begins numbers in other countries
  ['0011 353 87 123 4567', 'AU', mobile],
  ['0011 353 87 123 4567', '', nothing],
  ['810 353 87 123 4567', 'RU', mobile],
  ['8~10 353 87 123 4567', 'RU', mobile],
  ['0021 44 20 7946 0958', 'BR', '+442079460958'], // by carrier 21
  ['0044 20 7946 0958', 'BR', '+442079460958'],
  ['001 212 456 1111', 'KR', nothing], // 001 is Korea's own prefix: +212 …
  ['353871234567', 'IE', mobile],
  ['353871234567', 'US', nothing],
  ['353871234567', '', nothing],

  // Characters.
  ['\u202a+353 87 123 4567\u202c', '', mobile],
  ['\u2068+353 87 123 4567\u2069', '', mobile],
  ['\ufeff+353871234567', '', mobile],
  ['+353\u200b87\u200b1234567', '', mobile],
  ['+353\u200d871234567', '', mobile],
  ['+353\u00a087\u00a0123\u00a04567', '', mobile],
  ['+353&nbsp;87&nbsp;1234567', '', mobile],
  ['&#43;353 87 1234567', '', mobile],
  ['+353\u202f87\u20071234567', '', mobile],
  ['+353\t87\n123 4567', '', mobile],
  ['＋３５３８７１２３４５６７', '', mobile],
  ['０８７１２３４５６７', 'IE', mobile],
  ['٠٨٧١٢٣٤٥٦٧', 'IE', mobile],
  ['۰۸۷۱۲۳۴۵۶۷', 'IE', mobile],
  ['०८७१२३४५६७', 'IE', mobile],
  ['০৮৭১২৩৪৫৬৭', 'IE', mobile],
  ['๐๘๗๑๒๓๔๕๖๗', 'IE', mobile],
  ['+353‑87‑123‑4567', '', mobile],
  ['+353–87—1234567', '', mobile],
  ['+353−87−1234567', '', mobile],
  ['+353.87.123.4567', '', mobile],
  ['+353/87/1234567', '', mobile],
  ['+353_87_1234567', '', mobile],
  ['+353·87·1234567', '', mobile],

  // Around it.
  ['+353871234567.', '', mobile],
  ['+353871234567,', '', mobile],
  ['+353871234567;', '', mobile],
  ['+353 87 123 4567 -', '', mobile],
  ['"+353871234567"', '', mobile],
  ["'+353871234567", '', mobile],
  ['="+353871234567"', '', mobile],
  ['<+353871234567>', '', mobile],
  ['“+353871234567”', '', mobile],
  ['+353 87 123 4567 (mobile)', '', mobile],
  ['(mobile) +353 87 123 4567', '', mobile],
  ['353871234567.0', 'IE', mobile],
  ['3.53871E+11', 'IE', nothing],

  // Extensions.
  ['+1 (212) 456-1111 ext. 5', '', '+12124561111'],
  ['+1 212 456 1111 x5', '', '+12124561111'],
  ['+1 212 456 1111 #5', '', '+12124561111'],
  ['+1 212 456 1111 ext=5', '', '+12124561111'],
  ['+1 212 456 1111, Extension: 12', '', '+12124561111'],
  ['+1 212 456 1111,,5#', '', '+12124561111'],
  ['+33 1 42 68 53 00 poste 12', '', '+33142685300'],
  ['+49 30 123456 Durchwahl 78', '', '+4930123456'],
  ['+55 11 3061 0000 ramal 12', '', '+551130610000'],

  // Mexico.
  ['+52 1 55 1234 5678', '', '+525512345678'],
  ['+5215512345678', '', '+525512345678'],
  ['whatsapp:+5215512345678', '', '+525512345678'],
  ['5215512345678@s.whatsapp.net', '', '+525512345678'],
  ['5215512345678', 'MX', '+525512345678'],
  ['0052 1 55 1234 5678', 'MX', '+525512345678'],
  ['0052 1 55 1234 5678', '', '+525512345678'],
  ['+52 (1) 222 123 4567', '', '+522221234567'],
  ['+52 01 55 1234 5678', '', '+525512345678'],
  ['+52 044 55 1234 5678', '', '+525512345678'],
  ['+52 045 55 1234 5678', '', '+525512345678'],
  ['+52 55 1234 5678', '', '+525512345678'],
  ['55 1234 5678', 'MX', '+525512345678'],
  ['+52 1 55 1234 567', '', nothing],
  ['1 212 456 1111', 'MX', nothing], // perhaps of the United States

  // Argentina.
  ['+54 9 11 1234 5678', '', '+5491112345678'],
  ['+54 11 15 1234 5678', '', '+5491112345678'],
  ['+54 9 11 15 1234 5678', '', '+5491112345678'],
  ['+54 9 011 15 1234 5678', '', '+5491112345678'],
  ['+54 9 011 1234 5678', '', '+5491112345678'],
  ['+54 9 223 15 455 1234', '', '+5492234551234'],
  ['011 15 1234-5678', 'AR', '+5491112345678'],
  ['+54 11 1234 5678', '', '+541112345678'], // a landline; a mobile would need the 9
  ['15 1234 5678', 'AR', nothing],

  // Brazil.
  ['+55 31 98765 4321', '', '+5531987654321'],
  ['+55 31 8765 4321', '', '+5531987654321'],
  ['+55 31 9876 5432', '', '+5531998765432'],
  ['553187654321@c.us', '', '+5531987654321'],
  ['55 31 8765 4321', 'BR', '+5531987654321'],
  ['+55 (031) 98765-4321', '', '+5531987654321'],
  ['+55 31 3765 4321', '', '+553137654321'], // a landline
  ['+55 11 7654 3210', '', '+551176543210'], // trunked radio
  ['+55 20 8765 4321', '', nothing], // no such area
  ['(318) 765-4321', 'BR', nothing], // perhaps of the United States

  // Vietnam, Colombia, Benin, and those that stay as they are.
  ['+84 162 123 4567', '', '+84321234567'],
  ['+84 120 123 4567', '', '+84701234567'],
  ['+84 0199 123 4567', '', '+84591234567'],
  ['+84 161 123 4567', '', nothing],
  ['0123 456 7890', 'VN', nothing], // perhaps of the United Kingdom
  ['+57 1 234 5678', '', '+576012345678'],
  ['+57 601 234 5678', '', '+576012345678'],
  ['+229 97 12 34 56', '', '+2290197123456'],
  ['+229 01 97 12 34 56', '', '+2290197123456'],
  ['+225 07 12 34 56', '', nothing], // depends on the operator
  ['+7 8 912 345 67 89', '', '+79123456789'],
  ['+39 06 1234 5678', '', '+390612345678'],

  // No number, or more than one.
  ['+353 87 123 4567 / +353 87 123 4568', '', nothing],
  ['+353 87 123 4567 or +353 87 123 4568', '', nothing],
  ['order 0871234567 please', 'IE', nothing],
  ['+353 87 123 4567 after five', '', nothing],
  ['+353 87 123 45', '', nothing],
  ['1-800-FLOWERS', 'US', nothing],
  ['n/a', 'IE', nothing],
  ['0'.repeat(300), 'IE', nothing],
]

const ada = 'ada@wool.shop'

const addresses: readonly (readonly [string, string | undefined])[] = [
  // Wrapping.
  ['Ada@Wool.Shop', ada],
  ['mailto:ada@wool.shop', ada],
  ['MAILTO:Ada@wool.shop', ada],
  ['mailto:ada@wool.shop?subject=Hello%20you', ada],
  ['mailto:o%27brien@wool.shop', "o'brien@wool.shop"],
  ['E-Mail: ada@wool.shop', ada],
  ['email:ada@wool.shop', ada],
  ['Ada <ada@wool.shop>', ada],
  ['"Byrne, Ada" <ada@wool.shop>', ada],
  ['<ada@wool.shop>', ada],
  ['Ada <mailto:ada@wool.shop>', ada],
  ['ada@wool.shop <mailto:ada@wool.shop>', ada],
  ['ada@wool.shop <ada@wool.shop>', ada],
  ['&lt;ada@wool.shop&gt;', ada],
  ['ada@wool.shop (Ada Byrne)', ada],
  ['"ada@wool.shop"', ada],
  ["'ada@wool.shop'", ada],
  ["'ada@wool.shop',", ada],
  ['`ada@wool.shop`', ada],
  ['“ada@wool.shop”', ada],
  ['(ada@wool.shop)', ada],
  ['[ada@wool.shop]', ada],
  ['*ada@wool.shop*', ada],

  // Punctuation and blanks.
  ['ada@wool.shop.', ada],
  ['ada@wool.shop,', ada],
  ['ada@wool.shop;', ada],
  ['ada@wool.shop!', ada],
  ['ada@wool.shop>', ada],
  ["ada@wool.shop'", ada],
  [',ada@wool.shop', ada],
  [':ada@wool.shop', ada],
  ['\u00a0ada@wool.shop\u00a0', ada],
  ['ada @wool.shop', ada],
  ['ada@ wool.shop', ada],

  // Characters.
  ['ada\u200b@wool.shop', ada],
  ['\ufeffada@wool.shop', ada],
  ['\u202aada@wool.shop\u202c', ada],
  ['ada@wool\u00ad.shop', ada],
  ['ada\u200d@wo\u200col.shop', ada],
  ['ａｄａ＠ｗｏｏｌ．ｓｈｏｐ', ada],
  ['ada@wool。shop', ada],
  ['o&#39;brien@wool.shop', "o'brien@wool.shop"],
  ['a&amp;b@wool.shop', 'a&b@wool.shop'],

  // Domains.
  ['ada@wöol.shop', 'ada@xn--wol-sna.shop'],
  ['Ada@WÖOL.shop', 'ada@xn--wol-sna.shop'],
  ['ada@wo\u0308ol.shop', 'ada@xn--wol-sna.shop'],
  ['ada@xn--wol-sna.shop', 'ada@xn--wol-sna.shop'],
  ['ada@пример.рф', 'ada@xn--e1afmkfd.xn--p1ai'],
  ['ada@例え。テスト', 'ada@xn--r8jz45g.xn--zckzah'],
  ['ada@faß.de', 'ada@xn--fa-hia.de'],
  ['ada@نامه\u200cای.com', 'ada@xn--mgba3gch31f060k.com'],
  ['Jörg <ada@wöol.shop.>', 'ada@xn--wol-sna.shop'],

  // Valid as it stands.
  ["'ada@wool.shop", "'ada@wool.shop"],
  ['{ada}@wool.shop', '{ada}@wool.shop'],
  ['a%27b@wool.shop', 'a%27b@wool.shop'],
  ['_ada_@wool.shop', '_ada_@wool.shop'],

  // No address, or more than one.
  ['ada', nothing],
  ['ada@', nothing],
  ['@wool.shop', nothing],
  ['ada@wool', nothing],
  ['ada@wool,shop', nothing],
  ['ada@wool. shop', nothing],
  ['ada@wool..shop', nothing],
  ['.ada@wool.shop', nothing],
  ['write to ada@wool.shop', nothing],
  ['bob@wool.shop <ada@wool.shop>', nothing],
  ['ada@wool.shop, bob@wool.shop', nothing],
  ['<ada@wool.shop>, <bob@wool.shop>', nothing],
  ['ada@wöol.shop/path', nothing],
  ['ada@wöol%2eshop', nothing],
  ['ada@wöol.shop:25', nothing],
  ['jörg@wool.shop', nothing],
  ['ada[at]wool.shop', nothing],
  [`${'a'.repeat(65)}@wool.shop`, nothing],
  [`ada@${'wöol.'.repeat(30)}shop`, nothing],
  [`${' '.repeat(2_000)}x ada@wool.shop`, nothing],
]

const isAccepted = (checks: typeof emailChecks, value: string) =>
  checks.every((check) => check(value, { now: 0 } as never).length === 0)

describe('telephone numbers', () => {
  test.each(phones)('%j (%s) is %s', (text, country, number) => {
    expect(toE164(text, country)).toBe(number)
    if (number !== undefined) {
      expect(toE164(number)).toBe(number)
      expect(toE164(number, country)).toBe(number)
      expect(isAccepted(phoneChecks, number)).toBe(true)
    }
  })

  test('the local Klaviyo refuses what had to be repaired', () => {
    for (const text of ['+5215512345678', '+553187654321', '+841621234567', '+22997123456', '+353871234567 ']) {
      expect([text, isAccepted(phoneChecks, text)]).toEqual([text, false])
    }
    const written = ['ada@wöol.shop', 'ada@wool.shop.', 'Ada <ada@wool.shop>', 'mailto:ada@wool.shop', 'ada@wool.shop ']
    for (const text of [...written, 'ada\u200b@wool.shop', `${'a'.repeat(65)}@wool.shop`]) {
      expect([text, isAccepted(emailChecks, text)]).toEqual([text, false])
    }
  })

  test('a valid number stays the same in every notation and with every country', () => {
    const countries = fc.constantFrom(...getCountries())
    fc.assert(
      fc.property(countries, countries, fc.nat(99_999), (home, other, tail) => {
        const example = getExampleNumber(home, examples)?.number ?? ''
        const text = example.slice(0, -5) + String(tail).padStart(5, '0')
        const number = toE164(text)
        if (number === undefined || number !== text) return
        for (const notation of [text, `tel:${text}`, `\u202a${text}\u202c`, `00${text.slice(1)}`, `${text},`]) {
          expect([notation, toE164(notation)]).toEqual([notation, number])
        }
        expect(toE164(text, other)).toBe(number)
      }),
      { numRuns: 500 },
    )
  })
})

describe('e-mail addresses', () => {
  test.each(addresses)('%j is %s', (text, address) => {
    expect(emailAddress(text)).toBe(address)
    if (address !== undefined) {
      expect(emailAddress(address)).toBe(address)
      expect(isAccepted(emailChecks, address)).toBe(true)
      expect(toSearchKey(text)).toBe(hashEmailAddress(address))
    }
  })
})

test('normalizing twice gives the same', () => {
  const piece = fc.constantFrom(...[...addresses, ...phones].flatMap(([text]) => text.split(/(?<=[@ .<>:])/)))
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(text, fc.constantFrom('', 'IE', 'MX', 'BR', 'AR', 'US'), (input, country) => {
      const address = emailAddress(input)
      const number = toE164(input, country)
      if (address !== undefined)
        expect([emailAddress(address), isAccepted(emailChecks, address)]).toEqual([address, true])
      if (number !== undefined) expect([toE164(number), isAccepted(phoneChecks, number)]).toEqual([number, true])
    }),
    { numRuns: 3_000 },
  )
})

test('a long text of a stranger takes no time', () => {
  const started = performance.now()
  for (const text of [
    ' '.repeat(50_000),
    '@ '.repeat(20_000),
    `(${'a '.repeat(400)}@`,
    `${'('.repeat(249)}1`,
    `${'"'.repeat(999)}@`,
  ]) {
    emailAddress(text)
    toE164(text, 'IE')
  }
  expect(performance.now() - started).toBeLessThan(500)
})
