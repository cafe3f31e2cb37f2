/** The syntax tree of JSONata 2.2.2: the members that the compiler and the checks read. */

/** `position` is the offset after the node's token. Most members exist on some types only. */
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
  readonly terms?: readonly { readonly expression: Node; readonly descending?: boolean }[]
  /** Key-value pairs of an object constructor (unary `{`), one node elsewhere. */
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
  /** Variables bound by a path step, `@$focus` and `#$index`. */
  readonly focus?: string
  readonly index?: string
  /** Set where a path step binds names, and where the parser looked for a parent. */
  readonly tuple?: boolean
  /** The label under which a step binds its input item, for a `%` in a later step. */
  readonly ancestor?: { readonly label: string }
  /** The label that a `%` resolves. */
  readonly slot?: { readonly label: string }
  /** `[]` after a node: a single item stays an array. */
  readonly keepArray?: boolean
  /** `[]` within a path. */
  readonly keepSingletonArray?: boolean
  /** An array constructor as a path step: its array is not flattened. */
  readonly consarray?: boolean
  /** The lambda that the parser wraps around a tail call. */
  readonly thunk?: boolean
  /** The signature of a lambda. */
  readonly signature?: { readonly definition: string; readonly validate?: unknown }
}

export type Pair = readonly [key: Node, value: Node]

/** A filter, or `#$index` after one. */
export interface Stage {
  readonly type: string
  readonly value?: unknown
  readonly expr?: Node
}

/** Every object in the tree, parents first. */
export function* walkNodes(root: unknown): Generator<Readonly<Record<string, unknown>>> {
  const stack = [root]
  while (stack.length > 0) {
    const node = stack.pop()
    if (typeof node !== 'object' || node === null) continue
    if (!Array.isArray(node)) yield node as Readonly<Record<string, unknown>>
    stack.push(...Object.values(node).reverse())
  }
}

/** The name of a path that consists of one plain field. */
export function getBareName(node: Node): string | undefined {
  const [step, ...rest] = node.type === 'path' ? (node.steps ?? []) : []
  return step?.type === 'name' && rest.length === 0 && typeof step.value === 'string' ? step.value : undefined
}

/** Direct children, except arguments, steps, filters and grouping, which need handling of their own. */
export function getChildren(node: Node): readonly Node[] {
  const lhs = Array.isArray(node.lhs) ? flattenPairs(node.lhs as readonly Pair[]) : [node.lhs as Node | undefined]
  const rest = [node.rhs, node.expression, node.condition, node.then, node.else]
  const transform = [node.pattern, node.update, node.delete]
  const lists = [...(node.expressions ?? []), ...(node.terms ?? []).map((term) => term.expression)]
  return [...lhs, ...rest, ...transform, ...lists].filter((child) => child !== undefined)
}

export const flattenPairs = (pairs: readonly Pair[] | undefined): readonly Node[] => (pairs ?? []).flat()

/** The names that these statements of a block bind. */
export const getBoundNames = (statements: readonly Node[]): ReadonlySet<string> =>
  new Set(statements.filter(({ type }) => type === 'bind').map(({ lhs }) => String((lhs as Node).value)))
