/** Names the types of values in messages, which quote no value. */
import { typeLetter } from './compiler/runtime/functions/type-letter.ts'

const NAMES = {
  s: 'a string',
  n: 'a number',
  b: 'a boolean',
  l: 'null',
  o: 'an object',
  a: 'a list',
  f: 'a function',
  m: 'absent',
} as const

/** A type, by its letter in a JSONata signature. `m`: absent. */
export type TypeLetter = keyof typeof NAMES

const PLURALS: Readonly<Partial<Record<TypeLetter, string>>> = {
  s: 'strings',
  n: 'numbers',
  o: 'objects',
  b: 'booleans',
}

export const isTypeLetter = (letter: string): letter is TypeLetter => Object.hasOwn(NAMES, letter)

export const formatType = (letter: TypeLetter): string => NAMES[letter]

/** `a string or a number`. */
export const formatTypes = (letters: Iterable<TypeLetter>): string => [...letters].map(formatType).join(' or ')

export const formatItemType = (letter: TypeLetter): string => PLURALS[letter] ?? formatType(letter)

/** Of a value of the interpreter: a function is an object with a mark, too. */
export function findType(value: unknown): TypeLetter {
  const letter = typeLetter(value)
  return isTypeLetter(letter) ? letter : 'f'
}
