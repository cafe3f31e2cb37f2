/** What a schema cannot say about connector.yaml: the names in it fit each other. */

import { isFunction } from '../../expression/check/variables.ts'
import type { Context } from '../compile/context.ts'
import { resolveName } from '../compile/resolve-name.ts'
import type { LookupSpec, Spec } from '../spec.ts'
import type { YamlFile } from '../yaml.ts'

type Named = Pick<Spec, 'resources' | 'streams' | 'lookups'> & { readonly permissions: ReadonlyMap<string, string> }

export function checkConnector(names: Named, yaml: YamlFile, context: Context): void {
  for (const { name, resource, pageSize } of names.streams.values()) {
    resolveName('resource', resource, names.resources, ['streams', name, 'resource'], yaml, context)
    if (pageSize.min <= pageSize.max) continue
    const message = `the smallest page, of ${pageSize.min}, is larger than the largest, of ${pageSize.max}`
    context.error(yaml, yaml.span(['streams', name, 'pageSize']), { code: 'spec/page-size', message })
  }
  for (const { name, invalidates, permission } of names.resources.values()) {
    if (invalidates !== undefined)
      resolveName('lookup', invalidates, names.lookups, ['resources', name, 'invalidates'], yaml, context)
    if (permission !== undefined)
      resolveName('permission', permission, names.permissions, ['resources', name, 'permission'], yaml, context)
  }
  resolveName('lookup', 'contact', names.lookups, ['lookups'], yaml, context)
  for (const lookup of names.lookups.values()) checkLookup(lookup, names, yaml, context)
  checkTopicOwners(names, yaml, context)
}

function checkLookup(lookup: LookupSpec, names: Named, yaml: YamlFile, context: Context): void {
  const { name, from, preloadFrom, list, get, batch, permission } = lookup
  const path = ['lookups', name]
  if (isFunction(name, context.functions)) {
    const message = `"$${name}" is a function, so a lookup cannot have its name`
    context.error(yaml, yaml.keySpan(path), { code: 'spec/name-taken', message, help: 'give the lookup another name' })
  }
  if (from !== undefined) resolveName('lookup', from, names.lookups, [...path, 'from'], yaml, context)
  if (permission !== undefined)
    resolveName('permission', permission, names.permissions, [...path, 'permission'], yaml, context)
  if (preloadFrom !== undefined)
    resolveName('stream', preloadFrom, names.streams, [...path, 'preloadFrom'], yaml, context)
  if (list === undefined && get === undefined) {
    const message = `lookup "${name}" has no request`
    const help = 'give it get (one request for one key) or list (one request for all keys)'
    context.error(yaml, yaml.keySpan(path), { code: 'spec/lookup-without-request', message, help })
  }
  if (list !== undefined && (get !== undefined || batch !== undefined || preloadFrom !== undefined)) {
    const message = `lookup "${name}" has list and other requests beside it`
    const help = 'list fetches every key already: leave out get, batch and preloadFrom'
    context.error(yaml, yaml.keySpan(path), { code: 'spec/lookup-with-two-ways', message, help })
  }
  if (dependsOn(name, lookup, names.lookups)) {
    const message = `lookup "${name}" depends on itself`
    context.error(yaml, yaml.keySpan(path), { code: 'spec/lookup-cycle', message, help: 'check its from and key' })
  }
}

/** Whether a lookup is needed for itself, by way of others. */
function dependsOn(
  target: string,
  { from, key }: LookupSpec,
  lookups: ReadonlyMap<string, LookupSpec>,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  const needed = [...(from === undefined ? [] : [from]), ...(key?.variables ?? [])]
  return needed.some((name) => {
    if (name === target) return true
    const lookup = lookups.get(name)
    return lookup !== undefined && !seen.has(name) && dependsOn(target, lookup, lookups, new Set([...seen, name]))
  })
}

/** A topic says what its webhook holds, so it belongs to one resource. */
function checkTopicOwners({ resources }: Named, yaml: YamlFile, context: Context): void {
  const owners = new Map<string, string>()
  for (const { name, topics } of resources.values()) {
    for (const [index, topic] of [...topics].entries()) {
      const owner = owners.get(topic)
      owners.set(topic, owner ?? name)
      if (owner === undefined) continue
      const message = `topic "${topic}" is listed under "${owner}" already`
      const span = yaml.span(['resources', name, 'topics', index])
      context.error(yaml, span, { code: 'spec/topic-of-two-resources', message, help: 'a topic brings one resource' })
    }
  }
}
