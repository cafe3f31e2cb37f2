/** Two comparisons of one field that exclude each other, or of which one always holds. */
import type { Node } from '../../compiler/ast.ts'
import type { Problem } from '../../parse.ts'
import { type Operation, operatorSpan, readPath } from './operation.ts'
import { spanOfLiteral } from './spans.ts'

/** The operator that contradicts itself on both sides: `= "a" and = "b"` never holds, `!= "a" or != "b"` always does. */
const SELF_CONTRADICTING: Readonly<Record<string, string>> = { and: '=', or: '!=' }

export function checkContradiction({ node, lhs, rhs, text }: Operation): readonly Problem[] {
  const operator = SELF_CONTRADICTING[String(node.value)]
  if (operator === undefined) return []
  const collect = (side: Node) => collectComparisons(side, { joined: node.value, operator, text })
  const before = collect(lhs)
  for (const { path, word } of collect(rhs)) {
    const words = new Set(before.flatMap((each) => (each.path === path ? each.word : [])))
    const [other] = words
    // Of three, the second is told.
    if (words.size !== 1 || other === undefined || other === word) continue
    const list = `${path} in [${other}, ${word}]`
    const message =
      operator === '='
        ? `${path} cannot equal both ${other} and ${word}: this never holds`
        : `whatever ${path} is, it differs from ${other} or from ${word}: this always holds`
    const help = operator === '=' ? `write ${list}` : `write $not(${list})`
    return [{ code: 'constant-condition', message, help, span: operatorSpan(node) }]
  }
  return []
}

interface Search {
  readonly joined: unknown
  readonly operator: string
  readonly text: string
}

/** Of a field with a literal, joined by the same word. */
function collectComparisons(
  { type, value, lhs, rhs }: Node,
  search: Search,
): readonly { path: string; word: string }[] {
  if (type !== 'binary' || rhs === undefined) return []
  const left = lhs as Node
  if (value === search.joined) return [left, rhs].flatMap((side) => collectComparisons(side, search))
  const path = readPath(left)
  if (value !== search.operator || path === undefined || (rhs.type !== 'string' && rhs.type !== 'number')) return []
  return [{ path, word: search.text.slice(...spanOfLiteral(rhs, search.text)) }]
}
