/** Numbers are read by the reduced metadata as by all of libphonenumber's. */
import fc from 'fast-check'
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  Metadata,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { expect, test } from 'vitest'
import { internationalPrefix, readNumber } from '../../../../runtime/lib/phone/phone-library.ts'

const countries = getCountries()

function readByAll(text: string, country: CountryCode | ''): unknown {
  return describe(parsePhoneNumberFromString(text, { extract: false, ...(country && { defaultCountry: country }) }))
}

const describe = (number: ReturnType<typeof readNumber>) =>
  number && [number.number, number.countryCallingCode, number.nationalNumber, number.isValid()]

test.each(countries)('%s', (country) => {
  const code = getCountryCallingCode(country)
  const example = getExampleNumber(country, examples)?.nationalNumber ?? '12345678'
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 4, maxLength: 13 })
  /** Numbers near a valid one reach the patterns. */
  const near = fc.tuple(fc.nat(example.length - 1), digits).map(([at, other]) => {
    return example.slice(0, at) + other.slice(0, example.length - at)
  })
  const text = fc
    .tuple(fc.constantFrom('', '0', '00', '+', `+${code}`, `00${code}`, code, '8', '1'), fc.oneof(near, near, digits))
    .map(([prefix, rest]) => prefix + rest)
  fc.assert(
    fc.property(text, fc.constantFrom<CountryCode | ''>(country, country, ''), (number, home) => {
      expect(describe(readNumber(number, home))).toEqual(readByAll(number, home))
    }),
    {
      numRuns: 60,
      seed: 17,
      examples: [
        [example, country],
        [`+${code}${example}`, ''],
      ],
    },
  )
  const plan = new Metadata()
  plan.selectNumberingPlan(country)
  expect(internationalPrefix(country)).toBe(plan.numberingPlan?.IDDPrefix())
})

test('numbers of no country', () => {
  for (const number of ['+80012345678', '+870773111632', '+88212345678', '+97912345678', '+999123456789', '+1', 'x']) {
    expect(describe(readNumber(number, ''))).toEqual(readByAll(number, ''))
  }
})
