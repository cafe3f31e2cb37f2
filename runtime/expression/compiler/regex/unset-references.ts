/** Finds the back-references that a match may reach before their group has taken part, where they match nothing. */
import type { RegexNode } from './parse.ts'

type BackReference = Extract<RegexNode, { kind: 'backreference' }>
type Groups = ReadonlySet<number>

export function findUnsetReferences(root: RegexNode): ReadonlySet<BackReference> {
  const found = new Set<BackReference>()
  findCaptured(root, new Set(), { found, isBackward: false })
  return found
}

interface Walk {
  readonly found: Set<BackReference>
  /** Within a lookbehind, which JavaScript matches from its end to its start. */
  readonly isBackward: boolean
}

/** The groups that have captured on every way through this node, from those that had before it. */
function findCaptured(node: RegexNode, before: Groups, walk: Walk): Groups {
  switch (node.kind) {
    case 'set':
    case 'assertion':
      return before
    case 'backreference':
      if (!node.groups.some((group) => before.has(group))) walk.found.add(node)
      return before
    case 'capture':
      return new Set([...findCaptured(node.item, before, walk), node.group])
    case 'sequence': {
      const items = walk.isBackward ? node.items.toReversed() : node.items
      return items.reduce((captured, each) => findCaptured(each, captured, walk), before)
    }
    case 'choice':
      return node.items.map((each) => findCaptured(each, before, walk)).reduce(intersect)
    case 'repeat': {
      // Each iteration begins with the groups within it unset.
      const outside = new Set([...before].filter((group) => !hasGroup(node.item, group)))
      const after = findCaptured(node.item, outside, walk)
      return node.min > 0 ? after : outside
    }
    case 'lookaround': {
      const after = findCaptured(node.item, before, { ...walk, isBackward: node.isBehind })
      return node.isNegative ? before : after
    }
  }
}

const intersect = (a: Groups, b: Groups): Groups => new Set([...a].filter((group) => b.has(group)))

function hasGroup(node: RegexNode, group: number): boolean {
  if (node.kind === 'capture' && node.group === group) return true
  if ('items' in node) return node.items.some((each) => hasGroup(each, group))
  return 'item' in node && hasGroup(node.item, group)
}
