/** How often each property has a value in a few recent records of the connected source, masked: read once, kept in memory. */
import { withTimeout } from '../../lib/with-timeout.ts'
import { type Coverage, createCounter } from '../../mapping/coverage/stored-coverage.ts'
import type { RecentProblem } from '../../mapping/preview-recent.ts'
import { toFault } from '../../ports/fault.ts'
import type { Spec } from '../../spec/spec.ts'
import type { PageContext } from '../types.ts'
import { SampleCounter } from './sample-counter.ts'

export interface OwnSamples {
  readonly metrics: ReadonlyMap<string, Coverage>
  readonly problems: readonly RecentProblem[]
}

/** Milliseconds that the page waits for the source. */
const TIMEOUT = 5_000
/** What could not be read is tried again after this, milliseconds: a permission may have been added. */
const RETRY_AFTER = 30_000

interface Reading {
  readonly spec: Spec
  readonly account: string
  readonly samples: Promise<OwnSamples>
  /** Absent: it is good until the spec or the account changes. */
  retryAt?: number
}

const readings = new WeakMap<object, Reading>()

/** `account`: whose records they are. */
export function loadOwnSamples(account: string, { options }: PageContext): Promise<OwnSamples> {
  const { connector, clock } = options
  const { spec, store } = connector
  const last = readings.get(store)
  const isGood = last?.spec === spec && last.account === account && clock.now() < (last.retryAt ?? Number.MAX_VALUE)
  if (isGood) return last.samples
  const reading: Reading = { spec, account, samples: readSamples(options) }
  readings.set(store, reading)
  void reading.samples.then(({ problems }) => {
    if (problems.length > 0) reading.retryAt = clock.now() + RETRY_AFTER
  })
  return reading.samples
}

async function readSamples({ connector, clock, signal }: PageContext['options']): Promise<OwnSamples> {
  const counter = new SampleCounter(connector.spec, createCounter)
  try {
    const recent = await withTimeout(TIMEOUT, { clock, signal }, async (stop) =>
      connector.previewRecent?.({ signal: stop }),
    )
    for (const item of recent?.items ?? []) counter.add(item)
    return { metrics: counter.result(), problems: recent?.problems ?? [] }
  } catch (error) {
    return { metrics: new Map(), problems: [{ stream: 'records', reason: toFault(error).message }] }
  }
}
