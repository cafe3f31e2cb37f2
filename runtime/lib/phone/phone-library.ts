/** libphonenumber for reading numbers. Loaded apart: it is large, and most processes never see a number. */
import { inflateRawSync } from 'node:zlib'
import {
  type CountryCode,
  Metadata,
  type MetadataJson,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/core'
import { PHONE_METADATA } from './generated/phone-metadata.ts'

/** Built at once: the file would otherwise be read again for the first number. */
const packed = Uint8Array.from(atob(PHONE_METADATA), (byte) => byte.charCodeAt(0))
const metadata = JSON.parse(new TextDecoder().decode(inflateRawSync(packed))) as MetadataJson

export type ReadNumber = Pick<PhoneNumber, 'number' | 'countryCallingCode' | 'nationalNumber' | 'isValid'>

/**
 * A text that is a number and nothing else, valid or not. `country`: of a number without the code of one, two letters, or "" if
 * unknown.
 */
export function readNumber(text: string, country: string): ReadNumber | undefined {
  const defaultCountry = country as CountryCode | ''
  // Without `extract`, "order 0871234567 please" is not a number.
  return parsePhoneNumberFromString(text, { extract: false, ...(defaultCountry && { defaultCountry }) }, metadata)
}

/** The pattern of the prefix by which a country dials others, such as `00`. */
export function internationalPrefix(country: string): string | undefined {
  const plan = new Metadata(metadata)
  plan.selectNumberingPlan(country as CountryCode)
  return plan.numberingPlan?.IDDPrefix()
}
