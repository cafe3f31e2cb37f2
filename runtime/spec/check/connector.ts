/** Checks references and limits within connector.yaml that its schema cannot express. */
import { isFunctionName } from '../../expression/check/variables.ts'
import { resolveName } from '../compile/resolve-name.ts'
import type { SpecNode } from '../compile/spec-node.ts'
import type { LookupSpec, Spec } from '../spec.ts'

type ConnectorNames = Pick<Spec, 'resources' | 'streams' | 'lookups'> & {
  readonly permissions: ReadonlyMap<string, string>
}

/** `node` is the root of connector.yaml. */
export function checkConnector(names: ConnectorNames, node: SpecNode): void {
  for (const { name, resource, pageSize, lacks = [] } of names.streams.values()) {
    const stream = node.at('streams', name)
    resolveName(stream.at('resource'), 'resource', resource, names.resources)
    const { fields } = node.context.fields.shapes.get(resource) ?? {}
    if (fields)
      for (const [index, field] of lacks.entries()) resolveName(stream.at('lacks', index), 'field', field, fields)
    if (pageSize.min <= pageSize.max) continue
    const message = `the smallest page size, ${pageSize.min}, exceeds the largest, ${pageSize.max}`
    stream.at('pageSize').error({ code: 'spec/page-size', message, help: 'exchange min and max' })
  }
  for (const { name, invalidates, permission } of names.resources.values()) {
    const resource = node.at('resources', name)
    if (invalidates !== undefined) resolveName(resource.at('invalidates'), 'lookup', invalidates, names.lookups)
    if (permission !== undefined) resolveName(resource.at('permission'), 'permission', permission, names.permissions)
  }
  const lookups = node.at('lookups')
  resolveName(lookups, 'lookup', 'contact', names.lookups)
  for (const lookup of names.lookups.values()) checkLookup(lookup, names, lookups.at(lookup.name))
  checkTopicOwners(names, node.at('resources'))
}

function checkLookup(lookup: LookupSpec, names: ConnectorNames, node: SpecNode): void {
  const { name, from, preloadFrom, list, get, batch, permission } = lookup
  const report = (code: string, message: string, help: string) => node.error({ code, message, help }, node.keySpan)
  if (isFunctionName(name, node.context.functions)) {
    report('spec/name-taken', `"$${name}" is a function, so no lookup can have its name`, 'rename the lookup')
  }
  if (from !== undefined) resolveName(node.at('from'), 'lookup', from, names.lookups)
  if (permission !== undefined) resolveName(node.at('permission'), 'permission', permission, names.permissions)
  if (preloadFrom !== undefined) resolveName(node.at('preloadFrom'), 'stream', preloadFrom, names.streams)
  if (list === undefined && get === undefined) {
    const help = 'give it get (one request for one key) or list (one request for all keys)'
    report('spec/lookup-without-request', `lookup "${name}" has no request`, help)
  }
  if (list !== undefined && (get !== undefined || batch !== undefined || preloadFrom !== undefined)) {
    const help = 'list fetches every key already: remove get, batch and preloadFrom'
    report('spec/lookup-with-two-ways', `lookup "${name}" has list and other requests beside it`, help)
  }
  if (dependsOn(name, lookup, names.lookups)) {
    report('spec/lookup-cycle', `lookup "${name}" depends on itself`, 'check its from and key')
  }
}

/** Whether a lookup needs `target`, directly or through others. */
function dependsOn(
  target: string,
  { from, key }: LookupSpec,
  lookups: ReadonlyMap<string, LookupSpec>,
  visited: ReadonlySet<string> = new Set(),
): boolean {
  const needed = [...(from === undefined ? [] : [from]), ...(key?.variables ?? [])]
  return needed.some((name) => {
    if (name === target) return true
    const lookup = lookups.get(name)
    return lookup !== undefined && !visited.has(name) && dependsOn(target, lookup, lookups, new Set([...visited, name]))
  })
}

/** A topic determines the resource its webhook carries, so it belongs to one. */
function checkTopicOwners({ resources }: ConnectorNames, node: SpecNode): void {
  const owners = new Map<string, string>()
  for (const { name, topics } of resources.values()) {
    for (const [index, topic] of [...topics].entries()) {
      const owner = owners.get(topic)
      owners.set(topic, owner ?? name)
      if (owner === undefined) continue
      const message = `topic "${topic}" is listed under "${owner}" already`
      const help = 'list a topic under one resource only'
      node.at(name, 'topics', index).error({ code: 'spec/topic-of-two-resources', message, help })
    }
  }
}
