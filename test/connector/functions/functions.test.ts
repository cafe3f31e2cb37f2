// The functions of the mappings, as rows of arguments and answers.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countryCode } from '../../../connector/functions/countries.ts'
import { functions } from '../../../connector/functions/index.ts'
import { compileExpression } from '../../../runtime/expression/link.ts'
import type { Json } from '../../../runtime/ports/types.ts'

const evaluate = (text: string, input: Json = null) =>
  compileExpression(text, { place: 'test:1:1' }, functions).evaluate(input)

/** Evaluates a call as a mapping does: `undefined` stands for a path without a value. */
const call = (name: string, ...args: readonly (Json | undefined)[]) =>
  evaluate(
    `$${name}(${args.map((_, index) => `a${index}`).join(', ')})`,
    Object.fromEntries(args.map((arg, index) => [`a${index}`, arg])),
  )

const nothing = undefined

/** By the last letter of a signature. */
const RESULTS: Readonly<Record<string, string>> = { s: 'string', n: 'number', b: 'boolean' }
const long = (length: number) => `${'a'.repeat(length - '@wool.shop'.length)}@wool.shop`

/** Function, arguments, result. */
const table: readonly (readonly [string, readonly (Json | undefined)[], Json | undefined])[] = [
  ['datetime', [1768031789], '2026-01-10T07:56:29.000Z'],
  ['datetime', ['1768031789'], '2026-01-10T07:56:29.000Z'],
  ['datetime', [1768031789.25], '2026-01-10T07:56:29.250Z'],
  ['datetime', ['2026-01-10T04:41:59.251+00:00'], '2026-01-10T04:41:59.251Z'],
  ['datetime', ['2026-01-10T04:41:59.251999Z'], '2026-01-10T04:41:59.251Z'],
  ['datetime', ['2026-01-10T04:41:59-0530'], '2026-01-10T10:11:59.000Z'],
  ['datetime', ['2026-01-10 04:41:59 +01:00'], '2026-01-10T03:41:59.000Z'],
  ['datetime', ['2026-01-10T04:41:59'], '2026-01-10T04:41:59.000Z'],
  ['datetime', ['2026-01-10'], '2026-01-10T00:00:00.000Z'],
  ...[nothing, null, '', 0, '0', -5, 'soon', '2026-13-45', true, {}, [1, 2], 1e15].map(
    (value) => ['datetime', [value], nothing] as const,
  ),

  // The hour that a clock shows twice, and the one that it skips.
  ['localTime', ['2026-10-25T00:30:00Z', 'Europe/Dublin'], '2026-10-25T01:30:00.000+01:00'],
  ['localTime', ['2026-10-25T01:30:00Z', 'Europe/Dublin'], '2026-10-25T01:30:00.000Z'],
  ['localTime', ['2026-03-29T00:59:59Z', 'Europe/Dublin'], '2026-03-29T00:59:59.000Z'],
  ['localTime', ['2026-03-29T01:00:00Z', 'Europe/Dublin'], '2026-03-29T02:00:00.000+01:00'],
  [
    'localTime',
    [1767225600, 'America/New_York', '[FNn], [D1] [MNn] [Y], [h]:[m01] [P]'],
    'Wednesday, 31 December 2025, 7:00 pm',
  ],
  ['localTime', [1767225600, 'Asia/Kathmandu'], '2026-01-01T05:45:00.000+05:45'],
  ['localTime', [1767225600, 'Europe/Dublin', '[Y0001]/[M01]/[D01]'], '2026/01/01'],
  ...[
    [nothing, 'Europe/Dublin'],
    [0, 'Europe/Dublin'],
    [1767225600, 'Europe/Dublim'],
    [1767225600, nothing],
    [1767225600, 'Europe/Dublin', '[Y,99999999]'],
  ].map((args) => ['localTime', args, nothing] as const),

  ['inHours', ['2026-01-05T09:00:00Z', 'Europe/Dublin', 'Mo-Fr 09:00-17:30'], true],
  ['inHours', ['2026-01-05T17:29:59Z', 'Europe/Dublin', 'Mo-Fr 09:00-17:30'], true],
  ['inHours', ['2026-01-05T17:30:00Z', 'Europe/Dublin', 'Mo-Fr 09:00-17:30'], false],
  ['inHours', ['2026-06-01T08:00:00Z', 'Europe/Dublin', 'Mo-Fr 09:00-17:30'], true], // 09:00 in summer
  ['inHours', ['2026-01-10T12:00:00Z', 'Europe/Dublin', 'Mo-Fr 09:00-17:30, Sa 10:00-14:00'], true],
  ['inHours', ['2026-01-11T12:00:00Z', 'Europe/Dublin', 'Mo-Fr 09:00-17:30, Sa 10:00-14:00'], false],
  ['inHours', ['2026-01-10T01:00:00Z', 'UTC', 'Fr 22:00-02:00'], true], // Saturday, after midnight
  ['inHours', ['2026-01-10T23:00:00Z', 'UTC', 'Fr 22:00-02:00'], false],
  ['inHours', ['2026-01-04T23:00:00Z', 'UTC', 'Sa-Mo 22:00-24:00'], true],
  ['inHours', ['2026-01-06T03:00:00Z', 'UTC', '00:00-24:00'], true],
  ['inHours', ['2026-01-06T03:00:00Z', 'UTC', 'weekdays'], nothing],
  ['inHours', ['2026-01-06T03:00:00Z', 'nowhere', '00:00-24:00'], nothing],
  ['inHours', [nothing, 'UTC', '00:00-24:00'], nothing],

  ['plain', ['<p>Size <b>M</b> &amp; L</p><p>Thanks</p>'], 'Size M & L\nThanks'],
  ['plain', ['one<br>two<BR/>three'], 'one\ntwo\nthree'],
  ['plain', ['<ul><li>a</li><li>b</li></ul>'], 'a\nb'],
  ['plain', ['1 < 2 and 3 > 2'], '1 < 2 and 3 > 2'],
  ['plain', ['a <script>if (a < b) { x("</p>") }</script> b'], 'a b'],
  ['plain', ['a <!-- <p>hidden</p> --> b'], 'a b'],
  ['plain', ['<a href="https://a.example/?q=1&amp;r=2">link</a> &lt;b&gt;'], 'link <b>'],
  ['plain', ['two lines\nof text'], 'two lines\nof text'], // Intercom's plain texts keep theirs
  ['plain', ['cut <a href="x'], 'cut'],
  ...[nothing, '', '<p> </p>', 5].map((value) => ['plain', [value], nothing] as const),

  ['decimal', ['1.234,50', ','], 1234.5],
  ['decimal', ['1,234.50', '.'], 1234.5],
  ['decimal', ['1,234.50'], 1234.5],
  ['decimal', ["-12'000", '.'], -12000],
  ['decimal', ['1 234', ','], 1234],
  ['decimal', ['1,23,456.5', '.'], 123456.5],
  ['decimal', ['1.5', ','], nothing], // the other notation
  ['decimal', [5.5, ','], 5.5],
  ...[nothing, '', 'EUR 5', '1,2,3', '1.5.', true].map((value) => ['decimal', [value, ','], nothing] as const),

  ['duration', [5400, 'hours'], 1.5],
  ['duration', [100, 'minutes'], 1.67],
  ['duration', [86_400, 'days'], 1],
  ['duration', [5, 'weeks'], nothing],
  ['duration', [nothing, 'hours'], nothing],

  ['bucket', ['6960000000000000000000a1', 100], 63],
  ['bucket', ['6960000000000000000000a1', 1], 0],
  ['bucket', [42, 10], 4],
  ['bucket', ['a', 0], nothing],
  ['bucket', [nothing, 10], nothing],

  ['phone', ['087 123 4567', 'IE'], '+353871234567'],
  ['phone', ['087 123 4567', 'irl'], '+353871234567'],
  ['phone', ['087 123 4567', 'Ireland'], '+353871234567'],
  ['phone', ['087 123 4567', null, 'Ireland'], '+353871234567'],
  ['phone', ['087 123 4567', 'Atlantis', 'Ireland'], '+353871234567'],
  ['phone', ['353871234567', 'IRL'], '+353871234567'],
  ['phone', ['+44 20 7946 0958', 'IRL'], '+442079460958'],
  ['phone', ['+44 20 7946 0958'], '+442079460958'],
  ['phone', ['+1 (212) 456-1111 ext. 5'], '+12124561111'],
  ['phone', ['020 7946 0958', 'United Kingdom'], '+442079460958'],
  ['phone', ['087 123 4567'], nothing],
  ['phone', ['+1 555-123-4567'], nothing],
  ['phone', ['my number is 087 123 4567', 'IRL'], nothing],
  ['phone', ['12345', 'IRL'], nothing],
  ...[nothing, null, '', 871234567, {}].map((value) => ['phone', [value, 'IRL'], nothing] as const),

  ['email', [' Ada@Harbourlight.Shop\n'], 'ada@harbourlight.shop'],
  ['email', ["o'brien+news@mail.wool.co.uk"], "o'brien+news@mail.wool.co.uk"],
  ['email', ['ada@xn--mnchen-3ya.xn--p1ai'], 'ada@xn--mnchen-3ya.xn--p1ai'],
  ['email', ['Ada <ada@wöol.shop>'], 'ada@xn--wol-sna.shop'],
  ['email', [long(64)], long(64)],
  ['email', [`${'a'.repeat(64)}@${'b'.repeat(30)}.sh`], `${'a'.repeat(64)}@${'b'.repeat(30)}.sh`],
  ...[
    ...[
      '',
      'ada',
      'ada@localhost',
      '@wool.shop',
      'ada@@wool.shop',
      '.ada@wool.shop',
      'ada.@wool.shop',
      'a..b@wool.shop',
    ],
    ...['ada@wool..shop', 'ada@-wool.shop', 'ada b@wool.shop', '"ada b"@wool.shop', 'ada@[10.0.0.1]', 'ada@10.0.0.1'],
    ...['a@wool.shop,b@wool.shop', long(75), `${long(60)}${'.shop'.repeat(9)}`],
    ...[nothing, null, 5, {}, ['ada@wool.shop', 'bob@wool.shop']],
  ].map((value) => ['email', [value], nothing] as const),

  ['firstName', ['Ada O&#39;Brien'], 'Ada'],
  ['lastName', ['Ada O&#39;Brien'], "O'Brien"],
  ['firstName', ['  Mary\u00a0 Ann \t van der  Berg '], 'Mary'],
  ['lastName', ['  Mary\u00a0 Ann \t van der  Berg '], 'Ann van der Berg'],
  ['firstName', ['Cher'], 'Cher'],
  ['lastName', ['Cher'], nothing],
  ['firstName', ['Phone &amp; SMS'], 'Phone'],
  ['lastName', ['Phone &amp; SMS'], '& SMS'],
  ['firstName', ['李小龍'], '李小龍'],
  ['lastName', ['Ann @ Wool'], '@ Wool'],
  ...['ada@wool.shop', ' ada@wool.shop ', '', ' ', '&nbsp;', nothing, null, 7, {}].flatMap((value) => [
    ['firstName', [value], nothing] as const,
    ['lastName', [value], nothing] as const,
  ]),

  ['text', [' Phone &amp; SMS '], 'Phone & SMS'],
  ['text', ['&lt;b&gt; &eacute; <i>x</i>'], '<b> é <i>x</i>'],
  ['text', ['&amp;amp;'], '&amp;'],
  ...['', ' ', nothing, null, 7].map((value) => ['text', [value], nothing] as const),
]

