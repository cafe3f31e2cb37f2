/** Forms of personal values that stand out by themselves: addresses, IP addresses, cards, accounts, tokens. */

/** An e-mail address within a text. Its local part begins and ends with a letter or digit. */
export const EMAIL =
  /[\p{L}\p{N}][\p{L}\p{M}\p{N}._+'-]{0,63}@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*\.)+\p{L}[\p{L}\p{N}-]*[\p{L}\p{N}]/gu

export const EMAIL_WHOLE =
  /^[^\s@<>"(),;:\\]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*\.)+\p{L}[\p{L}\p{N}-]*[\p{L}\p{N}]$/u

/** Domains for documents only (RFC 2606). */
export const isReservedDomain = (domain: string): boolean => /(?:^|\.)example\.(?:com|net|org)$/i.test(domain)

export const IPV4 = /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)/g
/** Four short numbers with dots, of which no value is checked: a random one could be an address. */
export const DOTTED = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g
export const IPV6 = /(?<![\w:.])(?:[0-9a-f]{1,4}:){2,7}(?::|[0-9a-f]{1,4})(?::[0-9a-f]{1,4})*(?![\w:])/gi

const DOCUMENTATION_IP = /^(?:192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|127\.|0\.0\.0\.0$)|^2001:0?db8:/i
export const isDocumentationIp = (address: string): boolean => DOCUMENTATION_IP.test(address)

export const isIpv6 = (text: string): boolean =>
  /^[0-9a-f:]{3,39}$/i.test(text) &&
  (text.match(/:/g)?.length ?? 0) >= 3 &&
  !/:::|::.*::/.test(text) &&
  !/^(?:\d\d:){2}\d\d$/.test(text)

export const JWT = /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g

/** Credentials by the words around them, and by the marks of common issuers. */
export const CREDENTIAL =
  /\b(?:Bearer|Basic)\s+(?!\*)[\w.~+/=-]{8,}|\b(?:sk|pk|rk|ghp|gho|xox[abp])[_-][\w-]{16,}|-----BEGIN [A-Z ]+-----/g

/** Runs of 13 to 19 digits, as cards are written. */
export const CARD = /(?<![\w.+-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w]|[.-]\d)/g

export function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  if (digits.length < 13 || digits.length > 19 || /^(.)\1*$/.test(digits)) return false
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

export const IBAN = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])/g

/** ISO 13616: mod 97 of ISO 7064, whose check digits are 02 to 98. So no text with zeros for its digits is one. */
export function isIban(text: string): boolean {
  const bare = text.replace(/ /g, '')
  if (bare.length < 15 || bare.length > 34 || /^..(?:0[01]|99)/.test(bare)) return false
  const digits = (bare.slice(4) + bare.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97
  return rest === 1
}

const DATE = String.raw`\d{4}-\d\d-\d\d`
const TIME = String.raw`\d\d:\d\d(?::\d\d(?:\.\d+)?)?`
/** ISO 8601 and RFC 9110. */
export const DATE_TIME = new RegExp(
  String.raw`^(?:${DATE}(?:[T ]${TIME}(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)?|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4}))$`,
)

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
