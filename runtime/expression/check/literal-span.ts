/** The place of a literal in the text of its expression. */
import type { Node } from '../compiler/ast.ts'

/** The parser gives only where it ends. A number may be written otherwise than it prints: `1e3`. */
export function spanOfLiteral({ type, value, position }: Node, text: string): readonly [start: number, end: number] {
  const end = Number(position)
  if (type === 'string') return [Math.max(0, text.lastIndexOf(text[end - 1] ?? '"', end - 2)), end]
  const length = (type === 'number' && /[\d.eE+-]+$/.exec(text.slice(0, end))?.[0].length) || String(value).length
  return [Math.max(0, end - length), end]
}
