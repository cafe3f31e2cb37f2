/** Checks arguments that are written in the expression by the rules of the connector's functions: zones, units, pictures. */
import { type Node, walkNodes } from '../../compiler/ast.ts'
import type { FunctionTable } from '../../functions.ts'
import type { Parsed, Problem } from '../../parse.ts'
import { spanOfLiteral } from './spans.ts'

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
    for (const [index, literal] of (node.arguments ?? []).entries()) {
      const { type, value } = literal
      if (type !== 'string' && type !== 'number') continue
      const problem = check(first + index, value as string | number)
      if (problem) problems.push({ code: 'argument', ...problem, span: spanOfLiteral(literal, text) })
    }
  }
  return problems
}
