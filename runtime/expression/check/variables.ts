/** The names an expression takes from outside that are no functions: what must be bound, and so what must be looked up. */
import { type Node, nodes } from '../compiler/ast.ts'
import { builtins } from '../compiler/runtime/functions/builtins.ts'
import type { FunctionTable } from '../functions.ts'
import { references } from './references.ts'

/** Without `$`. */
export function variablesOf(root: Node, functions: FunctionTable): ReadonlySet<string> {
  const named = references(root).filter(({ kind }) => kind !== 'bare')
  const variables = new Set([...named.map(({ name }) => name), ...perhapsBound(root)])
  for (const name of variables) if (isFunction(name, functions)) variables.delete(name)
  return variables
}

/** `(c ? $a := 1; $a)`: unless `c`, it is the `$a` from outside. Only what a block binds in a line of its own is sure. */
function perhapsBound(root: Node): ReadonlySet<string> {
  const sure = new Set<unknown>([root])
  const found = new Set<string>()
  // Parents come first.
  for (const node of nodes(root)) {
    if (node.type === 'block') for (const each of node.expressions as readonly Node[]) sure.add(each)
    if (node.type === 'bind' && !sure.has(node)) found.add(String((node.lhs as Node).value))
  }
  return found
}

/** All names with a `$` in it, and that by which a transform copies without a word. */
export function namesIn(root: Node): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { type, value } of nodes(root)) {
    if (type === 'variable') names.add(String(value))
    if (type === 'transform') names.add('clone')
  }
  return names
}

/** Functions that it may take by name. What is bound to such a name goes before them. */
export const functionsOf = (root: Node, functions: FunctionTable): readonly string[] =>
  [...namesIn(root)].filter((name) => isFunction(name, functions))

/** Built in, or the connector's own. */
export const isFunction = (name: string, functions: FunctionTable): boolean =>
  Object.hasOwn(builtins, name) || functions.some((each) => each.name === name)
