/** Compiles an occurrence's key: a literal name, then expressions with equal values on every ingress. */
import { listChanges } from '../../expression/check/value.ts'
import type { Expression } from '../../expression/expression.ts'
import { describeChange } from '../check/key-changes.ts'
import { getNotification } from '../check/known-fields.ts'
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
  const usage = { hasStream: from.stream !== undefined, hasParts: each !== undefined }
  // No lookups: their values may change, and a key must not.
  const scope = {
    ...shapes,
    variables: [...(usage.hasParts ? ['part'] : []), 'notification'],
    volatileHelp: VOLATILE_HELP,
    key: { notification: getNotification(usage.hasStream || usage.hasParts) },
  }
  const expressions = rest.map((_, index) => {
    const item = node.at('key', index + 1)
    const { expression, result } = item.compile(scope)
    // One place may be read by several roads: as an item of a list, and as a field.
    const changes = new Map(listChanges(result).map((change) => [change.span?.[0], change] as const))
    for (const change of changes.values()) {
      item.errorWithin(describeChange(change, { ...shapes, ...usage, file: node.context.fields.file }), change.span)
    }
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
