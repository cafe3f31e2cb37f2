/** The text of an expression that is being typed: its open brackets and quotes, and the token at a place. */

/** What is open at the end of a text. */
export interface OpenParts {
  /** Closes all brackets. */
  readonly closers: string
  /** Offset of the quote of a text that is not closed. */
  readonly textStart?: number
  /** Within a comment or a name in backticks. */
  readonly isOpaque: boolean
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

export function findOpenParts(text: string): OpenParts {
  const open: string[] = []
  const closers = () => [...open].reverse().join('')
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    const closer = CLOSERS[char]
    if (closer !== undefined) open.push(closer)
    else if (char === open.at(-1)) open.pop()
    else if (char === '"' || char === "'" || char === '`') {
      const end = findQuote(text, at)
      if (end === undefined)
        return { closers: closers(), isOpaque: char === '`', ...(char !== '`' && { textStart: at }) }
      at = end
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2)
      if (end < 0) return { closers: closers(), isOpaque: true }
      at = end + 1
    }
  }
  return { closers: closers(), isOpaque: false }
}

/** Offset of the quote that closes the one at `start`. */
function findQuote(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && text[start] !== '`') at++
    else if (text[at] === text[start]) return at
  }
  return undefined
}

export interface Token {
  readonly kind: 'variable' | 'name'
  /** Without `$` and backticks. */
  readonly name: string
  readonly start: number
  readonly end: number
}

const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*.*?\*\/|`([^`]*)`|(\$?)([A-Za-z_]\w*)/gs

/** The name or variable at an offset, its end included. Names within texts and comments are none. */
export function findToken(text: string, offset: number): Token | undefined {
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, dollar, name] = match
    const [start, end] = [match.index, match.index + whole.length]
    if (start > offset) return undefined
    if (offset > end) continue
    const found = quoted ?? name
    if (found !== undefined) return { kind: dollar ? 'variable' : 'name', name: found, start, end }
  }
  return undefined
}

/** Names that the text binds itself: `$x := …`, `function($x)`, `@$x`, `#$x`. */
export function findOwnVariables(text: string): ReadonlySet<string> {
  const bound = [...text.matchAll(/\$([A-Za-z_]\w*)\s*:=|[@#]\$([A-Za-z_]\w*)/g)].map(([, a, b]) => a ?? b ?? '')
  const parameters = [...text.matchAll(/(?:function|λ)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/\$([A-Za-z_]\w*)/g)].map(([, name = '']) => name),
  )
  return new Set([...bound, ...parameters])
}