describe('functions', () => {
  test.each(functions)('$name matches its example', async ({ example }) => {
    expect(await evaluate(example.expr)).toEqual(example.gives)
  })

  test.each(functions)('$name has rows in the table', ({ name }) => {
    expect(table.some(([of]) => of === name)).toBe(true)
  })

  for (const [name, args, gives] of table) {
    test(`$${name}(${args.map((arg) => JSON.stringify(arg) ?? '').join(', ')})`, async () => {
      expect(await call(name, ...args)).toEqual(gives)
    })
  }

  test('accept anything without an error', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...functions), fc.jsonValue(), fc.jsonValue(), async (of, one, other) => {
        const value = of.run(one as Json, other as Json)
        expect(value === undefined || value === '' || typeof value !== RESULTS[of.signature.at(-2) ?? '']).toBe(
          value === undefined,
        )
      }),
    ))

  test('are idempotent', () =>
    fc.assert(
      fc.property(fc.constantFrom('datetime', 'email', 'phone'), fc.string(), fc.nat(4e9), (name, text, number) => {
        const { run } = functions.find((one) => one.name === name) ?? { run: () => undefined }
        for (const value of [text, String(number), `+${number}`]) {
          const once = run(value, 'IRL')
          if (once !== undefined) expect(run(once)).toBe(once)
        }
      }),
    ))
})

