/** Takes the words of a request out of what Klaviyo says about it, so that its own words can be kept. */
import { parseJson } from '../../runtime/lib/json.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'

/** Characters. Klaviyo's texts are one or two sentences. */
const MAX_DETAIL = 300
/** Characters that are read of a text: it may be the whole request. */
const MAX_READ = 2_000
const MASK = '•••'

/** Words of Klaviyo's own error texts, kept even if a conversation has them, too. */
const OWN_WORDS = new Set(
  `a an and are as at attribute attributes available be been body but by can cannot code data date detail does duplicate
  email empty error event events exceeded exist exists expected expired failed field fields for format found from
  greater has have id in input invalid is it item items json key length less limit list long malformed match maximum
  metric metrics minimum missing more most must name no not null number object of on one only or parameter payload phone
  phone_number profile profiles properties property provided rate received request requests required resource schema
  second seconds size string than that the there this throttled time to too type unique_id unknown unsupported valid
  value values was were with within`.split(/\s+/),
)

/** The same fault, whose detail quotes nothing of the request: neither of its body nor of the credentials in its headers. */
export function withoutEcho(error: unknown, request: readonly string[]): unknown {
  if (!(error instanceof Fault) || error.details.detail === undefined) return error
  const { kind, code, message, details } = error
  const { detail: quoted, ...others } = details
  const detail = removeWords(quoted ?? '', request)
  return new Fault(kind, code, message, { ...others, ...(detail !== '' && { detail }) })
}

/** Words, addresses and numbers, with the marks that stand within them. */
const TOKEN = /[\p{L}\p{N}_@.+:/\\-]*[\p{L}\p{N}]/gu
const WORD = /[\p{L}\p{N}_]+/gu

function removeWords(detail: string, request: readonly string[]): string {
  const read = detail.slice(0, MAX_READ)
  // Most texts need no look at a request of megabytes.
  const isForeign = (word: string) => !OWN_WORDS.has(word)
  const sent = wordsIn(read).some(isForeign)
    ? wordsOf(request.map((text) => parseJson(text) ?? text))
    : new Set<string>()
  const isOwn = (token: string) =>
    !token.includes('@') && wordsIn(token).every((word) => !isForeign(word) || isHarmless(word, sent))
  const text = read.replace(TOKEN, (token) => (isOwn(token) ? token : MASK))
  const short = text.replaceAll(/(?:•••[^\p{L}\p{N}•]*){2,}/gu, `${MASK} `).trim()
  return short.length <= MAX_DETAIL ? short : `${short.slice(0, MAX_DETAIL).trimEnd()}…`
}

/** Numbers tell people apart, too; those of limits have few digits. */
const isHarmless = (word: string, sent: ReadonlySet<string>) =>
  (word.length > 1 || /\d/.test(word)) && !/\d{4}/.test(word) && !sent.has(word)

const wordsIn = (text: string): readonly string[] => text.toLowerCase().match(WORD) ?? []

/** Those of values and of names, which a workspace may have given. In lower case. */
function wordsOf(value: Json, words = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) {
    for (const word of wordsIn(String(value))) words.add(word)
    return words
  }
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) wordsOf(name, words)
    wordsOf(inner ?? null, words)
  }
  return words
}
