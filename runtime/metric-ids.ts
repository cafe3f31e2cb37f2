/** The destination's ids of our metrics, for links: stored, and read again in the background, so that no page waits for them. */
import { DESTINATION_ACCOUNT_CHECKPOINT, METRIC_IDS_CHECKPOINT } from './lib/checkpoint-names.ts'
import { asId } from './lib/json.ts'
import { MonotonicClock } from './lib/monotonic-clock.ts'
import { withTimeout } from './lib/with-timeout.ts'
import type { Clock } from './ports/effects.ts'
import type { RecipeTarget } from './ports/recipes.ts'
import type { Store } from './ports/store.ts'

export interface MetricIdsParts {
  readonly target: Pick<RecipeTarget, 'findMetricIds'>
  readonly store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>
  readonly clock: Clock
  readonly metrics: readonly string[]
  /** What the destination's names of them begin with. */
  readonly prefix: string
  /** Why the destination must not be asked now. */
  readonly pausedReason: () => string | undefined
}

/** Milliseconds. A metric has an id from its first event on, and a permission may be granted at any time. */
const RETRY = 10 * 60_000
const REFRESH = 24 * 60 * 60_000
const TIMEOUT = 30_000

/** As it is stored, so that a restart has the links at once. */
interface StoredIds {
  /** Another account has other ids. */
  readonly account: string
  /** By the destination's name of the metric. */
  readonly ids: Readonly<Record<string, string>>
}

export class MetricIds {
  readonly #parts: MetricIdsParts
  readonly #time: MonotonicClock
  #account: string | undefined
  #ids: Promise<ReadonlyMap<string, string>> = Promise.resolve(new Map())
  #nextRead = Number.NEGATIVE_INFINITY

  constructor(parts: MetricIdsParts) {
    this.#parts = parts
    this.#time = new MonotonicClock(parts.clock)
  }

  /** The id as far as it is known. Reads the ids in the background where they are due. */
  async find(metric: string, signal: AbortSignal): Promise<string | undefined> {
    const account = asId(await this.#parts.store.readCheckpoint(DESTINATION_ACCOUNT_CHECKPOINT))
    if (account !== this.#account) {
      this.#account = account
      this.#ids = this.#load(account).catch(() => new Map())
      this.#nextRead = Number.NEGATIVE_INFINITY
    }
    if (this.#time.now() >= this.#nextRead && this.#parts.pausedReason() === undefined) void this.#read(account, signal)
    return (await this.#ids).get(metric)
  }

  async #load(account: string | undefined): Promise<ReadonlyMap<string, string>> {
    const { store, metrics, prefix } = this.#parts
    if (account === undefined) return new Map()
    const stored = (await store.readCheckpoint(METRIC_IDS_CHECKPOINT)) as StoredIds | undefined
    if (stored?.account !== account) return new Map()
    return new Map(
      metrics.flatMap((metric) => {
        const id = stored.ids[prefix + metric]
        return id === undefined ? [] : [[metric, id]]
      }),
    )
  }

  /** Never throws: without the permission there are no ids. */
  async #read(account: string | undefined, signal: AbortSignal): Promise<void> {
    const { target, metrics, clock } = this.#parts
    this.#nextRead = this.#time.now() + RETRY
    const ids = await withTimeout(TIMEOUT, { clock, signal }, (stop) => target.findMetricIds(metrics, stop)).catch(
      () => undefined,
    )
    if (ids === undefined || account !== this.#account) return
    this.#ids = Promise.resolve(ids)
    if (metrics.every((metric) => ids.has(metric))) this.#nextRead = this.#time.now() + REFRESH
    if (account !== undefined) await this.#save(account, ids).catch(() => {})
  }

  async #save(account: string, ids: ReadonlyMap<string, string>): Promise<void> {
    const { store, prefix } = this.#parts
    const named = Object.fromEntries([...ids].map(([metric, id]) => [prefix + metric, id]))
    await store.writeCheckpoints([{ name: METRIC_IDS_CHECKPOINT, value: { account, ids: named } }])
  }
}
