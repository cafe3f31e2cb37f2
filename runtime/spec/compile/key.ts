/** Compiles an occurrence's key: a literal name, then expressions with equal values on every ingress. */
import { getBareName, type Node, walkNodes } from '../../expression/compiler/ast.ts'
import type { Expression } from '../../expression/expression.ts'
import { isProblem } from '../../expression/parse.ts'
import type { Mapping } from '../generated/documents.ts'
import type { Scope, SpecNode } from './spec-node.ts'

const VOLATILE_HELP = 'a webhook, its retry and a backfill must give the same key: use ids and times of the record'

/** `node` is the mapping's root; `shapes` hold the known fields of the record and of `$part`. */
export function compileKey(
  { key, from, each }: Mapping,
  shapes: Pick<Scope, 'input' | 'part'>,
  node: SpecNode,
): readonly Expression[] {
  const [name = '', ...rest] = key
  // No lookups: their values may change, and a key must not.
  const scope = {
    ...shapes,
    variables: [...(each === undefined ? [] : ['part']), 'notification'],
    volatileHelp: VOLATILE_HELP,
  }
  const expressions = rest.map((_, index) => {
    const item = node.at('key', index + 1)
    const expression = item.expression(scope)
    checkVolatile(expression, from.stream !== undefined, item)
    return expression
  })
  return [compileName(name, node.at('key', 0)), ...expressions]
}

/** The first item is a literal, never an expression: `resolved-ticket` would be a subtraction. */
function compileName(name: string, node: SpecNode): Expression {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
    const message = `a key begins with a literal name, not with "${name}"`
    const help = 'write a word of letters, digits and -, such as resolved-ticket, and the expressions after it'
    node.error({ code: 'spec/key-name', message, help })
  }
  return node.context.linkText(name, node, { place: node.place })
}

function checkVolatile({ text, variables }: Expression, hasStream: boolean, node: SpecNode): void {
  const report = (message: string) => node.error({ code: 'spec/volatile-key', message, help: VOLATILE_HELP })
  if (hasStream && variables.has('notification')) report('the key uses $notification, which history does not have')
  const parsed = node.context.parse(text)
  if (!isProblem(parsed) && readsUpdatedAt(parsed.root)) {
    report('the key uses updated_at of the whole record, which changes with every update')
  }
}

/**
 * Whether `updated_at` is a path of its own. Within another (`rating.updated_at`) it belongs to a part and never
 * changes.
 */
function readsUpdatedAt(root: Node): boolean {
  const inner = new Set<unknown>()
  for (const node of walkNodes(root)) {
    if (inner.has(node)) continue
    if (getBareName(node as unknown as Node) === 'updated_at') return true
    if (node.type !== 'path' || !Array.isArray(node.steps)) continue
    for (const step of node.steps.slice(1)) for (const below of walkNodes(step)) inner.add(below)
  }
  return false
}
