/** Reads phone numbers in any writing, and writes a substitute in the writing of its original. */
import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'

export interface ReadPhone {
  readonly e164: string
  readonly country?: string
  /** Digits without the country's. */
  readonly national: string
  readonly extension?: string
}

/** Of a text that may be a number: it begins with +, ( or a digit, and has seven digits or more. */
export const PHONE_CANDIDATE =
  /(?<![\p{L}\p{N}_.#/-])(?:\+|00|\()?\s?\d(?:[\s()./\u2010-\u2015\u00a0-]{0,3}\d){6,16}(?:\s?(?:;?ext[.=]?|x|#)\s?\d{1,6})?(?![\p{L}\p{N}_])/giu

/** Undefined: no valid number, by the library or by `other`. */
export function readPhone(
  text: string,
  country: string | undefined,
  other?: (text: string, country: string | undefined) => string | undefined,
): ReadPhone | undefined {
  const code = country?.toUpperCase()
  const defaultCountry = code !== undefined && isSupportedCountry(code) ? code : undefined
  const written = text.trim().replace(/^(?:tel|phone):/i, '')
  for (const reading of readingsOf(written)) {
    const number = parse(reading, defaultCountry)
    if (number?.isValid()) return describe(number)
  }
  const e164 = other?.(text, country)
  const number = e164 === undefined ? undefined : parse(e164, undefined)
  return number && describe(number)
}

/** Many write 00 for +, and the national prefix in parentheses. */
function* readingsOf(text: string): Generator<string> {
  yield text
  if (/^00[1-9]/.test(text)) yield `+${text.slice(2)}`
  if (/^[1-9]\d{9,14}$/.test(text)) yield `+${text}`
}

const parse = (text: string, defaultCountry: CountryCode | undefined): PhoneNumber | undefined =>
  parsePhoneNumberFromString(text, { extract: false, ...(defaultCountry && { defaultCountry }) })

const describe = ({ number, country, nationalNumber, ext }: PhoneNumber): ReadPhone => ({
  e164: number,
  national: String(nationalNumber),
  ...(country !== undefined && { country }),
  ...(ext !== undefined && { extension: ext }),
})

/**
 * The substitute as the original is written: digit for digit if the two are of one country and length, otherwise with the
 * country's code, since a reader would take a national number for one of the wrong country.
 */
export function writePhone(written: string, original: ReadPhone, substitute: string): string {
  const parsed = parse(substitute, undefined)
  const main = original.extension === undefined ? written : written.slice(0, written.lastIndexOf(original.extension))
  const extension =
    original.extension === undefined ? '' : main.replace(/^.*\d/s, '') + '0'.repeat(original.extension.length)
  const number = original.extension === undefined ? main : main.replace(/(?<=\d)\D*$/, '')
  const isSameForm =
    parsed !== undefined &&
    parsed.country === original.country &&
    parsed.nationalNumber.length === original.national.length
  const digits = number.replace(/\D/g, '')
  if (isSameForm && digits.endsWith(original.national)) {
    const prefix = digits.slice(0, digits.length - original.national.length)
    const replacement = prefix + parsed.nationalNumber
    let at = 0
    return number.replace(/\d/g, () => replacement.charAt(at++)) + extension
  }
  const isPlain = /^\+?\d+$/.test(number)
  return (isPlain ? substitute : (parsed?.formatInternational() ?? substitute)) + extension
}
