/** Checks arguments that are written in the expression by the rules of the connector's functions: zones, units, pictures. */
import { type Node, walkNodes } from '../compiler/ast.ts'
import type { FunctionTable } from '../functions.ts'
import type { Parsed, Problem } from '../parse.ts'

export function findWrongLiterals({ root, text }: Parsed, functions: FunctionTable): readonly Problem[] {
  const checks = new Map(functions.flatMap(({ name, checkLiteral }) => (checkLiteral ? [[name, checkLiteral]] : [])))
  if (checks.size === 0) return []
  const chained = new Set<unknown>()
  const problems: Problem[] = []
  // Parents come first.
  for (const each of walkNodes(root)) {
    const node = each as unknown as Node
    if (node.type === 'apply') chained.add(node.rhs)
    const check = node.type === 'function' ? checks.get(String(node.procedure?.value)) : undefined
    if (check === undefined) continue
    // The left side of `~>` is the first argument.
    const first = chained.has(node) ? 1 : 0
    for (const [index, { type, value, position }] of (node.arguments ?? []).entries()) {
      if ((type !== 'string' && type !== 'number') || position === undefined) continue
      const problem = check(first + index, value as string | number)
      if (problem) problems.push({ code: 'argument', ...problem, span: [startOf(text, type, position), position] })
    }
  }
  return problems
}

/** Of a literal that ends at `end`. */
function startOf(text: string, type: string, end: number): number {
  if (type === 'string') return Math.max(0, text.lastIndexOf(text[end - 1] ?? '"', end - 2))
  return end - (/[\d.eE+-]+$/.exec(text.slice(0, end))?.[0].length ?? 1)
}
