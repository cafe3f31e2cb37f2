/** Tuple streams in the syntax tree: which nodes yield one, and which names it binds. */
import type { Node } from '../ast.ts'
import type { TupleNames } from './compilation-unit.ts'

/** Whether a node makes a tuple stream, to be grouped or continued by the path it is a step of. */
export function makesTuples(node: Node): boolean {
  if (node.type === 'block') return (node.expressions ?? []).slice(-1).some(yieldsTuples)
  return node.type === 'path' && node.tuple === true && (node.steps ?? []).some((step) => step.tuple)
}

export const yieldsTuples = (node: Node): boolean => node.group === undefined && makesTuples(node)

/** Names bound within a node that yields tuples. */
export function findTupleNames(node: Node): readonly string[] {
  const inner = node.type === 'block' ? (node.expressions ?? []).slice(-1) : (node.steps ?? [])
  return inner.flatMap((step) => {
    const indexes = (step.stages ?? []).filter(({ type }) => type === 'index').map(({ value }) => String(value))
    return [step.focus, step.index, step.ancestor?.label, ...indexes, ...findTupleNames(step)].filter(
      (name) => name !== undefined,
    )
  })
}

/** The names that filters and grouping of a block may find bound, if it yields tuples at all. */
export const findBlockNames = (node: Node): TupleNames => ({ always: new Set(), maybe: new Set(findTupleNames(node)) })
