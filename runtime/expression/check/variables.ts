/** Finds the free variables of an expression: the caller looks up and binds their values. */
import { type Node, walkNodes } from '../compiler/ast.ts'
import { BUILTIN_SIGNATURES } from '../compiler/runtime/functions/builtins.ts'
import type { FunctionTable } from '../functions.ts'
import { findReferences } from './references.ts'

/** Without `$`. */
export function findVariables(root: Node, functions: FunctionTable): ReadonlySet<string> {
  const references = findReferences(root).filter(({ kind }) => kind !== 'bare')
  const variables = new Set([...references.map(({ name }) => name), ...findConditionallyBound(root)])
  for (const name of variables) if (isFunctionName(name, functions)) variables.delete(name)
  return variables
}

/** `(c ? $a := 1; $a)` reads the caller's `$a` unless `c`. Only a statement of a block binds its name for certain. */
function findConditionallyBound(root: Node): ReadonlySet<string> {
  const statements = new Set<unknown>([root])
  const found = new Set<string>()
  // Parents come first.
  for (const node of walkNodes(root)) {
    if (node.type === 'block') for (const statement of node.expressions as readonly Node[]) statements.add(statement)
    if (node.type === 'bind' && !statements.has(node)) found.add(String((node.lhs as Node).value))
  }
  return found
}

/** Every name with a `$`, and `clone`, which a transform calls without naming it. */
export function collectVariableNames(root: Node): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { type, value } of walkNodes(root)) {
    if (type === 'variable') names.add(String(value))
    if (type === 'transform') names.add('clone')
  }
  return names
}

/** Functions that the expression names. A binding of the same name takes precedence. */
export const findFunctionNames = (root: Node, functions: FunctionTable): readonly string[] =>
  [...collectVariableNames(root)].filter((name) => isFunctionName(name, functions))

/** Whether the name is that of a built-in function or of one of the connector's. */
export const isFunctionName = (name: string, functions: FunctionTable): boolean =>
  Object.hasOwn(BUILTIN_SIGNATURES, name) || functions.some((each) => each.name === name)
