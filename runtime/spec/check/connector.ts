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
  for (const { name, refreshes, permission } of names.resources.values()) {
    if (refreshes !== undefined)
      resolveName('lookup', refreshes, names.lookups, ['resources', name, 'refreshes'], yaml, context)
    if (permission !== undefined)
      resolveName('permission', permission, names.permissions, ['resources', name, 'permission'], yaml, context)
  }
  resolveName('lookup', 'contact', names.lookups, ['lookups'], yaml, context)
  for (const lookup of names.lookups.values()) checkLookup(lookup, names, yaml, context)
  checkTopicOwners(names, yaml, context)
}

function checkLookup(lookup: LookupSpec, names: Named, yaml: YamlFile, context: Context): void {
  const { name, of, sweep, table, item, batch, permission } = lookup
  const path = ['lookups', name]
  if (isFunction(name, context.functions)) {
    const message = `"$${name}" is a function, so a lookup cannot have its name`
    context.error(yaml, yaml.keySpan(path), { code: 'spec/name-taken', message, help: 'give the lookup another name' })
  }
  if (of !== undefined) resolveName('lookup', of, names.lookups, [...path, 'of'], yaml, context)
  if (permission !== undefined)
    resolveName('permission', permission, names.permissions, [...path, 'permission'], yaml, context)
  if (sweep !== undefined) resolveName('stream', sweep, names.streams, [...path, 'sweep'], yaml, context)
  if (table === undefined && item === undefined) {
    const message = `lookup "${name}" says no way to fetch it`
    const help = 'give it item (one request for one key) or table (one request for all)'
    context.error(yaml, yaml.keySpan(path), { code: 'spec/lookup-without-request', message, help })
  }
  if (table !== undefined && (item !== undefined || batch !== undefined || sweep !== undefined)) {
    const message = `lookup "${name}" is a table and has other ways besides`
    const help = 'a table holds every key already: leave out item, batch and sweep'
    context.error(yaml, yaml.keySpan(path), { code: 'spec/lookup-with-two-ways', message, help })
  }
  if (dependsOn(name, lookup, names.lookups)) {
    const message = `lookup "${name}" is worked out from itself`
    context.error(yaml, yaml.keySpan(path), { code: 'spec/lookup-cycle', message, help: 'look at of and key' })
  }
}

/** Whether a lookup is needed for itself, by way of others. */
function dependsOn(
  target: string,
  { of, key }: LookupSpec,
  lookups: ReadonlyMap<string, LookupSpec>,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  const needed = [...(of === undefined ? [] : [of]), ...(key?.variables ?? [])]
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
