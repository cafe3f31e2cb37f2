/** `$string`, also where an operator makes a text of a value. */
import { countCharacters, countReadingSteps } from '../json-size.ts'
import { checkTextLength, consumeSize, consumeSteps, fallBack } from '../limits.ts'
import { typeLetter } from './type-letter.ts'

/** Of one value that is no text. */
export function textOf(value: unknown, pretty = false): string {
  // Parts that occur many times in the value could make a string of unbounded size.
  if (typeof value === 'object') {
    checkTextLength(countCharacters(value))
    consumeSteps(countReadingSteps(value))
  }
  const text = writeText(value, pretty)
  checkTextLength(text.length)
  consumeSize(text.length)
  return text
}

const writeText = (value: unknown, pretty: boolean): string =>
  typeof value === 'function' ? '' : JSON.stringify(value, replaceMember, pretty ? 2 : 0)

/** Fractions to 15 digits, functions as empty texts. */
function replaceMember(_: string, value: unknown): unknown {
  if (typeof value === 'number') {
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) fallBack()
    return Number.isInteger(value) || Number.isNaN(value) ? value : Number(value.toPrecision(15))
  }
  const letter = typeLetter(value)
  // An object with a mark of the interpreter may be a function to it.
  return letter === '?' ? fallBack() : letter === 'f' ? '' : value
}
