/** Converts phone numbers as people and programs write them to E.164, where libphonenumber finds them valid. */
import type { ReadNumber } from '../../runtime/lib/phone/phone-library.ts'
import { countryCode } from './countries.ts'
import { currentNumbers } from './former-numbers.ts'
import { memoize } from './memoize.ts'
import { ModuleLoader } from './module-loader.ts'
import { cleanPhoneText } from './phone-texts.ts'

type Library = typeof import('../../runtime/lib/phone/phone-library.ts')

const library = new ModuleLoader<Library>({
  name: 'phone library',
  load: () => import('../../runtime/lib/phone/phone-library.ts'),
  async loadAgain(attempt) {
    const again = new URL(`../../runtime/lib/phone/phone-library.js?attempt=${attempt}`, import.meta.url).href
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ again)) as Library
  },
})

/**
 * Loads 80 kB of code and metadata: most commands never see a number. Returns undefined once loaded; rejects with a
 * transient `Fault`.
 */
export const loadPhoneMetadata = (): Promise<void> | undefined => library.load()

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
  // As written, before any repair: a valid number never becomes another one.
  const written = read(text, country)
  if (written?.isValid()) return written.number
  const clean = cleanPhoneText(text)
  if (clean === undefined) return undefined
  for (const reading of readingsOf(clean, country)) {
    const number = read(reading, country)
    if (number?.isValid()) return number.number
    const current = number && readFormer(number, reading)
    if (current !== undefined) return current
  }
  return undefined
}

const read = (text: string, country: string): ReadNumber | undefined => loaded().readNumber(text, country)

function loaded(): Library {
  const { module } = library
  if (module === undefined) throw new Error('the phone metadata is not loaded yet')
  return module
}

/** What a number may mean that libphonenumber does not read: 00 is the ITU's prefix, and no country code begins with 0. */
function* readingsOf(clean: string, country: string): Generator<string> {
  yield clean
  const digits = clean.replace(/\D/g, '')
  const hasPlus = clean.startsWith('+')
  // Elsewhere 00 may begin the prefix of a carrier, which has been read with the country's own prefixes.
  if (digits.startsWith('00') && (hasPlus || !startsWithOwnPrefix(digits, country))) yield `+${digits.slice(2)}`
  else if (hasPlus && digits.startsWith('0') && country !== '') yield digits
}

function startsWithOwnPrefix(digits: string, country: string): boolean {
  if (country === '') return false
  const prefix = loaded().internationalPrefix(country)
  return prefix !== undefined && new RegExp(`^(?:${prefix})`).test(digits)
}

/** Only with its country code is a number surely of that country: "1 212 456 1111" typed in Mexico is not Mexican. */
function readFormer({ countryCallingCode, nationalNumber }: ReadNumber, reading: string): string | undefined {
  const trunkLength = reading.replace(/\D/g, '').length - nationalNumber.length
  if (!reading.startsWith('+') && trunkLength < 2) return undefined
  for (const current of currentNumbers(countryCallingCode, nationalNumber)) {
    const number = read(`+${countryCallingCode}${current}`, '')
    if (number?.isValid()) return number.number
  }
  return undefined
}
