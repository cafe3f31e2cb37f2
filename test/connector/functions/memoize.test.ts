/** A memoized result equals the computed one and never leaks to another input. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import { memoize, memoizeLast } from '../../../connector/functions/memoize.ts'
import { loadPhoneMetadata } from '../../../connector/functions/phone.ts'
import { toIsoUtc } from '../../../runtime/lib/iso-time.ts'
import type { Json } from '../../../runtime/ports/types.ts'

await loadPhoneMetadata()

const word = fc.constantFrom('a', 'A', 'b', 'c', 'd', 'e')

describe('a memoized function', () => {
  for (const [name, make] of [
    ['with several results', (answer: (text: string) => unknown) => memoize(3, answer)],
    ['with one result', (answer: (text: string) => unknown) => memoizeLast(answer)],
  ] as const) {
    test(`${name} returns the same as the plain function, also for undefined and errors`, () => {
      const answer = (text: string) => {
        if (text === 'e') throw new Error('e')
        return text === 'd' ? undefined : `${text}!`
      }
      const said = (ask: (text: string) => unknown, text: string) => {
        try {
          return ask(text)
        } catch (error) {
          return error instanceof Error && error.message
        }
      }
      fc.assert(
        fc.property(fc.array(word, { maxLength: 30 }), (texts) => {
          const memory = make(answer)
          expect(texts.map((text) => said(memory, text))).toEqual(texts.map((text) => said(answer, text)))
        }),
      )
    })
  }

  test('recomputes only evicted results, oldest first', () => {
    const asked: string[] = []
    const memory = memoize(2, (text) => void asked.push(text))
    for (const text of ['a', 'b', 'a', 'c', 'b', 'a']) memory(text)
    expect(asked).toEqual(['a', 'b', 'c', 'a'])
  })
})

/** A fresh process for each would be too slow; interleaved calls must give the same results. */
describe('the functions of the mappings', () => {
  const people: readonly (readonly [name: string, ...args: Json[]])[] = [
    ['phone', '087 123 4567', 'IE'],
    ['phone', '087 123 4567', 'GB'],
    ['phone', '087 123 4567'],
    ['phone', '087 123 4567', 'IE', 'GB'],
    ['phone', '087 123 4567', null, 'IE'],
    ['phone', '020 7946 0958', 'GB'],
    ['phone', 'IE 087 123 4567'],
    ['email', 'Ada@Shop.ie'],
    ['email', 'ada@shop.ie '],
    ['email', 'ada@shop'],
    ['firstName', 'Ada Byrne'],
    ['lastName', 'Ada Byrne'],
    ['firstName', 'Ada O&#39;Brien'],
    ['lastName', 'Ada O&#39;Brien'],
    ['firstName', 'ada@shop.ie'],
    ['datetime', 1768031789],
    ['datetime', '1768031789'],
  ]
  const ask = ([name, ...args]: (typeof people)[number]) => functions.find((one) => one.name === name)?.run(...args)
  const expected: readonly Json[] = [
    ...['+353871234567', null, null, '+353871234567', '+353871234567', '+442079460958', null],
    ...['ada@shop.ie', 'ada@shop.ie', null],
    ...['Ada', 'Byrne', 'Ada', "O'Brien", null],
    ...['2026-01-10T07:56:29.000Z', '2026-01-10T07:56:29.000Z'],
  ]

  test('return the same to each tenant, whatever was computed before', () => {
    const indexes = fc.array(fc.nat({ max: people.length - 1 }), { maxLength: 40 })
    fc.assert(
      fc.property(indexes, (order) => {
        for (const i of order) expect(ask(people[i] as (typeof people)[number]) ?? null).toBe(expected[i])
      }),
    )
  })
})

test('a time is formatted as by the platform', () => {
  const last = 253_402_300_799_999
  const ms = fc.oneof(fc.nat({ max: last }), fc.double({ min: 0, max: 1e13, noNaN: true }), fc.integer())
  fc.assert(
    fc.property(ms, (moment) => {
      expect(toIsoUtc(moment)).toBe(new Date(moment).toISOString())
    }),
    { numRuns: 2_000, examples: [[0], [last], [last + 1], [59_999], [86_399_999], [-1]] },
  )
  expect(() => toIsoUtc(Number.NaN)).toThrow(RangeError)
})
