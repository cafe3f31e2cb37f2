/** Finds what is personal within a text, keeps its markup, line breaks and punctuation, and replaces all other words. */
import { decodeHTML } from 'entities/decode'
import { CREDENTIAL, EMAIL, IPV4, IPV6, isIpv6, JWT } from '../patterns.ts'
import type { KeyedRandom } from '../substitutes/keyed-random.ts'
import { foldText } from '../substitutes/letters.ts'
import { PHONE_CANDIDATE, readPhone } from '../substitutes/phones.ts'
import type { Vocabulary } from '../vocabulary.ts'
import type { ValueActions } from './value-actions.ts'

/**
 * - `text`: a person wrote it. All words are replaced.
 * - `message`: a program wrote it. Words stay unless they are quoted, capitalised within a sentence, or a person's.
 * - `query`: a condition of a request. The same, and a capitalised word never begins a sentence.
 */
export type TextMode = 'text' | 'message' | 'query'

export interface TextContext {
  readonly actions: ValueActions
  readonly vocabulary: Vocabulary
  readonly mode: TextMode
  readonly country?: string | undefined
  readonly readPhone?: (text: string, country: string | undefined) => string | undefined
  readonly rewriteUrl: (url: string) => string
  /** Any value within a text: an attribute of markup, something that was percent-encoded. */
  readonly rewriteValue: (text: string) => string
}

const LETTER_ENTITY = String.raw`&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[a-zA-Z]{2,8}\d*);`
const WORD = String.raw`(?:[\p{L}\p{M}]|${LETTER_ENTITY})+(?:['’‘\x60´](?!s(?![\p{L}\p{N}]))(?:[\p{L}\p{M}]|${LETTER_ENTITY})+)*`

const PARTS: readonly (readonly [name: string, pattern: string])[] = [
  ['tag', String.raw`<\/?[a-zA-Z][\w:-]*(?:\s[^<>]*)?\/?>`],
  ['token', `${JWT.source}|${CREDENTIAL.source}`],
  ['url', String.raw`\b(?:https?|ftp|wss?):\/\/[^\s<>"'\x60]+`],
  ['scheme', String.raw`\b(?:mailto|tel|sms):(?=\S)`],
  ['email', EMAIL.source],
  ['percent', String.raw`[^\s<>"'&;]*%[0-9A-Fa-f]{2}[^\s<>"'&;]*`],
  ['ip', `${IPV4.source}|${IPV6.source}`],
  ['phone', PHONE_CANDIDATE.source],
  ['quoted', String.raw`(?<![\p{L}\p{N}])(?:"[^"\n]*"|'[^'\n]*'|“[^”\n]*”)`],
  ['mixed', String.raw`(?<![\p{L}\p{M}])(?=[\w-]*\d)[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?`],
  ['word', WORD],
  ['digits', String.raw`\p{N}+`],
]

const PATTERN = new RegExp(PARTS.map(([name, pattern]) => `(?<${name}>${pattern})`).join('|'), 'giu')

export function scanText(text: string, context: TextContext): string {
  const random = context.mode === 'text' ? context.actions.text(text) : context.actions.text('')
  return scan(text, context, random)
}

function scan(text: string, context: TextContext, random: KeyedRandom | undefined): string {
  return text.replace(PATTERN, (...match) => {
    const groups = match.at(-1) as Readonly<Record<string, string | undefined>>
    const offset = match.at(-3) as number
    const [found] = match as [string]
    return replacePart(found, groups, { context, random, isFirst: isSentenceStart(text, offset) })
  })
}

const isSentenceStart = (text: string, offset: number): boolean =>
  /(?:^|[.!?]\s+|\n\s*)$/.test(text.slice(Math.max(0, offset - 3), offset))

interface PartContext {
  readonly context: TextContext
  readonly random: KeyedRandom | undefined
  readonly isFirst: boolean
}

function replacePart(found: string, groups: Readonly<Record<string, string | undefined>>, part: PartContext): string {
  const { context, random } = part
  const { actions } = context
  if (groups.word !== undefined) return replaceWord(found, part)
  if (groups.tag !== undefined) return replaceTag(found, context)
  if (groups.token !== undefined) return actions.token(found)
  if (groups.url !== undefined) return replaceUrl(found, context)
  if (groups.scheme !== undefined) return found
  if (groups.email !== undefined) return actions.email(found)
  if (groups.percent !== undefined) return replaceEncoded(found, context)
  if (groups.ip !== undefined) return !found.includes(':') || isIpv6(found) ? actions.ip(found) : actions.digits(found)
  if (groups.phone !== undefined) return replacePhone(found, context)
  if (groups.quoted !== undefined) return replaceQuoted(found, context, random)
  if (groups.mixed !== undefined) return replaceMixed(found, context)
  return actions.digits(found)
}

