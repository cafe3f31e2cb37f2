/** Finds expressions whose compiled code calls JSONata itself, for a function without a version of our own. */
import { type Node, walkNodes } from './ast.ts'
import { hasOwnVersion, isCompiled } from './runtime/functions/builtin-functions.ts'

export function needsEngine(root: Node): boolean {
  const called = new Set<Node | undefined>()
  for (const node of [...walkNodes(root)] as unknown as readonly Node[]) {
    const { type, procedure, value, arguments: parameters = [] } = node
    if (type === 'transform' || type === 'partial') return true
    if (type === 'function') {
      called.add(procedure)
      if (procedure?.value === 'toMillis' && parameters.length > 1) return true
    }
    // Passed as a value it needs JSONata's number of parameters.
    const isOwn = called.has(node) && hasOwnVersion(String(value))
    if (type === 'variable' && isCompiled(String(value)) && !isOwn) return true
  }
  return false
}
