/** The words of a text that a redaction may leave as they are, so that finding them again tells nothing of a person. */
import { IPV4, isDocumentationIp } from '../patterns.ts'
import { wordsOf } from '../seen-values.ts'
import { replaceTag, TAG } from './replace-tag.ts'
import { FILE_ENDING, isPublicHost } from './rewrite-url.ts'

const TAGS = new RegExp(TAG, 'gi')
const blank = () => ''

/** Codes of single characters, entities of markup, schemes, names of a query's members, endings of files. */
const SYNTAX = new RegExp(
  String.raw`%[\da-f]{2}\b|&(?:lt|gt|amp|quot|nbsp|#0*(?:34|38|39|60|62|160)|#x0*(?:22|26|27|3c|3e|a0))\b|\b(?:mailto|tel|sms|https?|ftp|wss?):|[?&;][\w.-]+(?==)|${FILE_ENDING}\b`,
  'gi',
)
const ADDRESS = /:\/\/([\w.-]+)([^\s<>"']*)/g
/** Of an address: of so few numbers one may be its own substitute. */
const SMALL_NUMBER = /(?<=[/=])\d{1,3}\b/g

/** Folded. Of tags: the names of elements and attributes, and plain values such as a width. */
export function keptWords(text: string, isApiHost: (host: string) => boolean): ReadonlySet<string> {
  if (!/[<&:%]/.test(text)) return NONE
  const tags = Array.from(text.matchAll(TAGS), ([tag]) => replaceTag(tag, { rewriteValue: blank, rewriteWord: blank }))
  const syntax = Array.from(text.matchAll(SYNTAX), ([found]) => found)
  const addresses = Array.from(text.matchAll(ADDRESS)).flatMap(([, host = '', rest = '']) => [
    ...(isApiHost(host) || isPublicHost(host) ? [host] : []),
    ...(rest.match(SMALL_NUMBER) ?? []),
  ])
  const hosts = (text.match(IPV4) ?? []).filter(isDocumentationIp)
  return new Set(wordsOf([...tags, ...syntax, ...addresses, ...hosts].join(' ')))
}

const NONE: ReadonlySet<string> = new Set()
