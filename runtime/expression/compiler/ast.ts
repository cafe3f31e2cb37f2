/** The parts of JSONata's syntax tree that we read. */

/** One node. JSONata marks the end of its token with `position`; most members exist on some types only. */
export interface Node {
  readonly type: string
  readonly value?: unknown
  readonly position?: number
  readonly arguments?: readonly Node[]
  readonly procedure?: Node
  readonly steps?: readonly Node[]
  readonly stages?: readonly Stage[]
  readonly predicate?: readonly Stage[]
  readonly expressions?: readonly Node[]
  readonly expression?: Node
  readonly terms?: readonly { readonly expression: Node }[]
  /** An object's pairs for a unary `{`, one node elsewhere. */
  readonly lhs?: Node | readonly Pair[]
  readonly rhs?: Node
  readonly group?: { readonly lhs: readonly Pair[] }
  readonly condition?: Node
  readonly then?: Node
  readonly else?: Node
  readonly body?: Node
  readonly pattern?: Node
  readonly update?: Node
  readonly delete?: Node
  /** Variables a path step binds, `@$focus` and `#$index`. */
  readonly focus?: string
  readonly index?: string
  /** Set where a path step binds names, and where the parser looked for a parent. */
  readonly tuple?: boolean
  /** Under which a step binds what it was taken from, for `%` further on. */
  readonly ancestor?: { readonly label: string }
  /** What a `%` looks up. */
  readonly slot?: { readonly label: string }
}

export type Pair = readonly [key: Node, value: Node]

/** A filter, or `#$index` after one. */
export interface Stage {
  readonly type: string
  readonly value?: unknown
  readonly expr?: Node
}

/** Every object in the tree, parents first. */
export function* nodes(root: unknown): Generator<Readonly<Record<string, unknown>>> {
  const waiting = [root]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (typeof node !== 'object' || node === null) continue
    if (!Array.isArray(node)) yield node as Readonly<Record<string, unknown>>
    waiting.push(...Object.values(node).reverse())
  }
}

/** The name in `name` alone: a path of one plain step. */
export function bareName(node: Node): string | undefined {
  const [step, ...rest] = node.type === 'path' ? (node.steps ?? []) : []
  return step?.type === 'name' && rest.length === 0 && typeof step.value === 'string' ? step.value : undefined
}

/** The nodes right below one, but for arguments, steps, filters and grouping, which have a meaning of their own. */
export function children(node: Node): readonly Node[] {
  const lhs = Array.isArray(node.lhs) ? pairs(node.lhs as readonly Pair[]) : [node.lhs as Node | undefined]
  const rest = [node.rhs, node.expression, node.condition, node.then, node.else]
  const change = [node.pattern, node.update, node.delete]
  const lists = [...(node.expressions ?? []), ...(node.terms ?? []).map((term) => term.expression)]
  return [...lhs, ...rest, ...change, ...lists].filter((child) => child !== undefined)
}

export const pairs = (list: readonly Pair[] | undefined): readonly Node[] => (list ?? []).flat()
