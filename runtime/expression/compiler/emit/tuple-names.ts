/** Finds the nodes that yield tuple streams, and the names those bind. */
import type { Node } from '../ast.ts'
import type { TupleNames } from './compilation-unit.ts'

/** Whether a node creates a tuple stream, which it may group itself or yield to the path around it. */
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
