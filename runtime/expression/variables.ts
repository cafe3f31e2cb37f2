/** The names an expression takes from outside that are no functions: what must be bound, and so what must be looked up. */
import type { Node } from './ast.ts'
import { builtins } from './builtins.ts'
import type { FunctionTable } from './functions.ts'
import { references } from './references.ts'

/** Without `$`. */
export function variablesOf(root: Node, functions: FunctionTable): ReadonlySet<string> {
  const named = references(root)
  const variables = new Set(named.map(({ name }) => name))
  for (const { name, kind } of named) if (kind === 'bare' || isFunction(name, functions)) variables.delete(name)
  return variables
}

/** Built in, or the connector's own. */
export const isFunction = (name: string, functions: FunctionTable): boolean =>
  Object.hasOwn(builtins, name) || functions.some((each) => each.name === name)
