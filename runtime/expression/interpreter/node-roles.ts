/** Finds the nodes whose values the interpreter uses in ways that take time by their size. */
import { type Node, type Pair, walkNodes } from '../compiler/ast.ts'

export interface NodeRole {
  /** An operand of `&`. */
  concatenated?: boolean
  /** An operand of `=`, `<` and their like, or a term of a sort. */
  compared?: boolean
  /** The right side of `in`. */
  searched?: boolean
  /** Read as true or false: a condition, a filter, or the result of a function, which `$filter` may call. */
  tested?: boolean
  /** The update of a transform, or the names it deletes. */
  change?: boolean
  /** A bound of `..`. */
  bound?: 'from' | 'to'
  /** The key of a pair, by which items are grouped. */
  key?: boolean
  /** A term of a sort, evaluated twice for each comparison. */
  term?: boolean
  /** Passed to a function that may be a regular expression. */
  argument?: boolean
}

type Assign = (role: NodeRole, ...to: readonly unknown[]) => void

export function findRoles(root: Node): WeakMap<object, NodeRole> {
  const roles = new WeakMap<object, NodeRole>()
  const assign: Assign = (role, ...to) => {
    for (const node of to)
      if (typeof node === 'object' && node !== null) roles.set(node, { ...roles.get(node), ...role })
  }
  for (const each of walkNodes(root)) assignToParts(each as unknown as Node, assign)
  return roles
}

function assignToParts(node: Node, assign: Assign): void {
  const { type, value, lhs, terms = [] } = node
  if (type === 'binary') assignToOperands(node, assign)
  const pairs = type === 'unary' && value === '{' ? (lhs as readonly Pair[]) : (node.group?.lhs ?? [])
  assign({ key: true }, ...pairs.map(([key]) => key))
  assign({ term: true, compared: true }, ...terms.map(({ expression }) => expression))
  assign(
    { tested: true },
    node.condition,
    ...[...(node.predicate ?? []), ...(node.stages ?? [])].map(({ expr }) => expr),
  )
  if (type === 'lambda') assign({ tested: true }, node.body)
  if (type === 'transform') assign({ change: true }, node.update, node.delete)
  if (type === 'apply') assign({ argument: true }, lhs)
  if (type === 'function') assign({ argument: true }, ...(node.arguments ?? []))
}

const COMPARISONS: ReadonlySet<unknown> = new Set(['=', '!=', '<', '<=', '>', '>='])

function assignToOperands({ value, lhs, rhs }: Node, assign: Assign): void {
  if (value === '&') assign({ concatenated: true }, lhs, rhs)
  if (COMPARISONS.has(value)) assign({ compared: true }, lhs, rhs)
  if (value === 'and' || value === 'or') assign({ tested: true }, lhs, rhs)
  if (value === 'in') assign({ searched: true }, rhs)
  if (value !== '..') return
  assign({ bound: 'from' }, lhs)
  assign({ bound: 'to' }, rhs)
}
