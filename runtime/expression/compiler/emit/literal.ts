/** The ways from an expression's text into generated source: there are no others. */

/**
 * A text, number, boolean or null as JavaScript source: one token, on one line, ending nothing but itself.
 *
 * Names, texts, patterns and comments all pass through here, and nothing else of an expression reaches the source.
 */
export function literal(it: string | number | boolean | null): string {
  if (Object.is(it, -0)) return '(-0)'
  if (typeof it === 'number' && !Number.isFinite(it)) throw new TypeError('a number that cannot be written')
  // Line ends of Unicode may stand in a JSON text; "<" is escaped so that the source may be put into a page.
  const source = JSON.stringify(it).replace(/[\u007f-\uffff<]/g, escaped)
  return typeof it === 'number' && it < 0 ? `(${source})` : source
}

/** What a name is called in the source: for whoever reads it. At most letters, digits and underscores are left of it. */
export const word = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
    .slice(0, 30)

/** A text as comments, a line for each of its own. */
export const comment = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `// ${line.replace(/[^\x20-\x7e]|</g, escaped)}`)
    .join('\n')

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
