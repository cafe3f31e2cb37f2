/** Finds what still holds a person's data in the final text of a file. */
import {
  CARD, CREDENTIAL, EMAIL, IBAN, IPV4, IPV6, isCard, isDocumentationIp, isIban, isIpv6, isReservedDomain, JWT,
} from '../patterns.ts' // biome-ignore format: many names
import { RUN_LENGTH, runsOf, type SeenValues, TOKEN } from '../seen-values.ts'
import { foldText } from '../substitutes/letters.ts'
import { isFictionNumber } from '../substitutes/phone-ranges.ts'
import { PHONE_CANDIDATE, readPhone } from '../substitutes/phones.ts'
import type { Finding } from '../types.ts'
import { decodeParts } from './decodings.ts'

export interface DetectionOptions {
  /** The values of persons before their replacement. Absent: only what stands out by its form is found. */
  readonly seen?: SeenValues
  /** Credentials of both APIs. */
  readonly tokens?: readonly RegExp[]
}

/** A text may be encoded within an encoded one, as JSON in a query. */
const MAX_DEPTH = 3

interface Place {
  readonly offset: number
  readonly kind: string
}

/**
 * Places in the order of the text. A finding never has the value: its message is safe to print.
 *
 * Searches each line as it is, member by member, and what stands in it percent-encoded, HTML-escaped, in base64, as JSON within JSON and so on.
 */
export function detectPersonalData(text: string, options: DetectionOptions = {}): readonly Finding[] {
  const clean = new Set<string>()
  return text.split('\n').flatMap((line, index) =>
    splitMembers(line).flatMap(({ piece, offset: begin }) => {
      // Most members of JSON are written many times.
      const bare = piece.trim()
      if (clean.has(bare)) return []
      const findings = searchPiece(piece, options)
      if (findings.length === 0) clean.add(bare)
      return findings.map(({ offset, ...rest }) => ({ ...rest, line: index + 1, column: begin + offset + 1 }))
    }),
  )
}

/** A line of JSON, which may hold a whole record, member by member. */
function splitMembers(line: string): readonly { readonly piece: string; readonly offset: number }[] {
  let offset = 0
  return line.split(/(?<=,)(?=")/).map((piece) => {
    const begin = offset
    offset += piece.length
    return { piece, offset: begin }
  })
}

function searchPiece(piece: string, options: DetectionOptions): readonly PieceFinding[] {
  const found = new Map<string, PieceFinding>()
  const report: Search['report'] = ({ offset, kind }, encoding) => {
    const key = `${offset} ${kind}`
    if (!found.has(key)) found.set(key, { offset, kind, ...(encoding !== undefined && { encoding }) })
  }
  search(piece, { options, report })
  return [...found.values()].sort((a, b) => a.offset - b.offset)
}

interface PieceFinding extends Place {
  readonly encoding?: string
}

interface Search {
  readonly options: DetectionOptions
  readonly report: (place: Place, encoding: string | undefined) => void
}

