/** Where in a file each character of a YAML scalar stands, whatever its style. */

export type ScalarStyle = 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED'

/**
 * The offset in `source` of every character of `value`, and of its end. `start` is where the scalar begins: its
 * quote, or the `|` or `>` of a block.
 *
 * Indents, folds and trailing blanks only ever add or change blanks, so all other characters are found in order;
 * blanks stand where the text went on.
 */
export function offsets(source: string, start: number, value: string, style: string): readonly number[] {
  let at = start + begin(source, start, style)
  const found: number[] = []
  for (const char of value.split('')) {
    const isBlank = /\s/.test(char)
    if (!isBlank)
      for (let blank = blankAt(source, at, style); blank > 0; blank = blankAt(source, at, style)) at += blank
    found.push(at)
    at += isBlank ? blankAt(source, at, style) : width(source, at, style)
  }
  return [...found, at]
}

/** What stands before the first character. */
function begin(source: string, start: number, style: string): number {
  if (style.startsWith('QUOTE')) return 1
  if (style.startsWith('BLOCK')) return source.indexOf('\n', start) + 1 - start
  return 0
}

/** How many characters make the blank that stands here; 0 if there is none. In double quotes it may be escaped. */
function blankAt(source: string, at: number, style: string): number {
  if (/\s/.test(source[at] ?? '')) return 1
  if (style !== 'QUOTE_DOUBLE' || source[at] !== '\\') return 0
  return /[ntrvf_NLP\s]/.test(source[at + 1] ?? '') ? 2 : 0
}

const escapes: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 }

/** How many characters of the source make this one. */
function width(source: string, at: number, style: string): number {
  if (style === 'QUOTE_DOUBLE' && source[at] === '\\') return escapes[source[at + 1] ?? ''] ?? 2
  return style === 'QUOTE_SINGLE' && source.startsWith("''", at) ? 2 : 1
}