function replaceWord(word: string, { context, random, isFirst }: PartContext): string {
  const { actions, mode, vocabulary } = context
  if (word.includes('&')) return replaceEscapedWord(word, { context, random, isFirst })
  if (mode !== 'text' && !actions.isName(word)) {
    const isPlain = word === word.toLowerCase() || (isFirst && mode === 'message') || vocabulary.hasWord(foldText(word))
    if (isPlain) return word
  }
  return actions.word(word, random)
}

/** `Zo&euml;` as Zoë. Entities that are no letters divide words. */
function replaceEscapedWord(word: string, part: PartContext): string {
  const pieces = word.match(new RegExp(`${LETTER_ENTITY}|[^&]+|&`, 'g')) ?? []
  let plain = ''
  let replaced = ''
  const flush = () => {
    replaced += plain === '' ? '' : replaceWord(plain, part)
    plain = ''
  }
  for (const piece of pieces) {
    const decoded = piece.startsWith('&') ? decodeHTML(piece) : piece
    if (/^[\p{L}\p{M}'’‘]+$/u.test(decoded)) plain += decoded
    else {
      flush()
      replaced += piece
    }
  }
  flush()
  // Written as the original is: what stood as an entity is one again.
  return word.includes('&#39;') ? replaced.replaceAll("'", '&#39;') : replaced
}

const SAFE_ATTRIBUTE = /^(?:class|style|width|height|rel|target|dir|lang|colspan|rowspan|align|valign|border|type)$/i

/** Keeps the name of the tag and of its attributes. */
function replaceTag(tag: string, { rewriteValue, vocabulary, actions }: TextContext): string {
  return tag.replace(
    /([\w:-]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/g,
    (whole, name: string, equals: string, quoted: string) => {
      const quote = /^["']/.test(quoted) ? quoted.charAt(0) : ''
      const value = quote === '' ? quoted : quoted.slice(1, -1)
      const isSafe =
        SAFE_ATTRIBUTE.test(name) &&
        /^[\w\s:;.,%#()-]*$/.test(value) &&
        !(value.match(/\p{L}+/gu) ?? []).some((word) => actions.isName(word))
      if (value === '' || isSafe || vocabulary.hasText(value)) return whole
      return `${name}${equals}${quote}${rewriteValue(decodeHTML(value)).replace(/&/g, '&amp;').replaceAll('"', '&quot;')}${quote}`
    },
  )
}

function replaceUrl(found: string, { rewriteUrl }: TextContext): string {
  const end = /(?:&(?:gt|lt|quot|nbsp|#39);.*|[.,;:!?)\]}]+)$/.exec(found)?.[0] ?? ''
  return rewriteUrl(found.slice(0, found.length - end.length)) + end
}

function replaceEncoded(found: string, { rewriteValue }: TextContext): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(found)
  } catch {
    decoded = found.replaceAll('%', '_')
  }
  const rewritten = rewriteValue(decoded)
  return rewritten === decoded ? found : encodeURIComponent(rewritten)
}

/** Digits that no one can call are a number like others. */
function replacePhone(found: string, context: TextContext): string {
  const { actions, country, readPhone: other } = context
  const digits = found.replace(/\D/g, '')
  if (actions.isKnownId(found)) return actions.id(found)
  const isWritten = /^[+(]|^00?[1-9]|[\s().-]/.test(found)
  const read = actions.findPhone(digits) ?? (isWritten ? readPhone(found, country, other) : undefined)
  if (read !== undefined) return actions.phone(found, read)
  return /^\w+$/.test(found) && context.mode !== 'text' ? actions.id(found) : actions.digits(found)
}

function replaceQuoted(found: string, context: TextContext, random: KeyedRandom | undefined): string {
  const inner = found.slice(1, -1)
  const isPlain = context.mode !== 'text' && (context.vocabulary.hasText(inner) || context.vocabulary.hasField(inner))
  if (isPlain) return found
  const text = context.mode !== 'text' ? { ...context, mode: 'text' as const } : context
  const own = context.mode !== 'text' ? context.actions.text(inner) : random
  return found.charAt(0) + scan(inner, text, own) + found.slice(-1)
}

/** Letters with digits: an id, unless it is a small number. */
function replaceMixed(found: string, { actions, mode }: TextContext): string {
  if (!/^\d+$/.test(found))
    return actions.isKnownId(found) || /\d.*\d/.test(found)
      ? actions.id(found)
      : actions
          .digits(found)
          .replace(/\p{L}+/gu, (word) => (mode !== 'text' ? word : actions.word(word, actions.text(found))))
  if (actions.isKnownId(found)) return actions.id(found)
  return mode !== 'text' && found.length <= 4 ? found : actions.digits(found)
}
