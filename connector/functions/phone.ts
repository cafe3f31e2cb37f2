/** Telephone numbers as people type them, in E.164 where a phone library is sure. */
import type { CountryCode } from 'libphonenumber-js/max'
import { countryCode } from './countries.ts'
import { memoize } from './memoize.ts'

type Library = typeof import('libphonenumber-js/max')

let library: Library | undefined
let loading: Promise<unknown> | undefined

/** 150 kB of metadata, loaded when the first number comes along: most commands never see one. Waits until it is there. */
export function loadPhoneMetadata(): Promise<unknown> | undefined {
  if (library !== undefined) return undefined
  loading ??= import('libphonenumber-js/max').then((loaded) => {
    library = loaded
  })
  return loading
}

/**
 * The number in E.164, e.g. `+353871234567`, or nothing unless it is a valid one: Klaviyo refuses a whole request,
 * up to 1,000 events, for one bad number.
 *
 * The first of `countries` that is a country says how a number without a country prefix is read. To be called once
 * `loadNumbers` has nothing to wait for.
 */
export function toE164(text: string, ...countries: readonly unknown[]): string | undefined {
  const same = last?.text === text && last.countries.every((country, i) => country === countries[i])
  if (last === undefined || !same || last.countries.length !== countries.length) {
    last = { text, countries, number: within(firstCountry(countries) ?? '')(text) }
  }
  return last.number
}

/** An event asks, and its person's profile asks the same again. */
let last: { text: string; countries: readonly unknown[]; number: string | undefined } | undefined

/**
 * A history asks for each contact's number once an event; parsing it takes longer than all else. By country first: a
 * text of both would have to be put together, and hashed, each time.
 */
const within = memoize(250, (country) => memoize(2_000, (text) => parse(text, country)))

function firstCountry(countries: readonly unknown[]): string | undefined {
  for (const country of countries) {
    const code = typeof country === 'string' ? countryCode(country) : undefined
    if (code !== undefined) return code
  }
  return undefined
}

/** `country`: its code, or "" if none is known. */
function parse(text: string, country: string): string | undefined {
  if (library === undefined) throw new Error('the phone library is used before it is loaded')
  const defaultCountry = country as CountryCode | ''
  // Without `extract`, "order 0871234567 please" is not a number.
  const number = library.parsePhoneNumberFromString(text, { extract: false, ...(defaultCountry && { defaultCountry }) })
  return number?.isValid() ? number.number : undefined
}
