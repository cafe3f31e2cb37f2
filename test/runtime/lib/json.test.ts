/** Parsing JSON whose numbers do not fit a double: they stay text, and all else is as `JSON.parse` gives it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asId, isUnsafeNumber, MAX_JSON_DEPTH, parseJson } from '../../../runtime/lib/json.ts'

const table: readonly (readonly [json: string, value: unknown])[] = [
  ['{"id":7615917337495251231}', { id: '7615917337495251231' }],
  ['{"id": -7615917337495251231}', { id: '-7615917337495251231' }],
  ['[9007199254740991,9007199254740992]', [9007199254740991, '9007199254740992']],
  ['[\n9007199254740993 , 1]', ['9007199254740993', 1]],
  [
    '{"a":[[7615917337495251231],{"b":7615917337495251231}]}',
    { a: [['7615917337495251231'], { b: '7615917337495251231' }] },
  ],
  ['[1e400,-1e400,1E+0400,1e308]', ['1e400', '-1e400', '1E+0400', 1e308]],
  [`[${'9'.repeat(400)}]`, ['9'.repeat(400)]],
  ['[1234567890123.75,1e21,0.00000000000000001]', [1234567890123.75, 1e21, 1e-17]],
  ['[12345678901234567.5,1e20,-1234567890123.5e4]', ['12345678901234567.5', '1e20', '-1234567890123.5e4']],
  ['{"a: 7615917337495251231,":" 7615917337495251231"}', { 'a: 7615917337495251231,': ' 7615917337495251231' }],
  [
    String.raw`{"\\":7615917337495251231,"\"":" 7615917337495251231\\"}`,
    { '\\': '7615917337495251231', '"': ' 7615917337495251231\\' },
  ],
  ['{"__proto__":7615917337495251231}', JSON.parse('{"__proto__":"7615917337495251231"}')],
  ['null', null],
  ['7615917337495251231', 7615917337495251231n.toString()],
  ['', undefined],
  ['{"a":7615917337495251231', undefined],
  ['{7615917337495251231:1}', undefined],
  ['[,7615917337495251231]', undefined],
  ['[07615917337495251231]', undefined],
]

test.each(table)('%s', (json, value) => {
  expect(parseJson(json)).toEqual(value)
})

test.each([
  ['7615917337495251231', true],
  ['-9007199254740992', true],
  ['1e400', true],
  ['9007199254740991', false],
  ['12345678901234567.5', true],
  ['1e20', true],
  ['1e21', false],
  ['007615917337495251231', false],
  ['7615917337495251231 ', false],
  ['Infinity', false],
  ['', false],
])('%s is unsafe: %s', (text, unsafe) => {
  expect(isUnsafeNumber(text)).toBe(unsafe)
})

test('equals JSON.parse where every number fits, and keeps the digits of any other', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(' 7615917337495251231', ':1e999,', '\\', '"', '[-7615917337495251231'),
  )
  const anything = fc.jsonValue({ stringUnit: 'binary' })
  fc.assert(
    fc.property(anything, fc.dictionary(text, fc.oneof(text, fc.bigInt(), fc.double())), (value, members) => {
      expect(parseJson(JSON.stringify(value))).toEqual(withText(JSON.parse(JSON.stringify(value))))
      const written = Object.entries(members).map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`)
      const read = parseJson(`{ ${written.join(' , ')} }`) as Record<string, unknown>
      for (const [name, member] of Object.entries(members))
        expect(read[name]).toEqual(
          typeof member === 'bigint' ? readInteger(member) : withText(JSON.parse(write(member))),
        )
    }),
  )
})

const write = (value: unknown): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value))
const readInteger = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value))

/** Doubles that JSON writes as integers beyond 2^53. */
function withText(value: unknown): unknown {
  if (typeof value === 'number') return isUnsafeNumber(JSON.stringify(value)) ? JSON.stringify(value) : value
  if (Array.isArray(value)) return value.map(withText)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withText(member)]))
}

test('a long text, full of quotes and backslashes, is read once', () => {
  const long = { text: `${'\\"'.repeat(500_000)} `, id: 1 }
  const json = JSON.stringify(long).replace('"id":1', '"id":7615917337495251231')
  expect(parseJson(json)).toEqual({ ...long, id: '7615917337495251231' })
})

test.each([
  ['[', ']'],
  ['{"a":', '}'],
])('%s is read to a depth that overflows no stack', (open, close) => {
  const nest = (depth: number) => open.repeat(depth) + 1 + close.repeat(depth)
  expect(parseJson(nest(MAX_JSON_DEPTH))).toEqual(JSON.parse(nest(MAX_JSON_DEPTH)))
  expect(parseJson(nest(MAX_JSON_DEPTH + 1))).toBeUndefined()
  expect(parseJson(nest(100_000))).toBeUndefined()
})

test.each([
  [42, '42'],
  ['42', '42'],
  ['a/../b', 'a/../b'],
  ['…', '…'],
  ['...', '...'],
  ['\u{1f600}', '\u{1f600}'],
  ['', undefined],
  ['.', undefined],
  ['..', undefined],
  ['a\ud800', undefined],
  ['\udc00a', undefined],
  [null, undefined],
  [{}, undefined],
])('the id of %j is %s', (value, id) => {
  expect(asId(value)).toBe(id)
  if (id !== undefined) expect(new URL(`https://host/a/${encodeURIComponent(id)}`).pathname).toMatch(/^\/a\/./)
})

test('a text of two million digits is read once', () => {
  const text = '9'.repeat(2_000_000)
  expect(parseJson(`["${text}"]`)).toEqual([text])
})

test.each(Array.from({ length: 40 }, (_, gap) => gap))(
  'a long number %i characters after other digits is found',
  (gap) => {
    const padding = 'x'.repeat(gap)
    const json = `["${'9'.repeat(16)}${padding}",9007199254740993]`
    expect(parseJson(json)).toEqual(['9'.repeat(16) + padding, '9007199254740993'])
  },
)
