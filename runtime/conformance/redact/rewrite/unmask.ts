/** Reads e-mail addresses that are written so that programs miss them: with escapes, markup or invisible characters within. */
import { decodeHTML } from 'entities/decode'
import { EMAIL } from '../patterns.ts'

export const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g

/** Words on both sides of it are one. `<br>` and others divide words. */
const INLINE = 'a|abbr|b|big|code|em|font|i|ins|kbd|mark|s|small|span|strong|sub|sup|tt|u|wbr'
const ANY_INLINE = new RegExp(`</?(?:${INLINE})(?:\\s[^<>]*)?/?>`, 'gi')
const MARKED = new RegExp(`[^\\s"<>]+(?:(?:</?(?:${INLINE})(?:\\s[^<>]*)?/?>)+[^\\s"<>]+)+`, 'gi')

/** Entities of markup, such as `&lt;`, divide words. */
const ESCAPED =
  /(?:[^\s<>"'&;]|(?<=\w)'(?=\w)|&(?!(?:lt|gt|quot|amp|nbsp);)(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,8}\d*);)+/gi

const listEmails = (text: string): string => (text.match(EMAIL) ?? []).join(' ')

/** Markup within words left out; other markup divides words. */
export const withoutMarkup = (text: string): string => text.replace(ANY_INLINE, '').replace(/<[^>]*>/g, ' ')

/** Only the parts that hold an address so written are changed. */
export function unmaskEmails(text: string): string {
  const plainly = (found: string, plain: string): string => (listEmails(plain) === listEmails(found) ? found : plain)
  const visible = text.search(INVISIBLE) < 0 ? text : plainly(text, text.replace(INVISIBLE, ''))
  const unescaped = visible.includes('&')
    ? visible.replace(ESCAPED, (found) => plainly(found, decodeHTML(found)))
    : visible
  if (!unescaped.includes('<') || !unescaped.includes('@')) return unescaped
  return unescaped.replace(MARKED, (found) => plainly(found, found.replace(ANY_INLINE, '')))
}
