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

const NAMES = new Set(['Rating Given To', 'Rating', 'Size (cm)', 'first_name', 'Größe', '7', 'Rated Conversation'])
const named: [detail: string, kept: string][] = [
  ["The property 'Rating Given To' must be a string.", "The property 'Rating Given To' must be a string."],
  ['Rating Given To: "Ada Quillon" is too long.', 'Rating Given To: "••• is too long.'],
  [
    'Invalid value at /data/attributes/properties/Rating/Ada.',
    'Invalid value at /data/attributes/properties/Rating•••.',
  ],
  ['The field Size (cm) is required, Width (cm) is not.', 'The field Size (cm) is required, ••• is not.'],
  ["'Größe' and first_name are not valid.", "'Größe' and first_name are not valid."],
  ['The metric Rated Conversation is unknown.', 'The metric Rated Conversation is unknown.'],
  // No part of another word, of an address or of a number.
  ['The email Rating@shop.example is not valid.', 'The email ••• is not valid.'],
  ['The email rating.Rating.quillon@shop.example is not valid.', 'The email ••• is not valid.'],
  ['The email ada+Rating@shop.example is not valid.', 'The email ••• is not valid.'],
  ['The value Ratings, Overrating and rating is not valid.', 'The value ••• and ••• is not valid.'],
  ['The phone +4915777777777 is not valid.', 'The phone ••• is not valid.'],
]

test.each(named)('names of the spec stay readable: %s', (detail, kept) => expect(ownWords(detail, NAMES)).toBe(kept))

test('bounds its length with names', () => {
  expect(ownWords('Rating Given To '.repeat(1_000), NAMES).length).toBeLessThan(310)
})

test('a name may have any mark in it', () => {
  const name = 'Follow-up (a/b) [c] {d} $1 ^x| y*z? \\w+.'
  expect(ownWords(`${name} of Ann is invalid`, new Set([name]))).toBe(`${name} of ••• is invalid`)
})
