/** Finds what is personal within a text, keeps its markup, line breaks and punctuation, and replaces all other words. */
import { decodeHTML } from 'entities/decode'
import { CREDENTIAL, DOTTED, EMAIL, IBAN, IPV6, isIban, isIpv6, JWT } from '../patterns.ts'
import type { KeyedRandom } from '../substitutes/keyed-random.ts'
import { foldText } from '../substitutes/letters.ts'
import { PHONE_CANDIDATE, readPhone } from '../substitutes/phones.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { replaceTag, TAG } from './replace-tag.ts'
import type { ValueActions } from './value-actions.ts'

/**
 * - `text`: a person wrote it. All words are replaced.
 * - `message`: a program wrote it. Words in lower case and common ones stay, unless they are quoted or a person's.
 * - `query`: a condition of a request. The same, without the words of messages.
 * - `kept`: the operator keeps it. Only values that are known as a person's are replaced.
 */
export type TextMode = 'text' | 'message' | 'query' | 'kept'

/** Words that messages of programs begin with. */
const MESSAGE_WORDS = new Set(
  `a access an application authentication bad cannot conflict content could duplicate each error event example expected failed field
  forbidden found gateway http if input internal is it json malformed metric missing must no not object only or please property rate
  request required resource response server service such the there this throttled timeout token too unable unauthorized
  unprocessable unsupported use valid value was you your`.split(/\s+/),
)

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
  ['tag', TAG],
  // Divides words, and stays.
  ['entity', '&(?:lt|gt|amp|quot|nbsp|#0*(?:34|38|60|62|160)|#x0*(?:22|26|3c|3e|a0));'],
  ['token', `${JWT.source}|${CREDENTIAL.source}`],
  ['url', String.raw`\b(?:https?|ftp|wss?):\/\/[^\s<>"'\x60]+`],
  ['scheme', String.raw`\b(?:mailto|tel|sms):(?=\S)`],
  ['email', EMAIL.source],
  ['percent', String.raw`(?:[^\s<>"'&;]|(?<=\w)'(?=\w))*%[0-9A-Fa-f]{2}(?:[^\s<>"'&;]|(?<=\w)'(?=\w))*`],
  ['ip', `${DOTTED.source}|${IPV6.source}`],
  ['phone', PHONE_CANDIDATE.source],
  ['quoted', String.raw`(?<![\p{L}\p{N}])(?:"[^"\n]*"|'[^'\n]*'|“[^”\n]*”)`],
  ['mixed', String.raw`(?<![\p{L}\p{M}])(?=[\w-]*\d)[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?`],
  ['word', WORD],
  ['digits', String.raw`\p{N}+`],
]

const PATTERN = new RegExp(PARTS.map(([name, pattern]) => `(?<${name}>${pattern})`).join('|'), 'giu')

export function scanText(text: string, context: TextContext): string {
  const { actions, mode } = context
  const scanned = scan(text, context, actions.text(mode === 'text' ? text : ''))
  if (mode === 'kept') return scanned
  // Substitutes beside each other can make an account number by chance.
  return scanned.replace(IBAN, (found) => (isIban(found) ? actions.digits(found) : found))
}

function scan(text: string, context: TextContext, random: KeyedRandom | undefined): string {
  return text.replace(PATTERN, (...match) => {
    const groups = match.at(-1) as Readonly<Record<string, string | undefined>>
    return replacePart(String(match[0]), groups, { context, random })
  })
}

interface PartContext {
  readonly context: TextContext
  readonly random: KeyedRandom | undefined
}

function replacePart(found: string, groups: Readonly<Record<string, string | undefined>>, part: PartContext): string {
  const { context, random } = part
  const { actions } = context
  if (groups.word !== undefined) return replaceWord(found, part)
  if (groups.tag !== undefined) return replaceTag(found, { ...context, rewriteWord: (word) => replaceWord(word, part) })
  if (groups.token !== undefined) return actions.token(found)
  if (groups.url !== undefined) return replaceUrl(found, context)
  if (groups.scheme !== undefined || groups.entity !== undefined) return found
  if (groups.email !== undefined) return actions.email(found)
  if (groups.percent !== undefined) return replaceEncoded(found, context)
  if (groups.ip !== undefined)
    return !found.includes(':') || isIpv6(found) ? actions.ip(found) : replaceDigits(found, context)
  if (groups.phone !== undefined) return replacePhone(found, context)
  if (groups.quoted !== undefined) return replaceQuoted(found, context, random)
  if (groups.mixed !== undefined) return replaceMixed(found, context)
  return replaceDigits(found, context)
}

const replaceDigits = (found: string, { actions, mode }: TextContext): string =>
  mode === 'kept' ? found : actions.digits(found)

function replaceWord(word: string, part: PartContext): string {
  const { actions, mode, vocabulary } = part.context
  if (word.includes('&')) return replaceEscapedWord(word, part)
  if (mode === 'text' || actions.isName(word)) return actions.word(word, part.random)
  const folded = foldText(word)
  const isPlain = mode === 'kept' || word === word.toLowerCase() || vocabulary.hasWord(folded)
  return isPlain || (mode === 'message' && MESSAGE_WORDS.has(folded)) ? word : actions.word(word, part.random)
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
  if (context.mode === 'kept') return found
  return /^\w+$/.test(found) && context.mode !== 'text' ? actions.id(found) : actions.digits(found)
}

function replaceQuoted(found: string, context: TextContext, random: KeyedRandom | undefined): string {
  const inner = found.slice(1, -1)
  const { mode, vocabulary } = context
  if (mode === 'text' || mode === 'kept') return found.charAt(0) + scan(inner, context, random) + found.slice(-1)
  if (vocabulary.hasText(inner) || vocabulary.hasField(inner)) return found
  const text = { ...context, mode: 'text' as const }
  const own = context.actions.text(inner)
  return found.charAt(0) + scan(inner, text, own) + found.slice(-1)
}

/** Letters with digits: an id, unless it is a small number. */
function replaceMixed(found: string, { actions, mode }: TextContext): string {
  if (actions.isKnownId(found)) return actions.id(found)
  if (mode === 'kept') return found
  if (/^\d+$/.test(found)) return mode !== 'text' && found.length <= 4 ? found : actions.digits(found)
  if (/\d.*\d/.test(found)) return actions.id(found)
  const random = actions.text(found)
  return actions.digits(found).replace(/\p{L}+/gu, (word) => (mode === 'text' ? actions.word(word, random) : word))
}
