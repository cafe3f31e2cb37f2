/** Restores what JSONata's parser loses when it copies the left side of `??` and `?:` through JSON. */
import { type Node, walkNodes } from './compiler/ast.ts'

type Signature = NonNullable<Node['signature']>

interface Originals {
  /** By position. */
  readonly regexes: Map<unknown, RegExp>
  /** By definition: a signature depends on nothing else. */
  readonly signatures: Map<string, Signature>
}

/**
 * Puts the regular expressions and the signatures of lambdas back into the copies that JSONata 2.2.2 tests. The originals
 * stay in the tree as the value of the condition. Call it before either engine reads the tree.
 */
export function restoreCopies(root: Node, text: string): void {
  if (!/\?[?:]/.test(text)) return
  const nodes = [...walkNodes(root)] as unknown as Node[]
  const originals = collectOriginals(nodes)
  for (const node of nodes) restore(node, originals)
}

function collectOriginals(nodes: readonly Node[]): Originals {
  const originals: Originals = { regexes: new Map(), signatures: new Map() }
  for (const { type, value, position, signature } of nodes) {
    if (type === 'regex' && value instanceof RegExp) originals.regexes.set(position, value)
    if (signature?.validate !== undefined) originals.signatures.set(signature.definition, signature)
  }
  return originals
}

function restore(node: { -readonly [K in keyof Node]: Node[K] }, { regexes, signatures }: Originals): void {
  if (node.type === 'regex') node.value = regexes.get(node.position)
  if (node.signature !== undefined) node.signature = signatures.get(node.signature.definition) ?? node.signature
}
