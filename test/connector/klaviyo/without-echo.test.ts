/** Klaviyo's own words are kept, and none of the request. */
import { expect, test } from 'vitest'
import { withoutEcho } from '../../../connector/klaviyo/without-echo.ts'
import { Fault } from '../../../runtime/ports/fault.ts'

const BODY = JSON.stringify({
  data: {
    attributes: { email: 'jo@shop.example', properties: { Title: 'The number of my parcel\nZoë' }, value: 12345 },
  },
})

const rows: [detail: string, kept: string | undefined][] = [
  ['Invalid input.', 'Invalid input.'],
  ['Request was throttled. Expected available in 1 second.', 'Request was throttled. Expected available in 1 second.'],
  ['Invalid email address jo@shop.example given.', 'Invalid email address ••• given.'],
  ['Other address other@there.example is bad.', 'Other address ••• is bad.'],
  ['Zoë wrote about a parcel.', '••• wrote about a •••.'],
  ['The phone number +49 1512 3456335 is invalid.', 'The phone number +49 ••• is invalid.'],
  ['12345 is too long, the maximum is 100.', '••• is too long, the maximum is 100.'],
  ['the number of my parcel', 'the number of •••'],
  ['key pk_secret rejected', 'key ••• rejected'],
  ['', undefined],
]

test.each(rows)('%s', (detail, kept) => {
  const fault = new Fault('data', 'klaviyo/invalid', 'x', { status: 400, ...(detail !== '' && { detail }) })
  const cleaned = withoutEcho(fault, [BODY, 'Klaviyo-API-Key pk_secret'])
  expect(cleaned).toBeInstanceOf(Fault)
  if (cleaned instanceof Fault) expect(cleaned.info().detail).toBe(kept)
})

test('bounds its length, and passes other errors on', () => {
  const fault = new Fault('data', 'klaviyo/invalid', 'x', { detail: 'Invalid input. '.repeat(1_000) })
  const cleaned = withoutEcho(fault, ['{}'])
  expect(cleaned instanceof Fault && cleaned.details.detail?.length).toBeLessThan(310)
  const other = new TypeError('x')
  expect(withoutEcho(other, ['{}'])).toBe(other)
})
