/** What the destination would refuse of every event, said before the first is sent. */
import { suggest } from '../../expression/did-you-mean.ts'
import type { Context } from '../compile/context.ts'
import { size } from '../compile/units.ts'
import type { Connector, Properties } from '../generated/documents.ts'
import type { ProfileMapping } from '../profile-mapping.ts'
import type { Document, SpecDocuments } from '../read.ts'
import type { Span, YamlFile } from '../yaml.ts'
import type { Compiled } from './mappings.ts'

export interface DestinationCheckInput {
  readonly destination: Connector['destination']
  readonly documents: SpecDocuments
  readonly compiled: readonly Compiled[]
  readonly profile: ProfileMapping | undefined
}

/** What the destination's code looks for under `destination`, by name. */
export interface DestinationNames {
  /** All must be there. */
  readonly endpoints: readonly string[]
  /** One that is left out does not limit. */
  readonly limits: readonly string[]
}

export function checkDestinationLimits(
  { destination, documents, compiled, profile }: DestinationCheckInput,
  context: Context,
): void {
  const { reservedPrefix } = destination
  for (const one of compiled) checkLimits(one, destination, context)
  if (documents.profile) checkAttributes(documents.profile, destination.attributes, context)
  if (reservedPrefix === undefined) return
  for (const { document, yaml } of [...documents.mappings, ...documents.sets]) {
    warnOfReserved(document.properties, reservedPrefix, yaml, context)
  }
  if (documents.profile && profile) refuseReserved(documents.profile, profile, reservedPrefix, context)
}

/** A limit of another name would limit nothing, and an endpoint of another name is not found when it is needed. */
export function checkNames({ document, yaml }: Document<'connector'>, names: DestinationNames, context: Context) {
  const { endpoints, limits } = document.destination
  const unknown = (what: 'endpoint' | 'limit', given: object, known: readonly string[]): boolean => {
    const others = Object.keys(given).filter((name) => !known.includes(name))
    for (const name of others) {
      const message = `the destination has no ${what} "${name}"`
      const span = yaml.keySpan(['destination', `${what}s`, name])
      context.error(yaml, span, { code: `spec/unknown-${what}`, message, help: suggest(name, known) })
    }
    return others.length > 0
  }
  unknown('limit', limits, names.limits)
  // One that is misspelt is told of once.
  if (unknown('endpoint', endpoints, names.endpoints)) return
  for (const name of names.endpoints.filter((name) => !Object.hasOwn(endpoints, name))) {
    const message = `destination.endpoints lacks "${name}"`
    const help = 'give its path and its windows'
    context.error(yaml, yaml.keySpan(['destination', 'endpoints']), { code: 'spec/missing-endpoint', message, help })
  }
}

function checkAttributes(
  { document, yaml }: Document<'profile'>,
  known: readonly string[] | undefined,
  context: Context,
): void {
  for (const name of Object.keys(document.attributes)) {
    if (known === undefined || known.includes(name)) continue
    const message = `the destination has no attribute "${name}", and would refuse the profile`
    const help = `a name of your own belongs under "properties"; ${suggest(name, known)}`
    context.error(yaml, yaml.keySpan(['attributes', name]), { code: 'spec/unknown-attribute', message, help })
  }
}

/** In characters and in numbers of properties, as the destination counts them. */
function checkLimits({ document, yaml, mapping }: Compiled, destination: Destination, context: Context): void {
  const { limits, metricPrefix = '' } = destination
  const over = (count: number, limit: string, what: string, span: Span, help: string): void => {
    const most = size(limits[limit] ?? Number.POSITIVE_INFINITY)
    const message = `${what}, and the destination takes ${most}`
    if (count > most) context.error(yaml, span, { code: 'spec/over-limit', message, help })
  }
  const { length } = metricPrefix + document.metric
  const name = `the metric's name has ${length} characters${metricPrefix && ` with the prefix "${metricPrefix}"`}`
  over(length, 'metric', name, yaml.span(['metric']), 'give it a shorter name')
  const count = mapping.properties.length
  const help = 'leave some out; `NAME: ~` drops one of a property set'
  over(count, 'properties', `the event has ${count} properties`, yaml.keySpan(['properties']), help)
}

type Destination = Connector['destination']

function warnOfReserved(own: Properties | undefined, reservedPrefix: string, yaml: YamlFile, context: Context): void {
  for (const [name, value] of Object.entries(own ?? {})) {
    if (value === null || !name.startsWith(reservedPrefix)) continue
    const message = `"${name}" may mean something to the destination: it keeps names with "${reservedPrefix}" for itself`
    const help = `name it without the "${reservedPrefix}", unless that is what you want`
    context.warn(yaml, yaml.keySpan(['properties', name]), { code: 'spec/reserved-name', message, help })
  }
}

/** An error: such a name may change what a person agreed to. Those of a property set are told where it is used. */
function refuseReserved(
  { document, yaml }: Document<'profile'>,
  { properties }: ProfileMapping,
  reservedPrefix: string,
  context: Context,
): void {
  for (const { name } of properties) {
    if (!name.startsWith(reservedPrefix)) continue
    const isOwn = Object.hasOwn(document.properties ?? {}, name)
    const message = `the profile may not have "${name}": the destination keeps names with "${reservedPrefix}" for itself`
    const help = `name it without the "${reservedPrefix}"; what a person agreed to is never changed`
    const span = isOwn ? yaml.keySpan(['properties', name]) : yaml.span(['include'])
    context.error(yaml, span, { code: 'spec/reserved-name', message, help })
  }
}
