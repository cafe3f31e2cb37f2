/** Pointers of Klaviyo's refusals, as fields of the mapping. */
import { expect, test } from 'vitest'
import { fieldsAt } from '../../../connector/klaviyo/errors.ts'

const BULK = '/data/attributes/events-bulk-create/data/7/attributes'

test.each([
  ['/data/attributes/properties/Title', ['properties.Title']],
  ['/data/attributes/properties/Tags/0', ['properties.Tags']],
  ['/data/attributes/properties', []],
  ['/data/attributes/value', ['value']],
  ['/data/attributes/value_currency', ['currency']],
  ['/data/attributes/profile/data/attributes/phone_number', ['profile.phone_number']],
  ['/data/attributes/profile/data/attributes/location/city', ['profile.location.city']],
  ['/data/attributes/profile/data/attributes/properties/Plan', ['profile.properties.Plan']],
  ['/data/attributes/profile', []],
  [`${BULK}/events/data/3/attributes/properties/Title`, ['properties.Title']],
  [`${BULK}/profile/data/attributes/email`, ['profile.email']],
  ['/data/id', []],
  ['', []],
])('%s of an event', (pointer, fields) => {
  expect(fieldsAt([pointer], 'events:write')).toEqual(fields)
})

test.each([
  ['/data/attributes/email', ['profile.email']],
  ['/data/attributes/properties/Plan', ['profile.properties.Plan']],
])('%s of a profile', (pointer, fields) => {
  expect(fieldsAt([pointer], 'profiles:write')).toEqual(fields)
})

test('each field once, three at most', () => {
  const pointers = ['A', 'A', 'B', 'C', 'D'].map((name) => `/data/attributes/properties/${name}`)
  expect(fieldsAt(pointers, 'events:write')).toEqual(['properties.A', 'properties.B', 'properties.C'])
})
