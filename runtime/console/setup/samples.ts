/** A sample value of each property: of the newest records, masked, else of example records mapped by the running spec. */
import { isObject } from '../../lib/json.ts'
import { withTimeout } from '../../lib/with-timeout.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { PreviewItem } from '../../mapping/preview.ts'
import { measureCoverage } from '../../plan/coverage.ts'
import { toFault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import type { PageContext } from '../types.ts'

export interface Samples {
  readonly kind: 'recorded' | 'example' | 'none'
  /** By metric, or `Profile`, and property. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Of each metric. */
const LIMITS = { events: 5, time: 100 }
/** Milliseconds for all examples. */
const TIMEOUT = 3_000
/** Characters of one value. */
const MAX_LENGTH = 80

export async function loadSamples(context: PageContext): Promise<Samples> {
  const recorded = await recordedSamples(context)
  if (recorded.size > 0) return { kind: 'recorded', values: recorded }
  const examples = await exampleSamples(context).catch((error: unknown) => {
    context.options.logger.debug(`no examples of records: ${toFault(error).message}`)
    return new Map<string, Map<string, string>>()
  })
  return { kind: examples.size > 0 ? 'example' : 'none', values: examples }
}

async function recordedSamples({ options: { connector, clock } }: PageContext): Promise<Samples['values']> {
  const { store, spec, preview } = connector
  const found = new Map<string, Map<string, string>>()
  if (store.hasLedger === false) return found
  for (const name of [PROFILE, ...spec.mappings.map(({ metric }) => metric)]) {
    const { properties } = await measureCoverage(name, LIMITS, { store, spec, preview, clock })
    const values = properties.flatMap(({ name, samples: [sample] }) =>
      sample === undefined ? [] : [[name, sample] as const],
    )
    if (values.length > 0) found.set(name, new Map(values))
  }
  return found
}

async function exampleSamples({ options }: PageContext): Promise<Map<string, Map<string, string>>> {
  const { connector, exampleRecords } = options
  const found = new Map<string, Map<string, string>>()
  if (exampleRecords === undefined) return found
  await withTimeout(TIMEOUT, options, async (signal) => {
    for (const record of await exampleRecords()) {
      if (signal.aborted) return
      for (const item of (await connector.preview(record)).items)
        addItem(item, connector.spec.destination.metricPrefix, found)
    }
  })
  return found
}

/** The first value of each property. */
function addItem(item: PreviewItem, prefix: string, found: Map<string, Map<string, string>>): void {
  if (!('profile' in item)) return
  const add = (metric: string, values: Json) => {
    const known = found.get(metric) ?? new Map<string, string>()
    found.set(metric, known)
    if (isObject(values))
      for (const [name, value] of Object.entries(values))
        if (!known.has(name) && value !== undefined) known.set(name, format(value))
  }
  if ('metric' in item)
    add(item.metric.startsWith(prefix) ? item.metric.slice(prefix.length) : item.metric, item.properties)
  const { properties = {}, location = {}, ...attributes } = item.profile as Record<string, Json>
  for (const values of [attributes, location, properties]) add(PROFILE, values as Json)
}

function format(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}
