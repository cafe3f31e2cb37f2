/** What is done with the values of persons that are found: learned first, replaced then. */
import { decodeHTML } from 'entities/decode'
import { isDocumentationIp } from '../patterns.ts'
import type { PhraseKind, SeenValues } from '../seen-values.ts'
import type { KeyedRandom } from '../substitutes/keyed-random.ts'
import { copyCase, foldText } from '../substitutes/letters.ts'
import { type ReadPhone, readPhone, writePhone } from '../substitutes/phones.ts'
import type { Substitutes } from '../substitutes/substitutes.ts'
import { keptWords } from './kept-words.ts'

/** Each returns what stands in place of the value. */
export interface ValueActions {
  /** All persons are known. */
  readonly isFinal: boolean
  email(written: string): string
  phone(written: string, read: ReadPhone): string
  /** What no one can call. */
  invalidPhone(written: string): string
  /** The whole name of a person, without markup. */
  name(written: string): string
  phrase(written: string, kind: PhraseKind): string
  /** A text that may have whole names of persons within: those, and nothing else. */
  namesWithin(text: string): string
  id(written: string): string
  ip(written: string): string
  birthday(written: string): string
  token(written: string): string
  /** The text as it is read: `words` follow. */
  text(written: string): KeyedRandom | undefined
  /** A word of a text. Its letters, with accents and apostrophes. */
  word(word: string, random: KeyedRandom | undefined): string
  /** A number within a text. */
  digits(run: string): string
  isName(word: string): boolean
  /** The word alone tells a person, unlike `de` or `will`. */
  isTelling(word: string): boolean
  isKnownId(text: string): boolean
  /** The number of a person that ends with these digits. */
  findPhone(digits: string): ReadPhone | undefined
}

/** The first pass. Everything stays. */
export class Learner implements ValueActions {
  readonly isFinal = false
  readonly #seen: SeenValues

  constructor(seen: SeenValues) {
    this.#seen = seen
  }

  email(written: string): string {
    this.#seen.addEmail(written)
    return written
  }

  phone(written: string, { national, e164, country }: ReadPhone): string {
    this.#seen.addPhone(national, e164, country)
    return written
  }

  name(written: string): string {
    this.#seen.addName(decodeHTML(written))
    return written
  }

  phrase(written: string, kind: PhraseKind): string {
    this.#seen.addPhrase(decodeHTML(written), kind)
    return written
  }

  id(written: string): string {
    this.#seen.addId(written)
    return written
  }

  ip(written: string): string {
    this.#seen.ips.add(written.toLowerCase())
    return written
  }

  text(written: string): undefined {
    this.#seen.addText(
      written,
      keptWords(written, (host) => this.#seen.hosts.has(host)),
    )
    return undefined
  }

  invalidPhone = same
  namesWithin = same
  birthday = same
  token = same
  word = same
  digits = same
  isName = () => false
  isTelling = () => false
  isKnownId = () => false
  findPhone = () => undefined
}

function same(written: string): string {
  return written
}

/** More random digits could be a card, an account or a telephone number. */
const MAX_DRAWN_DIGITS = 6

/** The second pass. */
export class Replacer implements ValueActions {
  readonly isFinal = true
  readonly #seen: SeenValues
  readonly #substitutes: Substitutes

  constructor(seen: SeenValues, substitutes: Substitutes) {
    this.#seen = seen
    this.#substitutes = substitutes
  }

  email(written: string): string {
    const substitute = this.#substitutes.email(written)
    const at = written.lastIndexOf('@')
    const local = copyCase(written.slice(0, at), substitute.slice(0, substitute.indexOf('@')))
    return local + (/[a-z]/.test(written) ? '@example.com' : '@EXAMPLE.COM')
  }

  phone(written: string, read: ReadPhone): string {
    return writePhone(written, read, this.#substitutes.phone(read.e164, read.country))
  }

  invalidPhone(written: string): string {
    const random = this.#substitutes.random('text', written)
    return written.replace(/\p{Nd}/gu, '0').replace(/[\p{L}\p{M}]+/gu, (word) => this.word(word, random))
  }

  name(written: string): string {
    return written.replace(/[\p{L}\p{M}]+(?:['’‘`´][\p{L}\p{M}]+)*/gu, (word) => this.#substitutes.nameWord(word))
  }

  namesWithin(text: string): string {
    return this.#seen.replacePhrases(text, (phrase) => this.name(phrase))
  }

  phrase(written: string, kind: PhraseKind): string {
    const random = this.#substitutes.random(kind, foldText(written))
    const isLong = (written.match(/\p{Nd}/gu) ?? []).length > MAX_DRAWN_DIGITS
    const phrase = written.replace(/[\p{L}\p{M}]+/gu, (word) => this.#substitutes.fillerWord(word, random))
    return isLong ? this.digits(phrase) : phrase.replace(/\p{Nd}/gu, () => String(random.below(10)))
  }

  id(written: string): string {
    return this.#substitutes.id(written)
  }

  ip(written: string): string {
    return isDocumentationIp(written) ? written : this.#substitutes.ip(written)
  }

  birthday(written: string): string {
    const random = this.#substitutes.random('birthday', written)
    const pad = (number: number) => String(number).padStart(2, '0')
    return written.replace(/\d{4}-\d\d-\d\d/, () => `${1950 + random.below(50)}-${pad(1 + random.below(12))}-${pad(1 + random.below(28))}`) // biome-ignore format: one call
  }

  token(): string {
    return 'redacted'
  }

  text(written: string): KeyedRandom {
    return this.#substitutes.random('text', written)
  }

  word(word: string, random: KeyedRandom): string {
    return this.isName(word) ? this.#substitutes.nameWord(word) : this.#substitutes.fillerWord(word, random)
  }

  /** A random number could be one that can be called or charged. */
  digits(run: string): string {
    return run.replace(/\p{Nd}/gu, '0')
  }

  isName(word: string): boolean {
    return this.#seen.nameWords.has(foldText(word))
  }

  isTelling(word: string): boolean {
    return this.#seen.words.has(foldText(word))
  }

  isKnownId(text: string): boolean {
    return this.#seen.ids.has(text)
  }

  findPhone(digits: string): ReadPhone | undefined {
    const e164 = this.#seen.findPhone(digits)
    return e164 === undefined ? undefined : readPhone(e164, undefined)
  }
}
