/** Compiles the section `people` of connector.yaml. */
import type { Value } from '../../expression/check/value.ts'
import { suggest } from '../../expression/did-you-mean.ts'
import { EXCLUDED_ROLE, EXCLUDED_TAG } from '../../ports/ledger.ts'
import { dependsOnEvent } from '../check/profile.ts'
import { collectLookups } from '../compile/lookups.ts'
import { createMappingScope } from '../compile/mapping.ts'
import { resolveName } from '../compile/resolve-name.ts'
import type { CompiledExpression, Scope, SpecNode } from '../compile/spec-node.ts'
import type { Connector } from '../generated/documents.ts'
import type { LookupSpec } from '../spec.ts'
import { checkDomains } from './check-domains.ts'
import type { DeletionSpec, ExclusionRule, PeopleSpec } from './people-spec.ts'

type People = NonNullable<Connector['people']>

export interface PeopleNames {
  readonly lookups: ReadonlyMap<string, LookupSpec>
  /** The resource of the profile, which the expressions read. */
  readonly resource: string | undefined
}

export interface CompiledPeople {
  readonly people: PeopleSpec
  /** Lookups of all its expressions, also of those that nothing uses. */
  readonly namedLookups: readonly string[]
}

/** `node` is the root of connector.yaml. */
export function compilePeople(people: People | undefined, names: PeopleNames, node: SpecNode): CompiledPeople {
  if (people === undefined) return { people: { onlyKnown: false, lookups: [] }, namedLookups: [] }
  const here = node.at('people')
  const input = names.resource === undefined ? undefined : node.context.fields.shapes.get(names.resource)
  const scope = createPeopleScope(names.lookups, input)
  const compile = (name: 'role' | 'tags') => (people[name] === undefined ? undefined : here.at(name).compile(scope))
  const [role, tags] = [compile('role'), compile('tags')]
  const { domains = [], roles, tags: tagNames, when = {} } = people.exclude ?? {}
  const exclude = here.at('exclude')
  if (role !== undefined && roles !== undefined) warnOfUnknownRoles(roles, role.result, exclude.at('roles'))
  const rules: readonly ExclusionRule[] = [
    ...listRule(EXCLUDED_ROLE, roles, requireReader(role, roles && 'role', exclude.at('roles'))),
    ...listRule(EXCLUDED_TAG, tagNames, requireReader(tags, tagNames && 'tags', exclude.at('tags'))),
    ...Object.keys(when).map((reason) => ({ reason, expr: exclude.at('when', reason).expression(scope) })),
  ]
  const deletion = compileDeletion(people, names, here)
  const used = rules.map(({ expr }) => expr)
  const readers = [role, tags].flatMap((one) => one?.expression ?? [])
  return {
    people: {
      ...(people.exclude && { exclude: { domains: checkDomains(domains, exclude.at('domains')), rules } }),
      onlyKnown: people.onlyKnown ?? false,
      ...(deletion && people.onDelete === 'delete' && { deletion }),
      lookups: collectLookups(used, names.lookups),
    },
    namedLookups: [...collectLookups([...readers, ...used], names.lookups), ...Object.values(people.sameAddress ?? {})],
  }
}

/** A person is judged alike with each event, so nothing of an event is bound. */
function createPeopleScope(lookups: PeopleNames['lookups'], input: Scope['input']): Scope {
  const { variables, ...scope } = createMappingScope(lookups, false)
  const isOfPerson = (name: string) => name !== 'notification' && !dependsOnEvent(name, lookups)
  return { ...scope, variables: [...variables].filter(isOfPerson), input }
}

function listRule(
  reason: string,
  values: readonly string[] | undefined,
  reader: CompiledExpression | undefined,
): ExclusionRule[] {
  if (values === undefined || reader === undefined) return []
  return [{ reason, expr: reader.expression, values: new Set(values.map((one) => one.trim().toLowerCase())) }]
}

/** A list of roles or tags says nothing without the expression that reads them. */
function requireReader(
  reader: CompiledExpression | undefined,
  name: string | undefined,
  node: SpecNode,
): CompiledExpression | undefined {
  if (reader !== undefined || name === undefined) return reader
  const message = `"${node.path.at(-1)}" has no effect without people.${name}`
  const help = `add ${name} under people: an expression that reads it from the contact`
  node.error({ code: 'spec/people-without-reader', message, help }, node.keySpan)
  return undefined
}

/** A role that the source never has excludes no one. */
function warnOfUnknownRoles(roles: readonly string[], { field }: Value, node: SpecNode): void {
  const known = field?.type.values
  if (field === undefined || known === undefined) return
  roles.forEach((role, index) => {
    if (known.includes(role)) return
    const message = `${field.name} is never "${role}", so no one is excluded by it`
    node.at(index).warn({ code: 'spec/unknown-role', message, help: suggest(role, known) })
  })
  if (!known.every((role) => roles.includes(role))) return
  const message = `${field.name} is one of ${known.join(', ')}, so everyone is excluded and nothing is sent`
  node.warn({ code: 'spec/everyone-excluded', message, help: 'remove a role' }, node.keySpan)
}

function compileDeletion(
  { deleted, sameAddress, onDelete }: People,
  { lookups, resource = '' }: PeopleNames,
  node: SpecNode,
): DeletionSpec | undefined {
  for (const [name, lookup] of Object.entries(sameAddress ?? {}))
    resolveName(node.at('sameAddress', name), 'lookup', lookup, lookups)
  const input = node.context.fields.shapes.get(resource)
  const expression = deleted === undefined ? undefined : node.at('deleted').expression({ variables: [], input })
  if (onDelete === 'delete') {
    requireForDeletion(expression, 'deleted', node.at('onDelete'))
    requireForDeletion(sameAddress, 'sameAddress', node.at('onDelete'))
  }
  if (expression === undefined || sameAddress === undefined) return undefined
  return { deleted: expression, sameAddress: new Map(Object.entries(sameAddress)) }
}

function requireForDeletion(value: unknown, name: 'deleted' | 'sameAddress', node: SpecNode): void {
  if (value !== undefined) return
  const message = `onDelete cannot delete a profile without people.${name}`
  const purpose = {
    deleted: 'an expression that tells whether a contact was deleted',
    sameAddress: 'the lookups of all contacts with an address, by identifier',
  }
  node.error({ code: 'spec/people-without-reader', message, help: `add ${name} under people: ${purpose[name]}` })
}
