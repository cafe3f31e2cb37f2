/** Klaviyo's own words are kept, and none of a person, whether the request named them or not. */
import { expect, test } from 'vitest'
import { ownWords } from '../../../connector/klaviyo/own-words.ts'

const rows: [detail: string, kept: string][] = [
  ['Invalid input.', 'Invalid input.'],
  ['Request was throttled. Expected available in 1 second.', 'Request was throttled. Expected available in 1 second.'],
  [
    'Invalid phone number format (Example of a valid format: +12345678901)',
    'Invalid phone number format (Example of a valid format: •••)',
  ],
  ['The API key specified is invalid.', 'The API key specified is invalid.'],
  ['Invalid email address', 'Invalid email address'],
  ['Invalid email address jo@shop.example given.', 'Invalid email address ••• given.'],
  ['Phone numbers must include a country code.', 'Phone numbers must include a country code.'],
  ['Zoë wrote about a parcel.', '••• a •••.'],
  ['The phone number +49 1512 3456335 is invalid.', 'The phone number +49 ••• is invalid.'],
  ['12345 is too long, the maximum is 100.', '••• is too long, the maximum is 100.'],
  ['the number of my parcel', 'the number of •••'],
  ['key pk_secret rejected', 'key •••'],
  ['Jo Doe 7', ''],
  ['', ''],
]

test.each(rows)('%s', (detail, kept) => expect(ownWords(detail)).toBe(kept))

test('bounds its length', () => expect(ownWords('Invalid input. '.repeat(1_000)).length).toBeLessThan(310))
