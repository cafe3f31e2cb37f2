/** Cutting a text: within the bytes, at a character, marked. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CUT_MARK, cutText } from '../../../../connector/klaviyo/limits/cut-text.ts'

const mark = Buffer.byteLength(CUT_MARK)
const family = '👨‍👩‍👧‍👦'

const cases: readonly (readonly [what: string, text: string, room: number, kept: string])[] = [
  ['plain letters', 'abcdef', 3, 'abc'],
  ['letters of two bytes', 'ääää', 5, 'ää'],
  ['a surrogate pair', 'a😀b', 4, 'a'],
  ['a base and its accent', 'ae\u0301', 2, 'a'],
  ['a family', `a${family}b`, 20, 'a'],
  ['a family that fits', `a${family}b${family}`, 30, `a${family}b`],
  ['flags', '🇮🇪🇫🇷', 12, '🇮🇪'],
  ['a line break of two', 'a\r\nb', 2, 'a'],
  ['no room', 'abc', 0, ''],
  ['one character of endless accents', `a${'\u0301'.repeat(500)}`, 301, `a${'\u0301'.repeat(150)}`],
]

test.each(cases)('%s', (_, text, room, kept) => {
  expect(cutText(`${text}${'x'.repeat(50)}`, room + mark)).toBe(kept + CUT_MARK)
})

test('a limit below the mark leaves it out', () => {
  expect(cutText('abcdef', 3)).toBe('abc')
})

test('any text is cut within the bytes, splits no surrogate pair, and loses little', () => {
  const text = fc.string({ unit: 'binary', minLength: 40, maxLength: 400 })
  fc.assert(
    fc.property(text, fc.integer({ min: mark, max: 60 }), (text, maxBytes) => {
      fc.pre(Buffer.byteLength(text) > maxBytes)
      const cut = cutText(text, maxBytes)
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes)
      expect(text.startsWith(cut.slice(0, -CUT_MARK.length))).toBe(true)
      if (!/\p{Surrogate}/u.test(text)) expect(cut).not.toMatch(/\p{Surrogate}/u)
    }),
  )
})
