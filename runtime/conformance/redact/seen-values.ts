/** The values of persons that a recording held before its redaction, in forms that are found again in any text. */
import { createHash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { isReservedDomain } from './patterns.ts'
import { foldText, toAsciiDigits, toAsciiLetters } from './substitutes/letters.ts'
import type { Vocabulary } from './vocabulary.ts'

export type PhraseKind = 'name' | 'place' | 'company'

/** A run of letters and digits, with apostrophes within, but not of a possessive. */
export const TOKEN = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’‘`´](?!s(?![\p{L}\p{N}]))[\p{L}\p{M}\p{N}]+)*/gu

/** Open to everyone: such a domain tells nothing of a person. */
const PUBLIC_DOMAINS = new Set(
  `gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com aol.com gmx.de gmx.net web.de
  proton.me protonmail.com mail.com orange.fr free.fr libero.it`.split(/\s+/),
)

/** Shorter words are found in too many texts. They are searched with those beside them. */
const SHORTEST_WORD = 3
/** Shorter ids are found in too many numbers. */
const SHORTEST_ID = 6
const SHORTEST_NATIONAL = 7
const LONGEST_NATIONAL = 13
/** Of a sentence that must not be found again. */
export const RUN_LENGTH = 4
const SHORTEST_RUN = 16
/** Random letters in place of fewer could be the same by chance. */
const DISTINCT_LETTERS = 8

export class SeenValues {
  readonly emails = new Set<string>()
  readonly domains = new Set<string>()
  /** Hosts of the APIs: their own addresses are no person's. */
  readonly hosts = new Set<string>()
  readonly ids = new Set<string>()
  readonly ips = new Set<string>()
  /** National numbers, digits only. */
  readonly phones = new Map<string, string>()
  /** Of the numbers. */
  readonly countries = new Set<string>()
  /** By the first word: sequences of words. */
  readonly phrases = new Map<string, Map<string, PhraseKind>>()
  readonly words = new Map<string, PhraseKind>()
  readonly nameWords = new Set<string>()
  /** Hashes of addresses, as avatar services use them. */
  readonly hashes = new Set<string>()
  /** Sentences, as hashes of `RUN_LENGTH` words. */
  readonly runs = new Set<number>()
  readonly #vocabulary: Vocabulary

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary
  }

  isPrivateDomain(domain: string): boolean {
    if (!this.domains.has(domain)) return false
    for (const host of this.hosts) if (host === domain || host.endsWith(`.${domain}`)) return false
    return true
  }

  addEmail(written: string): void {
    const email = written.toLowerCase()
    if (this.emails.has(email)) return
    this.emails.add(email)
    this.#addLocalPart(email.slice(0, email.lastIndexOf('@')))
    const domain = email.slice(email.lastIndexOf('@') + 1)
    if (!PUBLIC_DOMAINS.has(domain) && !isReservedDomain(domain)) this.domains.add(domain).add(domainToASCII(domain))
    for (const algorithm of ['md5', 'sha1', 'sha256']) {
      for (const text of new Set([email, written])) this.hashes.add(createHash(algorithm).update(text).digest('hex'))
    }
  }

  /** `first.last`: names, even if no record has them. */
  #addLocalPart(local: string): void {
    const parts = local.replace(/\+.*/, '').split(/[._-]/)
    if (parts.length < 2 || !parts.every((part) => /^\p{L}{3,}$/u.test(part))) return
    for (const part of parts) if (!this.#vocabulary.hasWord(foldText(part))) this.nameWords.add(foldText(part))
  }

  /** `national` is the number without its country; `e164` the whole. */
  addPhone(national: string, e164: string, country: string | undefined): void {
    this.phones.set(national, e164)
    if (country !== undefined) this.countries.add(country)
  }

  /** The number, E.164, that these digits write: national, or with the code of its country. */
  findPhone(digits: string): string | undefined {
    for (let length = Math.min(LONGEST_NATIONAL, digits.length); length >= SHORTEST_NATIONAL; length--) {
      const national = digits.slice(-length)
      const found = this.phones.get(national)
      if (found === undefined) continue
      const code = found.slice(1, found.length - national.length)
      const prefix = digits.slice(0, -length)
      if ([code, `00${code}`, `011${code}`, `${code}0`, `00${code}0`, '', '0', '1', '8'].includes(prefix)) return found
    }
    return undefined
  }

  addId(id: string): void {
    if (id.length >= SHORTEST_ID && !this.#vocabulary.hasText(id)) this.ids.add(id)
  }

  addName(name: string): void {
    const words = wordsOf(name).filter((word) => /\p{L}/u.test(word))
    for (const word of words) this.nameWords.add(word)
    this.#addPhrase(words, 'name')
    for (const word of words) this.#addWord(word, 'name')
    if (words.length < 2) return
    this.#addPhrase([...words].reverse(), 'name')
    const [first = '', last = ''] = [words[0], words.at(-1)]
    this.#addPhrase([last, first], 'name')
    this.#addPhrase([first, last], 'name')
    for (const joined of [first + last, last + first, first.charAt(0) + last]) {
      if (joined.length >= 6) this.#addWord(joined, 'name')
    }
  }

  addPhrase(text: string, kind: PhraseKind): void {
    this.#addPhrase(wordsOf(text), kind)
  }

  /** Its sentences are not to be found again. `kept`: the words that its redaction leaves as they are, folded. */
  addText(text: string, kept: ReadonlySet<string>): void {
    if (this.#vocabulary.hasText(text)) return
    const words = wordsOf(text)
    for (const [at, hash] of runsOf(words)) {
      const replaced = words.slice(at, at + RUN_LENGTH).filter((word) => !kept.has(word))
      if (isDistinct(replaced.join(''))) this.runs.add(hash)
    }
  }

  /** Each sequence of words that is a person's, written anew. */
  replacePhrases(text: string, write: (phrase: string) => string): string {
    const tokens = [...text.matchAll(TOKEN)]
    const words = tokens.map(([word]) => foldText(word))
    let [written, end] = ['', 0]
    for (const [at, word] of words.entries()) {
      const token = tokens[at]
      if (token === undefined || token.index < end) continue
      const found = [...(this.phrases.get(word)?.keys() ?? [])]
        .map((phrase) => ({ phrase, length: phrase.split(' ').length }))
        .filter(({ phrase, length }) => words.slice(at, at + length).join(' ') === phrase)
        .sort((a, b) => b.length - a.length)[0]
      const last = found === undefined ? undefined : tokens[at + found.length - 1]
      if (last === undefined) continue
      const next = last.index + last[0].length
      written += text.slice(end, token.index) + write(text.slice(token.index, next))
      end = next
    }
    return written + text.slice(end)
  }

  /** Whether a text has a word or an address that belongs to a person: no substitute may. */
  hasWordOf(text: string): boolean {
    for (const word of wordsOf(text)) if (this.words.has(word) || this.hashes.has(word)) return true
    return false
  }

  #addPhrase(words: readonly string[], kind: PhraseKind): void {
    const [first] = words
    if (first === undefined) return
    if (words.length === 1) {
      this.#addWord(first, kind)
      return
    }
    if (words.every((word) => this.#vocabulary.hasWord(word))) return
    const known = this.phrases.get(first) ?? new Map<string, PhraseKind>()
    known.set(words.join(' '), kind)
    this.phrases.set(first, known)
  }

  #addWord(word: string, kind: PhraseKind): void {
    for (const form of new Set([word, toAsciiLetters(word)])) {
      if (isSearchable(form) && !this.#vocabulary.hasWord(form) && !this.words.has(form)) this.words.set(form, kind)
    }
  }
}

/** Two Han letters are a name; two Latin ones are any word. */
const isSearchable = (word: string): boolean =>
  /\p{L}/u.test(word) && (word.length >= SHORTEST_WORD || (word.length === 2 && /^[^\0-\u024f]+$/.test(word)))

/** Folded. */
export const wordsOf = (text: string): string[] => Array.from(text.matchAll(TOKEN), ([word]) => foldText(word))

/** All runs of words: the index of the first word, and a hash of 53 bits. */
export function* runsOf(words: readonly string[]): Generator<readonly [index: number, hash: number]> {
  for (let at = 0; at + RUN_LENGTH <= words.length; at++) {
    const run = words.slice(at, at + RUN_LENGTH).join(' ')
    if (run.length >= SHORTEST_RUN && /\p{L}{3}/u.test(run)) yield [at, hashRun(run)]
  }
}

/** Whether what replaces these words must differ from them: digits become zeros, letters random ones. */
const isDistinct = (replaced: string): boolean =>
  /[1-9]/.test(toAsciiDigits(replaced)) || (replaced.match(/\p{L}/gu)?.length ?? 0) >= DISTINCT_LETTERS

/** cyrb53 by bryc. */
function hashRun(text: string): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 2 ** 32 * (2097151 & b) + (a >>> 0)
}
