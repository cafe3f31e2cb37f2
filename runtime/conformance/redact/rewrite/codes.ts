/** Codes that change how other values are read, and are shared by very many people: countries, languages, time zones. */
import { getCountries } from 'libphonenumber-js/max'

const LANGUAGE_OR_CURRENCY = /^[a-z]{2,3}(?:[-_](?:[A-Z][a-z]{3}|[A-Za-z]{2}|\d{3}))*$|^[A-Z]{2,3}$/
const TIME_ZONE =
  /^(?:UTC|GMT|(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)(?:\/[\w+-]+){1,2})$/
const MEDIA_TYPE = /^(?:application|audio|font|image|message|multipart|text|video)\/[\w.+-]+(?:; ?charset=[\w-]+)?$/

export const isCode = (text: string): boolean =>
  LANGUAGE_OR_CURRENCY.test(text) || TIME_ZONE.test(text) || MEDIA_TYPE.test(text) || countryNames().has(text)

let names: ReadonlyMap<string, string> | undefined

/** Codes of countries by their English names. */
function countryNames(): ReadonlyMap<string, string> {
  if (names !== undefined) return names
  const english = new Intl.DisplayNames(['en'], { type: 'region' })
  names = new Map(getCountries().map((code) => [english.of(code) ?? code, code]))
  return names
}

/** Two letters, or the text as it is. */
export const toCountryCode = (country: string): string => countryNames().get(country) ?? country
