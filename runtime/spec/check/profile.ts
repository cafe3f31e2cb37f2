/** Checks that the profile says only what is true of the person, whichever event it travels with. */
import type { Value } from '../../expression/check/value.ts'
import type { CompiledSet } from '../compile/properties.ts'
import type { SpecNode } from '../compile/spec-node.ts'
import type { LookupSpec, ProfileMapping, StreamSpec } from '../spec.ts'

export interface ProfileCheckInput {
  readonly profile: ProfileMapping
  /** Its property sets. */
  readonly sets: readonly CompiledSet[]
  readonly lookups: ReadonlyMap<string, LookupSpec>
  readonly streams: ReadonlyMap<string, StreamSpec>
}

/** `node` is the root of the profile's file. */
export function checkProfile({ profile, sets, lookups, streams }: ProfileCheckInput, node: SpecNode): void {
  const stream = streams.get(lookups.get('contact')?.preloadFrom ?? '')
  if (stream !== undefined && stream.resource !== profile.resource) {
    const message = `the profile is of a ${profile.resource}, and the lookup "contact" gives a ${stream.resource}`
    const help = `write resource: ${stream.resource}; what a ${profile.resource} tells of a person belongs to the properties of its metrics`
    node.at('resource').error({ code: 'spec/profile-of-another-resource', message, help })
  }
  const ofEvents = profile.lookups.filter((name) => dependsOnEvent(name, lookups))
  if (ofEvents.length > 0) warnOfEventLookups(ofEvents, sets, node)
}

/** Whether the value of a lookup belongs to the record of an event, not to the contact alone. */
function dependsOnEvent(
  name: string,
  lookups: ReadonlyMap<string, LookupSpec>,
  visited: ReadonlySet<string> = new Set(),
): boolean {
  const lookup = lookups.get(name)
  if (lookup?.key === undefined || visited.has(name)) return false
  const { from, key } = lookup
  if (from === undefined && !ONLY_A_VARIABLE.test(key.text)) return true
  const needed = [...(from === undefined ? [] : [from]), ...key.variables]
  return needed.some((other) => dependsOnEvent(other, lookups, new Set([...visited, name])))
}

/** `$contact.owner_id`: reads nothing of the record. */
const ONLY_A_VARIABLE = /^\s*\$\w+(\.\w+)*\s*$/

/** A warning, as one may want the last assignee. */
function warnOfEventLookups(names: readonly string[], sets: readonly CompiledSet[], node: SpecNode): void {
  const { expressions } = node.context
  const uses = (file: string) =>
    expressions
      .filter((each) => each.file === file && each.path[0] !== 'skip')
      .flatMap(({ path, expression }) => {
        const used = names.filter((name) => expression.variables.has(name))
        return used.map((name) => ({ path, name, offset: expression.text.indexOf(`$${name}`) }))
      })
  for (const { path, name, offset } of uses(node.file)) {
    node.at(...path).warnWithin(describe(name), [offset, offset + name.length + 1])
  }
  for (const [index, set] of sets.entries()) {
    const name = uses(set.node.file)[0]?.name
    if (name !== undefined) node.at('include', index).warn(describe(name, `, and "${set.name}" reads it`))
  }
}

const describe = (name: string, addition = '') => ({
  code: 'spec/event-in-profile',
  message: `"$${name}" is looked up for the record of each event${addition}, so each event would change the profile`,
  help: `use it in the properties of metrics; of the contact are lookups with "from: contact" in connector.yaml`,
})

/** A time that never changes cannot tell which state is newer. */
export function checkUpdatedAt({ field }: Value, node: SpecNode): void {
  if (field?.type.isFixed !== true) return
  const message = `${field.name} never changes, so an older state would overwrite a newer one`
  node.warn({ code: 'spec/fixed-update-time', message, help: 'use the time of the last change' })
}
