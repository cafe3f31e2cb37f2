/** Finds expressions whose compiled code calls JSONata itself, for a function without a version of our own. */
import { type Node, walkNodes } from './ast.ts'
import { hasOwnVersion } from './runtime/functions/builtin-functions.ts'
import { BUILTIN_SIGNATURES } from './runtime/functions/builtins.ts'

const isBuiltin = (name: string): boolean => Object.hasOwn(BUILTIN_SIGNATURES, name)

export function needsEngine(root: Node): boolean {
  const called = new Set<unknown>()
  for (const node of walkNodes(root)) {
    const { type, procedure, value } = node as unknown as Node
    if (type === 'transform' || type === 'partial') return true
    if (type === 'function') called.add(procedure)
    const isName = type === 'variable' && isBuiltin(String(value))
    // Passed as a value it needs JSONata's number of parameters.
    if (isName && !called.has(node)) return true
    if (isName && !hasOwnVersion(String(value))) return true
    if (type === 'function' && procedure?.value === 'toMillis' && (node.arguments as readonly Node[]).length > 1)
      return true
  }
  return false
}
