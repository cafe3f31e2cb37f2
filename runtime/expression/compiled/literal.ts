/** The one way from an expression's text into generated source. */

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

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
