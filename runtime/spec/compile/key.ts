/** Compiles an occurrence's key: a literal name, then expressions with equal values on every ingress. */
import type { Kind } from '../../expression/check/field-type.ts'
import { listChanges, type Value } from '../../expression/check/value.ts'
import type { Expression } from '../../expression/expression.ts'
import { describeChange, describeKeyOfTimes, describeSharedKey } from '../check/key-changes.ts'
import { getNotification } from '../check/known-fields.ts'
import type { Mapping } from '../generated/documents.ts'
import type { Scope, SpecNode } from './spec-node.ts'

const VOLATILE_HELP = 'a webhook, its retry and a backfill must give the same key: use ids and times of the record'

/** The known fields of the record and of `$part`, and the result of `each`. */
export interface KeyShapes extends Pick<Scope, 'input' | 'part' | 'absences'> {
  readonly parts: Value | undefined
}

/** `node` is the mapping's root. */
export function compileKey(document: Mapping, shapes: KeyShapes, node: SpecNode): readonly Expression[] {
  const { key, from, each } = document
  const [name = '', ...rest] = key
  const usage = { hasStream: from.stream !== undefined, hasParts: each !== undefined }
  // No lookups: their values may change, and a key must not.
  const scope = {
    ...shapes,
    absences: new Map([...(shapes.absences ?? [])].filter(([path]) => path !== '$notification')),
    variables: [...(usage.hasParts ? ['part'] : []), 'notification'],
    volatileHelp: VOLATILE_HELP,
    key: { notification: getNotification(usage.hasStream || usage.hasParts) },
  }
  const { diagnostics } = node.context
  const before = diagnostics.length
  const literal = compileName(name, node.at('key', 0))
  const identifying: Expression[] = []
  const results: Value[] = []
  const expressions = rest.map((_, index) => {
    const item = node.at('key', index + 1)
    const { expression, result } = item.compile(scope)
    // One place may be read by several roads: as an item of a list, and as a field.
    const changes = new Map(listChanges(result).map((change) => [change.span?.[0], change] as const))
    for (const change of changes.values()) {
      item.errorWithin(describeChange(change, { ...shapes, ...usage, file: node.context.fields.file }), change.span)
    }
    if (changes.size === 0) warnOfAbsence(result, document, item)
    if (!isKindOfThing(result)) identifying.push(expression)
    results.push(result)
    return expression
  })
  const isOfPart = identifying.some(({ variables }) => variables.has('part'))
  const isShared = each !== undefined && !isOfPart && mayBeSeveral(shapes.parts)
  if (isShared && diagnostics.length === before) node.at('key').warn(describeSharedKey(shapes.part))
  else if (results.every(isTime) && diagnostics.length === before) node.at('key').warn(describeKeyOfTimes(shapes))
  return [literal, ...expressions]
}

/** A text that many can have, such as a type. */
const isKindOfThing = ({ field }: Value): boolean =>
  field !== undefined &&
  !field.isComputed &&
  field.type.idOf === undefined &&
  /(^|[._])(type|state|role|category)$/.test(field.name)

const isTime = ({ field }: Value): boolean =>
  field !== undefined && field.type.kinds.size > 0 && [...field.type.kinds].every((kind) => TIMES.has(kind))

const TIMES: ReadonlySet<Kind> = new Set(['seconds', 'milliseconds', 'date'])

/** One object has no list to choose from. */
export const mayBeSeveral = (parts: Value | undefined): boolean =>
  parts?.shape === undefined || parts.plural !== undefined

/** Unless the mapping asks for the field before. */
function warnOfAbsence({ field }: Value, { when = '', each = '' }: Mapping, node: SpecNode): void {
  if (field === undefined || field.isComputed || !field.type.isOptional) return
  const name = field.name.slice(field.name.lastIndexOf('.') + 1)
  if (`${when} ${each}`.includes(name)) return
  const message = `${field.name} may be absent, and an event without a part of its key fails`
  node.warn({
    code: 'spec/absent-key',
    message,
    help: `leave out such records with "when": $exists(${node.text().value})`,
  })
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
