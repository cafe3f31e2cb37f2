/** Escapes text of an expression for generated source. No text enters the source by any other way. */

/**
 * A string, number, boolean or null as JavaScript source: one token, on one line, that terminates nothing but itself.
 *
 * Names, strings, regular expressions and comments pass through this file; nothing else of an expression reaches the
 * source.
 */
export function toLiteral(value: string | number | boolean | null): string {
  if (Object.is(value, -0)) return '(-0)'
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('the number has no literal')
  // JSON allows Unicode line separators in a string; "<" is escaped so that the source can be embedded in HTML.
  const source = JSON.stringify(value).replace(/[\u007f-\uffff<]/g, escapeCharacter)
  return typeof value === 'number' && value < 0 ? `(${source})` : source
}

/** A readable identifier for a name. Only ASCII letters, digits and underscores remain of it. */
export const toIdentifier = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
    .slice(0, 30)

/** Text as line comments, one for each of its lines. */
export const toComment = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `// ${line.replace(/[^\x20-\x7e]|</g, escapeCharacter)}`)
    .join('\n')

const escapeCharacter = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
