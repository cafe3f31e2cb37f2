/** Holds the ledger against the events that the destination has recorded, by metric and day. Writes nothing. */
import type { Clock } from '../ports/effects.ts'
import type { EventCounter, RecordedEvents } from '../ports/event-counter.ts'
import type { Store } from '../ports/store.ts'
import type { Spec } from '../spec/spec.ts'
import type { DayDifference, MetricComparison, VerifyOptions } from './types.ts'

export interface VerifyParts {
  readonly spec: Pick<Spec, 'mappings'>
  readonly store: Pick<Store, 'deliveredByDay' | 'events' | 'tallies'>
  readonly counter: EventCounter
  readonly clock: Clock
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Compared when neither a beginning is chosen nor the ledger has one. */
const DAYS_WITHOUT_LEDGER = 30
const PAGE = 1000
/** More deliveries within the hour are those of an import: no day of the metric is settled yet. */
const MOST_RECENT = 20_000

interface Days {
  /** Milliseconds since 1970, from the start of a day to before that of another. */
  readonly since: number
  readonly until: number
}

/** Yields each metric in turn. Throws a `Fault` when the destination refuses. */
export async function* verifyDeliveries(
  parts: VerifyParts,
  { only, signal, ...window }: VerifyOptions,
): AsyncGenerator<MetricComparison> {
  const { spec, store, counter, clock } = parts
  const metrics = only ?? [...new Set(spec.mappings.map(({ metric }) => metric))]
  const begun = clock.now()
  const days = await comparedDays(store, metrics, { ...window, now: begun })
  for await (const recorded of counter.countEvents({ metrics, ...days }, signal)) {
    // Read after the destination's count: an event that it has counted is in the ledger by now.
    const ledger = await readLedger(store, recorded.metric, begun - HOUR)
    const comparison = compare(recorded, ledger, days)
    yield { ...comparison, reasons: likelyReasons(comparison, counter.lossReasons) }
  }
}

async function comparedDays(
  store: VerifyParts['store'],
  metrics: readonly string[],
  { since, until, now }: Pick<VerifyOptions, 'since' | 'until'> & { readonly now: number },
): Promise<Days> {
  const from = Math.floor((since ?? (await firstDay(store, metrics)) ?? now - DAYS_WITHOUT_LEDGER * DAY) / DAY) * DAY
  return { since: from, until: Math.max(from + DAY, Math.ceil((until ?? now) / DAY) * DAY) }
}

async function firstDay(store: VerifyParts['store'], metrics: readonly string[]): Promise<number | undefined> {
  const firsts: number[] = []
  for (const metric of metrics) {
    const [first] = await store.deliveredByDay(metric)
    if (first !== undefined) firsts.push(Date.parse(first.day))
  }
  return firsts.length === 0 ? undefined : Math.min(...firsts)
}

interface LedgerCounts {
  /** Delivered events by day. */
  readonly days: ReadonlyMap<string, number>
  /** Those of them that were delivered recently. Undefined: too many to tell. */
  readonly recent: ReadonlyMap<string, number> | undefined
  readonly undated: number
}

async function readLedger(store: VerifyParts['store'], metric: string, recentSince: number): Promise<LedgerCounts> {
  const counts = await store.deliveredByDay(metric)
  const dated = counts.reduce((sum, { count }) => sum + count, 0)
  const tallies = (await store.tallies()).filter((tally) => tally.metric === metric && tally.status === 'delivered')
  const total = tallies.reduce((sum, { count }) => sum + count, 0)
  return {
    days: new Map(counts.map(({ day, count }) => [day, count])),
    recent: await readRecent(store, metric, recentSince),
    undated: Math.max(0, total - dated),
  }
}

/** The events delivered since then, by day. */
async function readRecent(
  store: VerifyParts['store'],
  metric: string,
  since: number,
): Promise<ReadonlyMap<string, number> | undefined> {
  const days = new Map<string, number>()
  let before = Number.MAX_SAFE_INTEGER
  for (let read = 0; read < MOST_RECENT; read += PAGE) {
    const page = await store.events({ metric, status: 'delivered', before, limit: PAGE })
    const recent = page.filter(({ settledAt }) => settledAt >= since)
    for (const { time = '' } of recent) days.set(time.slice(0, 10), (days.get(time.slice(0, 10)) ?? 0) + 1)
    if (recent.length < PAGE) return days
    before = page.at(-1)?.id ?? 0
  }
  return undefined
}

type Counted = Omit<MetricComparison, 'reasons'>

function compare(recorded: RecordedEvents, { days, recent, undated }: LedgerCounts, window: Days): Counted {
  const [from, end] = [dayOf(window.since), dayOf(window.until)]
  const all = [...new Set([...days.keys(), ...recorded.days.keys()])].filter((day) => day >= from && day < end).sort()
  const sums = { ledger: 0, destination: 0, short: 0, missing: 0, over: 0 }
  const differences: DayDifference[] = []
  for (const day of all) {
    const [ledger, destination] = [days.get(day) ?? 0, recorded.days.get(day) ?? 0]
    const short = Math.max(0, ledger - destination)
    sums.ledger += ledger
    sums.destination += destination
    sums.short += short
    sums.missing += recent === undefined ? 0 : Math.max(0, short - (recent.get(day) ?? 0))
    sums.over += Math.max(0, destination - ledger)
    if (ledger !== destination) differences.push({ day, ledger, destination })
  }
  const { ledger, destination, short, missing, over } = sums
  return {
    metric: recorded.metric,
    from,
    to: dayOf(window.until - DAY),
    ledger,
    destination,
    differences,
    missing,
    extra: Math.max(0, over - undated),
    recent: short - missing,
    undated,
    counted: recorded.counted,
    others: recorded.others,
  }
}

const EXTRA_REASONS: readonly string[] = [
  'Another store delivered them: one that this store replaced, or that of a second connector.',
  'Another program sends events of this name.',
  'The answer to a delivery was lost, and its event waits for the next attempt or is a dead letter.',
]

function likelyReasons({ missing, extra }: Counted, lossReasons: readonly string[]): readonly string[] {
  return [...(missing > 0 ? lossReasons : []), ...(extra > 0 ? EXTRA_REASONS : [])]
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