describe('countries', () => {
  const written: Readonly<Record<string, readonly string[]>> = {
    BO: ['BOL', 'Bolivia', 'Bolivia, Plurinational State of'],
    CD: ['COD', 'DR Congo', 'Congo, The Democratic Republic of the'],
    CG: ['COG', 'Congo', 'Congo Republic'],
    CI: ['CIV', 'Ivory Coast', 'Côte d’Ivoire', "Cote d'Ivoire"],
    CZ: ['CZE', 'Czechia', 'Czech Republic'],
    DE: ['de', 'DEU', 'germany'],
    GB: ['GBR', 'UK', 'United Kingdom', 'Great Britain'],
    HK: ['HKG', 'Hong Kong', 'Hong Kong SAR China'],
    IE: ['IRL', 'Ireland', ' IRELAND '],
    KN: ['KNA', 'St. Kitts & Nevis', 'Saint Kitts and Nevis'],
    KP: ["Korea, Democratic People's Republic of", 'North Korea'],
    KR: ['KOR', 'South Korea', 'Korea, Republic of'],
    NL: ['NLD', 'Netherlands', 'The Netherlands'],
    RU: ['Russia', 'Russian Federation'],
    TR: ['Turkey', 'Türkiye', 'Turkiye'],
    TW: ['Taiwan', 'Taiwan, Province of China'],
    US: ['USA', 'United States', 'United States of America', 'the United States'],
    VG: ['British Virgin Islands', 'Virgin Islands, British'],
    VI: ['U.S. Virgin Islands', 'Virgin Islands, U.S.'],
    XK: ['XKX', 'Kosovo'],
  }
  test.each(Object.entries(written))('%s', (code, names) => {
    expect(names.map((name) => [name, countryCode(name)])).toEqual(names.map((name) => [name, code]))
  })

  test('anything else', () => {
    expect(['', 'Atlantis', 'ZZ', 'QQQ', 'constructor', 'Virgin Islands'].map(countryCode)).toEqual(
      Array(6).fill(undefined),
    )
  })
})

describe('arguments written in the expression', () => {
  const check = (name: string, position: number, value: string | number) =>
    functions.find((each) => each.name === name)?.checkLiteral?.(position, value)?.help

  test.each([
    ['localTime', 0, 'Europe/Dublin', 'the time comes first: $localTime(created_at, "Europe/Dublin")'],
    ['localTime', 1, 'Europe/Dubln', 'did you mean "Europe/Dublin"?'],
    ['inHours', 2, 'Mon-Fri 9-17', 'write days and times: Mo-Fr 09:00-17:30, Sa 10:00-14:00'],
    ['bucket', 0, 100, 'the id comes first, then the number of buckets: $bucket(id, 100)'],
    ['duration', 1, 'minute', 'did you mean "minutes"?'],
  ] as const)('$%s, at %i: %s', (name, position, value, help) => {
    expect(check(name, position, value)).toBe(help)
  })

  test.each([
    ['localTime', 0, '2026-11-30T10:00:00Z'],
    ['localTime', 1, 'America/New_York'],
    ['inHours', 0, 1782000000],
    ['bucket', 0, '6960000000000000000000a1'],
  ] as const)('$%s, at %i: %s is right', (name, position, value) => {
    expect(check(name, position, value)).toBeUndefined()
  })
})
