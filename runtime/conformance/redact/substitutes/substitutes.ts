/**
 * Substitutes for values of persons: of the same form, chosen by HMAC, the same for the same value, different for
 * different ones, and none that a person of the recording has.
 */

import { isCard, isIban, UUID } from '../patterns.ts'
import type { SeenValues } from '../seen-values.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { KeyedRandom } from './keyed-random.ts'
import { drawLetter, drawLetters, foldText, writeLike } from './letters.ts'
import { FALLBACK_COUNTRY, rangesOf } from './phone-ranges.ts'

/** Then a substitute may be one of another value, or of a person: an alphabet is used up. */
const MAX_ATTEMPTS = 200

/** Numbers up to here are drawn from a permutation of all numbers of their length. */
const MAX_PERMUTED_DIGITS = 3

export class Substitutes {
  readonly #key: Uint8Array
  readonly #seen: SeenValues
  readonly #vocabulary: Vocabulary
  readonly #chosen = new Map<string, string>()
  readonly #taken = new Set<string>()
  readonly #permutations = new Map<number, readonly string[]>()

  constructor(key: Uint8Array, seen: SeenValues, vocabulary: Vocabulary) {
    this.#key = key
    this.#seen = seen
    this.#vocabulary = vocabulary
  }

  random(...seed: readonly string[]): KeyedRandom {
    return new KeyedRandom(this.#key, ...seed)
  }

  /** A word of a name, in the same letters whatever its case and accents, written as `word` is. */
  nameWord(word: string): string {
    const folded = foldText(word)
    const substitute = this.#choose('name', folded, (random) => drawLetters(folded, random), {
      isFree: (candidate) => !this.#vocabulary.hasWord(candidate) && !this.#seen.hasWordOf(candidate),
    })
    return writeLike(word, substitute) ?? substitute
  }

  /** The whole address, in lower case. An address with a tag is the one without, with another tag. */
  email(written: string): string {
    const [local = '', domain = ''] = splitAddress(written.toLowerCase())
    const [base = '', ...tags] = local.split('+')
    const chosen = this.#choose('email', `${base}@${domain}`, (random, attempt) => {
      const drawn = this.#drawLocal(base, random)
      // Short local parts would meet.
      return attempt < 5 ? drawn : `${drawn}${1 + random.below(9_999)}`
    }, { isFree: (candidate) => !this.#seen.hasWordOf(candidate) || base === '' }) // biome-ignore format: one call
    const tagged = [chosen, ...tags.map((tag) => drawText(tag, this.random('tag', base, tag)))].join('+')
    return `${tagged}@example.com`
  }

  /** E.164, in the range for fiction of its country, or of another that has one. */
  phone(e164: string, country: string | undefined): string {
    const own = country === undefined ? undefined : rangesOf(country)
    const ranges = [...(own ?? rangesOf(FALLBACK_COUNTRY) ?? [])]
    return this.#choose('phone', e164, (random, attempt) => {
      const range = random.pick(attempt < MAX_ATTEMPTS / 2 ? ranges : (rangesOf('US') ?? ranges))
      return range.replace(/#/g, () => String(random.below(10)))
    }, { isFree: (candidate) => !this.#seen.phones.has(candidate.slice(-9)) }) // biome-ignore format: one call
  }

  /** The same kinds of characters in the same places; prefixes such as `sub_`, hyphens and colons stay. */
  id(id: string): string {
    if (/^\d+$/.test(id) && id.length <= MAX_PERMUTED_DIGITS) return this.#permute(id)
    return this.#choose('id', id, (random) => this.#drawPrefixed(id, random), {
      isFree: (candidate) =>
        candidate !== id &&
        !this.#seen.ids.has(candidate) &&
        !looksPersonal(candidate) &&
        !this.#seen.hasWordOf(candidate),
    })
  }

  ip(address: string): string {
    const isV6 = address.includes(':')
    return this.#choose('ip', address.toLowerCase(), (random) => {
      if (isV6) return `2001:db8::${random.below(65_535).toString(16)}:${(1 + random.below(65_534)).toString(16)}`
      return `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${1 + random.below(254)}`
    })
  }

  /** A word of a text: letters for letters, no name, no known word. */
  fillerWord(word: string, random: KeyedRandom): string {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const drawn = drawLetters(word, random)
      const folded = foldText(drawn)
      if (!this.#seen.words.has(folded)) return drawn
    }
    return word.replace(/\p{L}/gu, 'x')
  }

  #drawPrefixed(id: string, random: KeyedRandom): string {
    const prefix = PREFIX.exec(id)?.[0] ?? ''
    const isKind = prefix !== '' && !this.#seen.hasWordOf(prefix.replaceAll('_', ' '))
    return isKind ? prefix + drawId(id.slice(prefix.length), random) : drawId(id, random)
  }

  #drawLocal(base: string, random: KeyedRandom): string {
    const named = (word: string) => (this.#seen.nameWords.has(foldText(word)) ? this.nameWord(word) : undefined)
    return base.replace(/\p{L}+|\d+/gu, (run) => toPlain(named(run) ?? drawText(run, random)))
  }

  #choose(
    kind: string,
    value: string,
    draw: (random: KeyedRandom, attempt: number) => string,
    { isFree }: { readonly isFree: (candidate: string) => boolean } = { isFree: () => true },
  ): string {
    const entry = `${kind}\0${value}`
    const known = this.#chosen.get(entry)
    if (known !== undefined) return known
    let chosen = ''
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      chosen = draw(this.random(kind, value, String(attempt)), attempt)
      if (!this.#taken.has(`${kind}\0${chosen}`) && isFree(chosen)) break
    }
    this.#chosen.set(entry, chosen)
    this.#taken.add(`${kind}\0${chosen}`)
    return chosen
  }

  /** Of so few numbers a random one would soon be another's. A zero is no id and stays; leading zeros stay. */
  #permute(id: string): string {
    const zeros = /^0*/.exec(id)?.[0] ?? ''
    const size = id.length - zeros.length
    if (size === 0) return id
    const first = 10 ** (size - 1)
    const order = this.#permutations.get(size) ?? shuffle(first, first * 10, this.random('permutation', String(size)))
    this.#permutations.set(size, order)
    return `${zeros}${order[Number(id.slice(zeros.length)) - first]}`
  }
}

