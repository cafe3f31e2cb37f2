/** Converts phone numbers as people type them to E.164, where libphonenumber finds them valid. */
import type { CountryCode } from 'libphonenumber-js/max'
import { countryCode } from './countries.ts'
import { memoize } from './memoize.ts'

type Library = typeof import('libphonenumber-js/max')

let library: Library | undefined
let loading: Promise<unknown> | undefined

/** Loads 150 kB of metadata for the first number: most commands never see one. Returns undefined once loaded. */
export function loadPhoneMetadata(): Promise<unknown> | undefined {
  if (library !== undefined) return undefined
  loading ??= import('libphonenumber-js/max').then((loaded) => {
    library = loaded
  })
  return loading
}

/**
 * The number in E.164, e.g. `+353871234567`, or undefined unless it is valid: Klaviyo rejects a whole request, up to
 * 1,000 events, for one invalid number.
 *
 * The first of `countries` that is a country determines the default prefix. Call it only after `loadPhoneMetadata` has
 * returned undefined or resolved.
 */
export function toE164(text: string, ...countries: readonly unknown[]): string | undefined {
  const isSame = last?.text === text && last.countries.every((country, i) => country === countries[i])
  if (last === undefined || !isSame || last.countries.length !== countries.length) {
    last = { text, countries, number: parseInCountry(firstCountry(countries) ?? '')(text) }
  }
  return last.number
}

/** The last conversion: an event and its profile convert the same number in turn. */
let last: { text: string; countries: readonly unknown[]; number: string | undefined } | undefined

/**
 * A backfill converts a contact's number for each event, and parsing is the slowest step of a mapping. By country first:
 * a combined key would have to be concatenated and hashed each time.
 */
const parseInCountry = memoize(250, (country) => memoize(2_000, (text) => parse(text, country)))

function firstCountry(countries: readonly unknown[]): string | undefined {
  for (const country of countries) {
    const code = typeof country === 'string' ? countryCode(country) : undefined
    if (code !== undefined) return code
  }
  return undefined
}

/** `country` is a code, or "" if unknown. */
function parse(text: string, country: string): string | undefined {
  if (library === undefined) throw new Error('the phone metadata is not loaded yet')
  const defaultCountry = country as CountryCode | ''
  // Without `extract`, "order 0871234567 please" is not a number.
  const number = library.parsePhoneNumberFromString(text, { extract: false, ...(defaultCountry && { defaultCountry }) })
  return number?.isValid() ? number.number : undefined
}
