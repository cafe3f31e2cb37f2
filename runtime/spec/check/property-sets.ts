/** Checks a property set for each file that includes it: a field may be there in one resource, and not in another. */
import type { CompileContext } from '../compile/context.ts'
import { type CompiledSet, checkProperties } from '../compile/properties.ts'
import type { Scope, SpecNode } from '../compile/spec-node.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Properties, Skip } from '../generated/documents.ts'

/** A file that includes sets. */
export interface SetUser {
  readonly document: { readonly include?: readonly string[]; readonly properties?: Properties; readonly skip?: Skip }
  readonly scope: Scope
  readonly node: SpecNode
}

export function checkPropertySets(
  sets: ReadonlyMap<string, CompiledSet>,
  all: readonly SetUser[],
  context: CompileContext,
): void {
  for (const set of sets.values()) {
    const users = all.filter(({ document }) => document.include?.includes(set.name))
    const isShared = new Set(users.map(({ scope }) => scope.input)).size > 1
    const check = ({ document, scope }: SetUser) => checkProperties(set, { document, scope: { ...scope, isShared } })
    const found = users.map((user) => ({ user, diagnostics: context.capture(() => check(user)) }))
    const shared = findShared(found.map(({ diagnostics }) => diagnostics))
    context.diagnostics.push(...(found[0]?.diagnostics.filter((each) => shared.has(identify(each))) ?? []))
    for (const { user, diagnostics } of found) {
      reportMismatch(
        set,
        user,
        diagnostics.filter((each) => !shared.has(identify(each))),
      )
    }
  }
}

const identify = ({ code, message, span }: Diagnostic): string => `${code} ${span} ${message}`

/** What is wrong for every user is wrong in the set. */
function findShared(lists: readonly (readonly Diagnostic[])[]): ReadonlySet<string> {
  const [first = [], ...rest] = lists.map((list) => list.map(identify))
  return new Set(first.filter((each) => rest.every((list) => list.includes(each))))
}

function reportMismatch({ name }: CompiledSet, { document, node, scope }: SetUser, found: readonly Diagnostic[]): void {
  const place = node.at('include', document.include?.indexOf(name) ?? 0)
  const [unknown, others] = [found.filter(isUnknownField), found.filter((each) => !isUnknownField(each))]
  const fields = [...new Set(unknown.map(({ file, span }) => file.text.slice(...span)))]
  if (fields.length > 0) {
    const few = fields.slice(0, 3).map((field) => `"${field}"`)
    const more = fields.length > few.length ? ` and ${fields.length - few.length} more` : ''
    const message = `${name} reads fields that ${scope.input?.name ?? 'the record'} does not have: ${few.join(', ')}${more}`
    const help = 'include a set of this resource, or remove these properties with `NAME: ~`'
    place.warn({ code: 'spec/set-of-another-resource', message, help })
  }
  for (const { code, message, help } of others) {
    place.warn({ code, message: `in ${name}: ${message}`, ...(help && { help }) })
  }
}

const isUnknownField = ({ code }: Diagnostic): boolean => code === 'spec/unknown-field'
