/** Checks the profile properties that metrics set: no other writer may touch them, and none may change who the person is. */
import type { SpecNode } from '../compile/spec-node.ts'
import type { DiagnosticText } from '../diagnostic.ts'
import type { Connector } from '../generated/documents.ts'
import type { ProfileMapping, Property, StreamSpec } from '../spec.ts'
import type { MappingFile } from './mappings.ts'

type Destination = Pick<Connector['destination'], 'attributes' | 'reservedPrefix'>

export interface SetPropertiesInput {
  readonly connector: Pick<Connector, 'destination' | 'reconcile'>
  readonly streams: ReadonlyMap<string, StreamSpec>
  readonly mappings: readonly MappingFile[]
  readonly profile: ProfileMapping | undefined
}

export function checkSetProperties({ connector, streams, mappings, profile }: SetPropertiesInput): void {
  const { destination, reconcile } = connector
  for (const { document, node, mapping } of mappings) {
    if (document.profile === undefined) continue
    const own = node.at('profile')
    // Reconciliation delivers recent events live, whether or not there is a webhook.
    const isPolled = reconcile !== undefined && streams.get(mapping.stream?.name ?? '')?.poll !== undefined
    if (document.from.webhook === undefined && !isPolled) {
      const message = 'the metric comes from history alone, which sets no profile properties'
      const help = 'add "webhook" under "from", or remove "profile"'
      own.warn({ code: 'spec/profile-never-set', message, help }, own.keySpan)
    }
    for (const property of mapping.profileProperties) {
      const problem = findProblem(property, profile, destination)
      const at: SpecNode = own.at(property.name)
      if (problem) at.error(problem, at.keySpan)
    }
  }
}

function findProblem(
  { name, isSpread, whenMissing }: Property,
  profile: ProfileMapping | undefined,
  { attributes = [], reservedPrefix }: Destination,
): DiagnosticText | undefined {
  const isSame = (other: { readonly name: string }) => other.name.toLowerCase() === name.toLowerCase()
  if (attributes.includes(name) || profile?.attributes.some(isSame)) {
    const message = `an event may not set "${name}", which is an attribute of the person`
    return { code: 'spec/attribute-set-by-event', message, help: `map it in ${profile?.file ?? 'the profile'} alone` }
  }
  if (profile?.properties.some(isSame)) {
    const message = `${profile.file} maps the profile's "${name}", too: each would overwrite the other`
    return { code: 'spec/property-of-two-writers', message, help: 'rename one of them, or remove it' }
  }
  if (reservedPrefix !== undefined && name.startsWith(reservedPrefix)) {
    const message = `the profile may not have "${name}": the destination reserves names that begin with "${reservedPrefix}"`
    return { code: 'spec/reserved-name', message, help: `remove the "${reservedPrefix}"; consent is never changed` }
  }
  if (isSpread) {
    const message = 'an event sets profile properties one by one, and none with *'
    return { code: 'spec/spread-set-by-event', message, help: 'write the name of each property' }
  }
  if (whenMissing.action === 'skip') {
    const message = 'history sets no profile property, and would send the event that this skips'
    return { code: 'spec/skip-in-profile', message, help: 'write the condition under "skip"' }
  }
  return undefined
}
