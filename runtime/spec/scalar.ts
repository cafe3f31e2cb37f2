/** Where in a file each character of a YAML scalar stands, whatever its style. */

export type ScalarStyle = 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED'

/**
 * The offset in `source` of every character of `value`, and of its end. `start` is where the scalar begins: its
 * quote, or the `|` or `>` of a block.
 *
 * Indents, folds and trailing blanks only ever add or change white space, so all other characters are found in
 * order; white space stands where the text went on.
 */
export function offsets(source: string, start: number, value: string, style: string): readonly number[] {
  let at = start + begin(source, start, style)
  const found: number[] = []
  for (const char of value.split('')) {
    if (style === 'QUOTE_DOUBLE') at = skipLineBreak(source, at)
    const isBlank = /\s/.test(char)
    if (!isBlank) while (/\s/.test(source[at] ?? '')) at++
    found.push(at)
    at += isBlank && !/[\s\\]/.test(source[at] ?? '') ? 0 : width(source, at, style)
  }
  return [...found, at]
}

/** What stands before the first character. */
function begin(source: string, start: number, style: string): number {
  if (style.startsWith('QUOTE')) return 1
  if (style.startsWith('BLOCK')) return source.indexOf('\n', start) + 1 - start
  return 0
}

/** `\` at the end of a line in double quotes: the line goes on. */
function skipLineBreak(source: string, at: number): number {
  const [folded] = /^\\\r?\n\s*/.exec(source.slice(at, at + 200)) ?? ['']
  return at + folded.length
}

const escapes: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 }

/** How many characters of the source make this one. */
function width(source: string, at: number, style: string): number {
  if (style === 'QUOTE_DOUBLE' && source[at] === '\\') return escapes[source[at + 1] ?? ''] ?? 2
  return style === 'QUOTE_SINGLE' && source.startsWith("''", at) ? 2 : 1
}
