/** Compiles the profile's file to a `ProfileMapping`. */
import { suggest } from '../../expression/did-you-mean.ts'
import { checkProfile, checkUpdatedAt } from '../check/profile.ts'
import { checkTopics, resolveResource } from '../check/topics.ts'
import type { Profile } from '../generated/documents.ts'
import type { ProfileMapping } from '../spec.ts'
import { collectLookups } from './lookups.ts'
import { createMappingScope, includeSets, listEarlyVariables, type SpecNames } from './mapping.ts'
import { compileProperties, compileSkip } from './properties.ts'
import type { Scope, SpecNode } from './spec-node.ts'

export function compileProfile(
  document: Profile,
  names: Omit<SpecNames, 'profileLookups'>,
  node: SpecNode,
): { readonly profile: ProfileMapping; readonly scope: Scope } {
  const { resource, identifiers } = document
  const topics = document.from?.webhook?.topics ?? []
  const resourceSpec = resolveResource(node.at('resource'), resource, names.topics)
  if (resourceSpec) checkTopics(node.at('from', 'webhook', 'topics'), topics, resourceSpec, names.topics)
  const sets = includeSets(document.include, names, node.at('include'))
  // A profile belongs to a person, whatever event it travels with, so there is no `$part`.
  const scope = { ...createMappingScope(names.lookups, false), input: node.context.fields.shapes.get(resource) }
  const attributes = compileProperties(document.attributes, [], scope, node.at('attributes'))
  const properties = compileProperties(document.properties, sets, scope, node.at('properties'))
  const updatedAt =
    document.updatedAt === undefined ? undefined : node.at('updatedAt').compile({ ...scope, variables: [] })
  if (updatedAt) checkUpdatedAt(updatedAt.result, node.at('updatedAt'))
  // Evaluated before any lookup: a deleted contact has none.
  const skipScope = { ...scope, variables: [...listEarlyVariables(false), 'contact'] }
  const skip = compileSkip(document.skip, sets, skipScope, node.at('skip'))
  checkIdentifiers(document, node)
  const expressions = [...attributes, ...properties].map(({ expr }) => expr)
  const lookups = collectLookups([...expressions, ...skip.map(({ when }) => when)], names.lookups)
  const profile: ProfileMapping = {
    file: node.file,
    resource,
    topics: new Set(topics),
    skip,
    attributes,
    identifiers,
    ...(updatedAt && { updatedAt: updatedAt.expression }),
    properties,
    // The contact is the profile's own input.
    lookups: lookups.filter((name) => name !== 'contact'),
  }
  checkProfile({ document, profile, ...names, sets }, node)
  return { profile, scope }
}

function checkIdentifiers({ identifiers, attributes }: Profile, node: SpecNode): void {
  const names = Object.keys(attributes).filter((name) => attributes[name] !== null)
  identifiers.forEach((name, index) => {
    if (names.includes(name)) return
    const message = `identifier "${name}" is not one of the attributes`
    const attribute = node.at('attributes', name)
    const place = attribute.removesFromBase ? attribute.keySpan : node.at('identifiers', index).span
    node.error({ code: 'spec/unknown-identifier', message, help: suggest(name, names) }, place)
  })
}
