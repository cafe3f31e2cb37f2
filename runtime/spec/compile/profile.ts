/** The profile's file, checked against its schema, to a `ProfileMapping`. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Profile } from '../generated/documents.ts'
import type { ProfileMapping } from '../profile-mapping.ts'
import type { YamlFile } from '../yaml.ts'
import type { Context } from './context.ts'
import { neededLookups } from './lookups.ts'
import { type Known, mappingScope, useSets } from './mapping.ts'
import { compileProperties, compileSkip } from './properties.ts'
import { checkTopics, resolveName } from './resolve-name.ts'

type Names = Omit<Known, 'profileLookups'>

export function compileProfile(document: Profile, yaml: YamlFile, names: Names, context: Context): ProfileMapping {
  const { resource, identifiers } = document
  const topics = document.from?.webhook?.topics ?? []
  const found = resolveName('resource', resource, names.resources, ['resource'], yaml, context)
  if (found) checkTopics(topics, found, names.resources, ['from', 'webhook', 'topics'], yaml, context)
  const sets = useSets(document.include, names, yaml, context)
  // The profile is one person's, whatever event it goes with, so there is no `$part`.
  const scope = { ...mappingScope(names.lookups, false), of: context.fields.shapes.get(resource) }
  const attributes = compileProperties(document.attributes, ['attributes'], [], scope, yaml, context)
  const properties = compileProperties(document.properties, ['properties'], sets, scope, yaml, context)
  const skip = compileSkip(document.skip, sets, scope, yaml, context)
  checkIdentifiers(document, yaml, context)
  const expressions = [...attributes, ...properties].map(({ expr }) => expr)
  // The contact is what the profile is made from, so it is at hand already.
  const lookups = neededLookups([...expressions, ...skip.map(({ when }) => when)], names.lookups)
  return {
    file: yaml.file.path,
    resource,
    topics: new Set(topics),
    skip,
    attributes,
    identifiers,
    properties,
    lookups: lookups.filter((name) => name !== 'contact'),
  }
}

function checkIdentifiers({ identifiers, attributes }: Profile, yaml: YamlFile, context: Context): void {
  identifiers.forEach((name, index) => {
    if (attributes[name]) return
    const message = `identifier "${name}" is none of the attributes`
    const help = suggest(name, Object.keys(attributes))
    context.error(yaml, yaml.span(['identifiers', index]), { code: 'spec/unknown-identifier', message, help })
  })
}
