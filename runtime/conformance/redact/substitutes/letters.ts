/** Letters for letters: of the same script, case and sort, so that a substitute has the shape of its original. */
import type { KeyedRandom } from './keyed-random.ts'

const VOWELS = 'aeiou'
const CONSONANTS = 'bdfgklmnprstvz'
/** Letters that no base letter and mark make up, by what people write in their place. */
const UNDECOMPOSED: Readonly<Record<string, string>> = {
  ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i', ħ: 'h', ŋ: 'n',
} // biome-ignore format: a table

/** Common letters of other scripts. */
const SCRIPTS: readonly (readonly [script: RegExp, letters: string])[] = [
  [/\p{Script=Han}/u, '山川田中村林木石高橋松井上原小野本清水和明光文春秋美花月星'],
  [/\p{Script=Hiragana}/u, 'あいうえおかきくけこさしすせそたちつてとなにのはひふまみも'],
  [/\p{Script=Katakana}/u, 'アイウエオカキクケコサシスセソタチツテトナニノハヒフマミモ'],
  [/\p{Script=Hangul}/u, '가나다라마바사아자하고노도로모보소오조호구누두루무부수우주후'],
  [/\p{Script=Cyrillic}/u, 'абвгдезиклмнопрсту'],
  [/\p{Script=Greek}/u, 'αβγδεζηθικλμνοπρστυ'],
  [/\p{Script=Arabic}/u, 'ابتدرسعفكلمنهوي'],
  [/\p{Script=Hebrew}/u, 'אבגדהוזחטילמנסעפקרשת'],
  [/\p{Script=Devanagari}/u, 'अकगचजटडतदनपबमयरलवसह'],
  [/\p{Script=Thai}/u, 'กขคงจชดตทนบปพมยรลวสห'],
]

const isUpper = (letter: string): boolean => letter !== letter.toLowerCase()

/** A letter for `letter`. Marks such as accents stay where they can. */
export function drawLetter(letter: string, random: KeyedRandom): string {
  const plain = (letter.normalize('NFD')[0] ?? '').toLowerCase()
  return writeLetter(letter, drawPlain(plain, letter, random))
}

function drawPlain(plain: string, letter: string, random: KeyedRandom): string {
  if (VOWELS.includes(plain) || /[øæœı]/i.test(letter)) return random.pick(VOWELS)
  if (/\p{Script=Latin}/u.test(letter)) return random.pick(CONSONANTS)
  const letters = SCRIPTS.find(([script]) => script.test(letter))?.[1]
  return letters === undefined ? random.pick(CONSONANTS) : random.pick([...letters])
}

/** All letters of a text replaced. Marks of their own stay. */
export const drawLetters = (text: string, random: KeyedRandom): string =>
  text.normalize('NFC').replace(/\p{L}/gu, (letter) => drawLetter(letter, random))

/** `٩٢` as `92`: the digits of a script follow each other. */
export const toAsciiDigits = (text: string): string =>
  text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    let value = 0
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint((digit.codePointAt(0) ?? 0) - value - 1))) value++
    return String(value)
  })

/** For comparison: lower case, without accents and apostrophes. */
export const foldText = (text: string): string =>
  /^[a-z0-9 ]*$/.test(text)
    ? text
    : text
        .toLowerCase()
        .normalize('NFD')
        .replace(/[\p{M}'’`´]/gu, '')
        .normalize('NFC')

/** As written where only ASCII can be: `Møller` as `moller`. */
export const toAsciiLetters = (folded: string): string =>
  folded.replace(/[^\0-\x7f]/g, (letter) => UNDECOMPOSED[letter] ?? letter)

/**
 * Writes the plain letters of a substitute as `written` is written: its case, accents, apostrophes and hyphens. Undefined
 * if they differ in the number of letters.
 */
export function writeLike(written: string, substitute: string): string | undefined {
  const letters = [...substitute]
  let at = 0
  const laid = written.normalize('NFC').replace(/\p{L}/gu, (letter) => writeLetter(letter, letters[at++] ?? ''))
  return at === letters.length ? laid : undefined
}

function writeLetter(letter: string, plain: string): string {
  const cased = isUpper(letter) ? plain.toUpperCase() : plain
  const marks = letter.normalize('NFD').slice(1)
  const marked = marks !== '' && VOWELS.includes(plain) ? `${cased}${marks}`.normalize('NFC') : cased
  return marked.length === 1 ? marked : cased
}

/** Gives `substitute`, in lower case, the case of `written`: of each character if both are of one length. */
export function copyCase(written: string, substitute: string): string {
  if (written === written.toLowerCase()) return substitute
  if (written === written.toUpperCase()) return substitute.toUpperCase()
  if (written.length !== substitute.length) return substitute
  return Array.from(substitute, (char, at) => (isUpper(written.charAt(at)) ? char.toUpperCase() : char)).join('')
}
