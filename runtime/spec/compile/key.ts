/** An occurrence's key: a literal name, then expressions over what is the same by every road. */
import { bareName, type Node, nodes } from '../../expression/compiler/ast.ts'
import type { Expression } from '../../expression/expression.ts'
import { isProblem } from '../../expression/parse.ts'
import type { Mapping } from '../generated/documents.ts'
import type { YamlFile } from '../yaml.ts'
import type { Context, Scope } from './context.ts'

const stable = 'a webhook, its retry and a backfill must give the same key: use ids and times of the record'

/** `shapes`: what the record and `$part` are known to hold. */
export function compileKey(
  { key, from, each }: Mapping,
  shapes: Pick<Scope, 'of' | 'part'>,
  yaml: YamlFile,
  context: Context,
): readonly Expression[] {
  const [name = '', ...rest] = key
  // Lookups are left out: what they give may change, and the key must not.
  const scope = { ...shapes, variables: [...(each === undefined ? [] : ['part']), 'notification'], stable }
  const parts = rest.map((_, index) => {
    const path = ['key', index + 1]
    const expression = context.expression(yaml, path, scope)
    checkVolatile(expression, from.stream !== undefined, path, yaml, context)
    return expression
  })
  return [compileName(name, yaml, context), ...parts]
}

/** `resolved-ticket` would be a subtraction; the first item is never an expression. */
function compileName(name: string, yaml: YamlFile, context: Context): Expression {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
    const message = `a key begins with a literal name, and "${name}" is none`
    const help = 'a word of letters, digits and -, such as resolved-ticket; expressions follow it'
    context.error(yaml, yaml.span(['key', 0]), { code: 'spec/key-name', message, help })
  }
  const literal = context.parse(JSON.stringify(name))
  const place = yaml.file.place(yaml.span(['key', 0])[0])
  if (isProblem(literal)) throw new TypeError('a JSON string is a JSONata string')
  return context.link(literal, yaml, ['key', 0], { place })
}

function checkVolatile(
  { text, variables }: Expression,
  hasStream: boolean,
  path: readonly (string | number)[],
  yaml: YamlFile,
  context: Context,
): void {
  const complain = (message: string) =>
    context.error(yaml, yaml.span(path), { code: 'spec/volatile-key', message, help: stable })
  if (hasStream && variables.has('notification')) complain('the key uses $notification, which history does not have')
  const parsed = context.parse(text)
  if (!isProblem(parsed) && readsUpdatedAt(parsed.root)) {
    complain('the key uses updated_at of the whole record, which changes with everything that happens to it')
  }
}

/** `updated_at` as a path of its own; within another (`rating.updated_at`) it is a part's, and stands still. */
function readsUpdatedAt(root: Node): boolean {
  const inner = new Set<unknown>()
  for (const node of nodes(root)) {
    if (inner.has(node)) continue
    if (bareName(node as unknown as Node) === 'updated_at') return true
    if (node.type !== 'path' || !Array.isArray(node.steps)) continue
    for (const step of node.steps.slice(1)) for (const below of nodes(step)) inner.add(below)
  }
  return false
}
