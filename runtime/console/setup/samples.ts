/** Samples of what is sent: of the newest events, else of recent records of the connected source, both masked, else of example records. */
import type { SideView } from '../../auth/setup/setup.ts'
import { withTimeout } from '../../lib/with-timeout.ts'
import { coverageNames } from '../../mapping/coverage/coverage-names.ts'
import { PropertyCounter, propertiesOf } from '../../mapping/coverage/property-counter.ts'
import { type Coverage, readCoverage } from '../../mapping/coverage/stored-coverage.ts'
import { toFault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import type { Spec } from '../../spec/spec.ts'
import type { PageContext } from '../types.ts'
import { loadOwnSamples } from './own-samples.ts'
import { SampleCounter } from './sample-counter.ts'

export type SampleKind = 'recorded' | 'own' | 'example'

export interface Sample extends Coverage {
  readonly kind: SampleKind
}

export interface Samples {
  /** By metric, or `Profile`. */
  readonly metrics: ReadonlyMap<string, Sample>
  /** Why there are none of the source's own records, or not of all, as sentences. */
  readonly missing: readonly string[]
}

/** Milliseconds for all examples. */
const TIMEOUT = 3_000
/** Characters of one value. */
const MAX_LENGTH = 80

type Metrics = ReadonlyMap<string, Coverage>

export async function loadSamples(source: SideView, context: PageContext): Promise<Samples> {
  const recorded = await recordedSamples(context)
  if (recorded.size > 0) return { metrics: withKind('recorded', recorded), missing: [] }
  const [own, examples] = await Promise.all([ownSamples(source, context), loadExamples(context)])
  return {
    metrics: new Map([...withKind('example', examples), ...withKind('own', own.metrics)]),
    missing: own.missing,
  }
}

const withKind = (kind: SampleKind, metrics: Metrics): Samples['metrics'] =>
  new Map([...metrics].map(([name, coverage]) => [name, { ...coverage, kind }]))

async function recordedSamples({ options: { connector } }: PageContext): Promise<Metrics> {
  const names = coverageNames(connector.spec)
  const found = await Promise.all(names.map(async (name) => [name, await readCoverage(name, connector)] as const))
  return new Map(found.filter(([, { events }]) => events > 0))
}

async function ownSamples(
  { side: { label }, method, account, problem }: SideView,
  context: PageContext,
): Promise<{ readonly metrics: Metrics; readonly missing: readonly string[] }> {
  const none = (reason: string) => ({ metrics: new Map(), missing: [reason] })
  if (context.options.connector.previewRecent === undefined) return { metrics: new Map(), missing: [] }
  if (method === undefined)
    return none(`${label} is not connected yet. The last step of setup shows samples of your own records.`)
  if (problem !== undefined) return none(`No record of ${label} could be read: ${problem}.`)
  const { metrics, problems } = await loadOwnSamples(`${method} ${account?.id ?? ''}`, context)
  if (metrics.size === 0 && problems.length === 0) return none(`No recent record of ${label} makes an event.`)
  return {
    metrics,
    missing: problems.map(({ stream, reason }) => `Not all ${stream} of ${label} could be looked at: ${reason}.`),
  }
}

async function loadExamples(context: PageContext): Promise<Metrics> {
  try {
    return await exampleSamples(context)
  } catch (error) {
    context.options.logger.debug(`no examples of records: ${toFault(error).message}`)
    return new Map()
  }
}

/** By where the records come from: the same until the spec changes. */
const latestExamples = new WeakMap<object, { readonly spec: Spec; readonly metrics: Metrics }>()

async function exampleSamples({ options }: PageContext): Promise<Metrics> {
  const { connector, exampleRecords } = options
  const { spec, preview } = connector
  if (exampleRecords === undefined) return new Map()
  const known = latestExamples.get(exampleRecords)
  if (known?.spec === spec) return known.metrics
  const counter = new SampleCounter(spec, (name) => new PropertyCounter(propertiesOf(name, spec), shorten))
  await withTimeout(TIMEOUT, options, async (signal) => {
    for (const record of await exampleRecords()) {
      if (signal.aborted) return
      for (const item of (await preview(record)).items) counter.add(item)
    }
    latestExamples.set(exampleRecords, { spec, metrics: counter.result() })
  })
  return counter.result()
}

function shorten(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}
