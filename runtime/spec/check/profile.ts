/** Checks that the profile says only what is true of the person, whichever event it travels with. */
import type { Value } from '../../expression/check/value.ts'
import type { CompiledSet } from '../compile/properties.ts'
import type { SpecNode } from '../compile/spec-node.ts'
import type { DiagnosticText } from '../diagnostic.ts'
import type { Profile } from '../generated/documents.ts'
import type { LookupSpec, ProfileMapping, Property, StreamSpec } from '../spec.ts'
import { describeTime } from './results.ts'

export interface ProfileCheckInput {
  readonly document: Profile
  readonly profile: ProfileMapping
  /** Its property sets. */
  readonly sets: readonly CompiledSet[]
  readonly lookups: ReadonlyMap<string, LookupSpec>
  readonly streams: ReadonlyMap<string, StreamSpec>
}

/** `node` is the root of the profile's file. */
export function checkProfile(input: ProfileCheckInput, node: SpecNode): void {
  const { profile, lookups, streams } = input
  const stream = streams.get(lookups.get('contact')?.preloadFrom ?? '')
  if (stream !== undefined && stream.resource !== profile.resource) {
    const message = `the profile is of a ${profile.resource}, and the lookup "contact" gives a ${stream.resource}`
    const help = `write resource: ${stream.resource}; what a ${profile.resource} tells of a person belongs to the properties of its metrics`
    node.at('resource').error({ code: 'spec/profile-of-another-resource', message, help })
  }
  const ofEvents = profile.lookups.filter((name) => dependsOnEvent(name, lookups))
  warnOfEventValues([...ofEvents, NOTIFICATION], input, node)
  refuseSkippingProperties(input, node)
  refuseLateRules(input, node)
}

/** Whether the value of a lookup belongs to the record of an event, not to the contact alone. */
export function dependsOnEvent(
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

/** A warning, as one may want the last assignee. A property of a set is reported where the set is included. */
function warnOfEventValues(
  names: readonly string[],
  { profile, document, sets }: ProfileCheckInput,
  node: SpecNode,
): void {
  const findName = ({ expr }: Property) => names.find((name) => expr.variables.has(name))
  for (const section of ['attributes', 'properties'] as const) {
    for (const property of profile[section]) {
      const name = findName(property)
      const own = document[section]?.[property.name]
      if (name === undefined || own === undefined) continue
      const place = node.at(section, property.name, ...(typeof own === 'string' ? [] : ['expr']))
      const offset = property.expr.text.indexOf(`$${name}`)
      place.warnWithin(describe(name), [offset, offset + name.length + 1])
    }
  }
  for (const [index, set] of sets.entries()) {
    const kept = set.properties.filter((property) => profile.properties.includes(property))
    const name = kept.map(findName).find((each) => each !== undefined)
    if (name !== undefined) node.at('include', index).warn(describe(name, `, and "${set.name}" reads it`))
  }
}

/** Rules of a set may read lookups for metrics. Those of a profile are evaluated before any: a deleted contact has none. */
function refuseLateRules({ profile, sets, lookups }: ProfileCheckInput, node: SpecNode): void {
  for (const [index, { name, skip }] of sets.entries()) {
    for (const rule of skip.filter((each) => profile.skip.includes(each))) {
      const late = [...rule.when.variables].find((variable) => variable !== 'contact' && lookups.has(variable))
      if (late === undefined) continue
      const message = `the rule "${rule.reason}" of ${name} reads "$${late}", which a profile looks up after its rules`
      const help = `remove the rule here: skip: { ${rule.reason}: ~ }`
      node.at('include', index).error({ code: 'spec/late-rule', message, help })
    }
  }
}

/** A profile has its own rules: of a property alone, an event's would not be clear. */
function refuseSkippingProperties({ profile, document }: ProfileCheckInput, node: SpecNode): void {
  for (const section of ['attributes', 'properties'] as const) {
    for (const { name, whenMissing, expr } of profile[section]) {
      if (whenMissing.action !== 'skip') continue
      const place = document[section]?.[name] ? node.at(section, name, 'whenMissing') : node.at('include')
      const message = `"${name}" cannot skip the profile when it is missing`
      const help = `write a rule under "skip" of the profile: ${whenMissing.reason}: $not($exists(${expr.text}))`
      place.error({ code: 'spec/skip-in-profile', message, help })
    }
  }
}

const NOTIFICATION = 'notification'

function describe(name: string, addition = ''): DiagnosticText {
  const isLookup = name !== NOTIFICATION
  const origin = isLookup ? 'is looked up for the record of each event' : 'is that of each event'
  const lookups = isLookup ? '; of the contact are lookups with "from: contact" in connector.yaml' : ''
  return {
    code: 'spec/event-in-profile',
    message: `"$${name}" ${origin}${addition}, so each event would change the profile`,
    help: `use it in the properties of metrics${lookups}`,
  }
}

const LAST_CHANGE = 'use the time of the last change'

/** A time that never changes cannot tell which state is newer. */
export function checkUpdatedAt(result: Value, node: SpecNode): void {
  const words = describeTime(result, node.context.fields.file)
  const { field } = result
  if (words !== undefined) node.warn({ ...words, help: LAST_CHANGE })
  else if ((field?.type.isFixed && !field.isComputed) || /\.created_at$/.test(field?.name ?? '')) {
    const message = `${field?.name} never changes, so an older state would overwrite a newer one`
    node.warn({ code: 'spec/fixed-update-time', message, help: LAST_CHANGE })
  }
}
