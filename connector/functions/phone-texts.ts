/** The readings of a telephone number as people, address books, links and spreadsheets write it. */
import { decodeHTML } from 'entities/decode'
import { toVisibleText } from '../../runtime/lib/text/visible-text.ts'

/** Longer texts are no number. */
const MAX_LENGTH = 250

const LABEL = /^(?:tel|telephone|phone|mobile|mob|cell|callto|sms|whatsapp)\b[\s.]*:?[\s/]*(?=[+(\d])/i
/** WhatsApp's identifiers are international numbers without a plus. */
const WHATSAPP = /^(?:https?:\/\/)?wa\.me\/(\d+)$|^(\d+)@(?:c\.us|s\.whatsapp\.net)$/i
const EXTENSION = /[\s,;]*\b(?:ext(?:ension)?|extn|poste|durchwahl|dw|interno|ramal|wew)[\s.:=]*\d{1,7}$/iu

/** The text reduced to what may be a number: no labels, invisible characters or surrounding marks, digits as ASCII. */
export function cleanPhoneText(text: string): string | undefined {
  if (text.length > MAX_LENGTH || !/\p{Nd}/u.test(text)) return undefined
  const visible = toVisibleText((text.includes('&') ? decodeHTML(text) : text).normalize('NFKC'))
    .replace(/[\u200c\u200d]/g, '')
    .replace(/\p{Nd}/gu, toAsciiDigit)
    .trim()
  const [, link, id] = WHATSAPP.exec(visible) ?? []
  if (link !== undefined || id !== undefined) return `+${link ?? id}`
  return visible
    .replace(/^[^\p{L}\d+(]+/u, '')
    .replace(/^\([^()\d+]*\)\s*/, '')
    .replace(LABEL, '')
    .replace(/\s*\([^()\d]*\)[\s.]*$/, '')
    .replace(/[^\p{L}\d)#]+$/u, '')
    .replace(EXTENSION, '')
    .replace(/^(\+?\d{7,15})\.0$/, '$1') // a spreadsheet's decimal
    .replace(/[()]/g, ' ')
    .replace(/[\s_·•]+/g, ' ')
    .replace(/^[\s+]*\+ ?/, '+')
    .trim()
}

/** The digits of every script, such as Devanagari. Unicode encodes each set as ten in a row. */
function toAsciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  if (code < 0x80) return digit
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String(code - zero)
}
