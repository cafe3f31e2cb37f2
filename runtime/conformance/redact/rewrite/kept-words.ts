/** The words of a text that no redaction changes, so that finding them again tells nothing of a person. */
import { wordsOf } from '../seen-values.ts'
import { replaceTag, TAG } from './replace-tag.ts'
import { FILE_ENDING, isPublicHost } from './rewrite-url.ts'

const TAGS = new RegExp(TAG, 'gi')
const blank = () => ''

/** Entities of markup, schemes, names of a query's members, endings of files. */
const SYNTAX = new RegExp(
  String.raw`&(?:lt|gt|amp|quot|nbsp|#0*(?:34|38|39|60|62|160)|#x0*(?:22|26|27|3c|3e|a0))\b|\b(?:mailto|tel|sms|https?|ftp|wss?):|[?&;][\w.-]+(?==)|${FILE_ENDING}\b`,
  'gi',
)
const HOST = /:\/\/([\w.-]+)/g

/** Folded. Of tags: the names of elements and attributes, and plain values such as a width. */
export function keptWords(text: string, isApiHost: (host: string) => boolean): ReadonlySet<string> {
  if (!/[<&:]/.test(text)) return NONE
  const tags = Array.from(text.matchAll(TAGS), ([tag]) => replaceTag(tag, { rewriteValue: blank, rewriteWord: blank }))
  const syntax = Array.from(text.matchAll(SYNTAX), ([found]) => found)
  const hosts = Array.from(text.matchAll(HOST), ([, host = '']) => host)
  const kept = hosts.filter((host) => isApiHost(host) || isPublicHost(host))
  return new Set(wordsOf([...tags, ...syntax, ...kept].join(' ')))
}

const NONE: ReadonlySet<string> = new Set()
