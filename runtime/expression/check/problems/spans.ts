/** The places of literals and names in the text of an expression. */
import type { Node } from '../../compiler/ast.ts'

type Span = readonly [start: number, end: number]

/** The parser gives only where it ends. A number may be written otherwise than it prints: `1e3`. */
export function spanOfLiteral({ type, value, position }: Node, text: string): Span {
  const end = Number(position)
  if (type === 'string') return [Math.max(0, text.lastIndexOf(text[end - 1] ?? '"', end - 2)), end]
  const length = (type === 'number' && /[\d.eE+-]+$/.exec(text.slice(0, end))?.[0].length) || String(value).length
  return [Math.max(0, end - length), end]
}

/** Of a name. A quoted one ends before its quote. The parser gives `%` no position. */
export function spanOf(name: string, position: number | undefined, text: string): Span {
  const start = Math.max(0, text.lastIndexOf(name, (position ?? text.length) - name.length))
  return [start, start + name.length]
}