function shuffle(from: number, to: number, random: KeyedRandom): readonly string[] {
  const numbers = Array.from({ length: to - from }, (_, at) => String(from + at))
  for (let at = numbers.length - 1; at > 0; at--) {
    const other = random.below(at + 1)
    const [a, b] = [numbers[at] as string, numbers[other] as string]
    numbers[at] = b
    numbers[other] = a
  }
  return numbers
}

function splitAddress(email: string): readonly [local: string, domain: string] {
  const at = email.lastIndexOf('@')
  return [email.slice(0, at), email.slice(at + 1)]
}

/** An address is written in ASCII, even if it was not. */
const toPlain = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[^\0-\x7f]/g, 'x') // biome-ignore format: one chain

/** Letters for letters, digits for digits. */
const drawText = (text: string, random: KeyedRandom): string =>
  drawLetters(text, random).replace(/\p{Nd}/gu, () => String(random.below(10)))

/** Of ids such as `sub_a1B2c3D4`: it names a kind. */
const PREFIX = /^(?:[a-z]{2,6}_)+(?=[A-Za-z0-9-]{8,}$)(?=.*\d)/
const HEX = /^(?=.*\d)(?:[0-9a-f]{16,}|[0-9A-F]{16,})$/

function drawId(id: string, random: KeyedRandom): string {
  if (/^\d+$/.test(id)) return drawDigits(id, random)
  const isHex = HEX.test(id) || UUID.test(id)
  return id
    .replace(/[\p{L}\p{N}]/gu, (char) => drawCharacter(char, isHex, random))
    // The version and the variant of a UUID.
    .replace(UUID, (drawn) => drawn.slice(0, 14) + id.charAt(14) + drawn.slice(15, 19) + id.charAt(19) + drawn.slice(20)) // biome-ignore format: one chain
}

/** Keeps a number of 16 digits in the range of doubles, and leading zeros. */
function drawDigits(id: string, random: KeyedRandom): string {
  const zeros = /^0*/.exec(id)?.[0] ?? ''
  const rest = id.slice(zeros.length)
  if (rest === '') return id
  const first =
    rest.length === 16 && rest.startsWith('9') ? '8' : rest.length >= 16 ? rest.charAt(0) : String(1 + random.below(9))
  return zeros + first + rest.slice(1).replace(/\d/g, () => String(random.below(10)))
}

function drawCharacter(char: string, isHex: boolean, random: KeyedRandom): string {
  if (isHex) {
    const drawn = random.pick('0123456789abcdef')
    return char === char.toLowerCase() ? drawn : drawn.toUpperCase()
  }
  if (/\d/.test(char)) return String(random.below(10))
  if (/[a-z]/.test(char)) return random.pick('abcdefghjkmnpqrstvwxyz')
  if (/[A-Z]/.test(char)) return random.pick('ABCDEFGHJKMNPQRSTVWXYZ')
  return drawLetter(char, random)
}

/** Whether a random id would pass for a card or an account. */
const looksPersonal = (id: string): boolean =>
  // Nor for a number with the code of its country.
  /^00[1-9]?[\d.-]{7,}$/.test(id) ||
  (/^[2-6]\d{12,18}$/.test(id) && isCard(id)) ||
  (/^[A-Z]{2}\d{2}/.test(id) && isIban(id))