/** `within`: the encoding that the text was decoded from. */
function search(text: string, { options, report }: Search, depth = 0, within?: string): void {
  const spaced = text.includes('\\') ? text.replace(/\\+["/bfnrt]/g, (escaped) => ' '.repeat(escaped.length)) : text
  for (const place of inspect(spaced, options)) report(place, within)
  if (depth === MAX_DEPTH) return
  for (const { text: inner, offset, encoding } of decodeParts(text)) {
    search(inner, { options, report: ({ kind }) => report({ offset, kind }, encoding) }, depth + 1, encoding)
  }
}

function* inspect(text: string, options: DetectionOptions): Generator<Place> {
  yield* findForms(text, options)
  yield* findPhones(text, options.seen)
  if (options.seen !== undefined) {
    yield* findWords(text, options.seen)
    yield* findIds(text, options.seen)
    yield* findDomains(text, options.seen)
  }
}

function* findForms(text: string, { tokens = [], seen }: DetectionOptions): Generator<Place> {
  if (text.includes('@')) {
    for (const { 0: found, index } of text.matchAll(EMAIL)) {
      const isReserved = isReservedDomain(found.slice(found.lastIndexOf('@') + 1))
      if (!isReserved || seen?.emails.has(found.toLowerCase())) yield { offset: index, kind: 'e-mail address' }
    }
  }
  for (const { 0: found, index } of /\d\.\d/.test(text) ? text.matchAll(IPV4) : [])
    if (!isDocumentationIp(found)) yield { offset: index, kind: 'IP address' }
  for (const { 0: found, index } of /[\da-f]:[\da-f:]/i.test(text) ? text.matchAll(IPV6) : []) {
    if (isIpv6(found) && !isDocumentationIp(found)) yield { offset: index, kind: 'IP address' }
  }
  for (const { 0: found, index } of /\d{4}/.test(text) ? text.matchAll(CARD) : [])
    if (isCard(found)) yield { offset: index, kind: 'card number' }
  for (const { 0: found, index } of text.matchAll(IBAN))
    if (isIban(found)) yield { offset: index, kind: 'bank account' }
  for (const pattern of [JWT, CREDENTIAL, ...tokens]) {
    for (const { index } of text.matchAll(new RegExp(pattern.source, withG(pattern.flags))))
      yield { offset: index, kind: 'credential' }
  }
}

const withG = (flags: string): string => (flags.includes('g') ? flags : `${flags}g`)

const SEVEN_DIGITS = /(?:\d[^\d\p{L}"]{0,3}){6}\d/u

function* findPhones(text: string, seen: SeenValues | undefined): Generator<Place> {
  if (!SEVEN_DIGITS.test(text)) return
  for (const { 0: found, index } of text.matchAll(PHONE_CANDIDATE)) {
    const isPhone = seen?.findPhone(found.replace(/\D/g, '')) !== undefined || isValidPhone(found, seen)
    if (isPhone) yield { offset: index, kind: 'phone number' }
  }
}

/** With the code of its country, or in a national writing of one of the countries of the recording. */
function isValidPhone(found: string, seen: SeenValues | undefined): boolean {
  const countries = /^(?:\+|00)/.test(found)
    ? [undefined]
    : /^\(|^0\d* |\d \d/.test(found)
      ? [...(seen?.countries ?? [])]
      : []
  const numbers = countries.flatMap((country) => readPhone(found, country)?.e164 ?? [])
  return numbers.length > 0 && !numbers.some(isFictionNumber)
}

const KINDS = { name: 'name of a person', place: 'place of a person', company: 'company of a person' } as const

function* findWords(text: string, seen: SeenValues): Generator<Place> {
  const words: string[] = []
  const offsets: number[] = []
  for (const { 0: word, index } of text.matchAll(TOKEN)) {
    const folded = foldText(word)
    words.push(folded)
    offsets.push(index)
    const kind = seen.words.get(folded)
    if (kind !== undefined && !isTimeZone(text, index)) yield { offset: index, kind: KINDS[kind] }
    else if (folded.length >= 32 && seen.hashes.has(folded)) yield { offset: index, kind: 'hash of an e-mail address' }
  }
  yield* findPhrases(words, offsets, seen)
  yield* findRuns(words, offsets, seen)
}

/** `Europe/Dublin` names no one's city. */
const isTimeZone = (text: string, index: number): boolean =>
  text.charAt(index - 1) === '/' &&
  /(?:^|[^/\w])(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/$/.test(
    text.slice(Math.max(0, index - 12), index),
  )

function* findPhrases(words: readonly string[], offsets: readonly number[], { phrases }: SeenValues): Generator<Place> {
  for (let at = 0; at < words.length; at++) {
    const starting = phrases.get(words[at] as string)
    if (starting === undefined) continue
    for (const [phrase, kind] of starting) {
      const length = phrase.split(' ').length
      if (words.slice(at, at + length).join(' ') === phrase) yield { offset: offsets[at] as number, kind: KINDS[kind] }
    }
  }
}

function* findRuns(words: readonly string[], offsets: readonly number[], { runs }: SeenValues): Generator<Place> {
  if (runs.size === 0 || words.length < RUN_LENGTH) return
  for (const [at, run] of runsOf(words))
    if (runs.has(run)) yield { offset: offsets[at] as number, kind: 'text of a person' }
}

function* findIds(text: string, { ids }: SeenValues): Generator<Place> {
  if (ids.size === 0) return
  for (const { 0: found, index } of text.matchAll(/[A-Za-z0-9][\w-]{4,}[A-Za-z0-9]/g)) {
    const parts = /[_-]/.test(found) ? [found, ...found.split(/[_-]/)] : [found]
    if (parts.some((part) => ids.has(part))) yield { offset: index, kind: 'id' }
  }
}

function* findDomains(text: string, seen: SeenValues): Generator<Place> {
  if (seen.domains.size === 0 || !text.includes('.')) return
  for (const { 0: found, index } of text.matchAll(/[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu)) {
    const labels = found.toLowerCase().split('.')
    if (labels.some((_, at) => seen.isPrivateDomain(labels.slice(at).join('.'))))
      yield { offset: index, kind: 'private domain' }
  }
}
