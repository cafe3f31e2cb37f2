/** Chooses the first records of each metric of an import whose content the store keeps: people look at some, not at a million. */
import type { HostStore } from '../ports/store.ts'
import type { Outcome, SourceRecord } from '../ports/types.ts'

/** Of one metric and one import. */
export const MAX_SAMPLES = 20
/** Characters: twenty samples of a metric take at most five megabytes. */
const MAX_BODY = 256 * 1024

export class HistorySamples {
  readonly #store: Pick<HostStore, 'tallies'>
  /** Samples by metric, of the current import. */
  #counts = new Map<string, number>()
  #run: string | undefined
  #loading: Promise<void> | undefined

  constructor(store: Pick<HostStore, 'tallies'>) {
    this.#store = store
  }

  /** Marks an outcome whose record is a sample. After a restart the events that were delivered before count as samples. */
  async mark(outcome: Outcome, { lane, backfillRun, body }: SourceRecord): Promise<Outcome> {
    if (outcome.status !== 'delivered' || lane !== 'backfill' || backfillRun === undefined) return outcome
    if (body.length > MAX_BODY) return outcome
    await this.#load(backfillRun.id)
    const metrics = new Set(outcome.events.flatMap(({ status, metric }) => (status === 'delivered' ? [metric] : [])))
    const wanted = [...metrics].filter((metric) => (this.#counts.get(metric) ?? 0) < MAX_SAMPLES)
    for (const metric of wanted) this.#counts.set(metric, (this.#counts.get(metric) ?? 0) + 1)
    return wanted.length === 0 ? outcome : { ...outcome, keepsBody: true }
  }

  #load(run: string): Promise<void> | undefined {
    if (this.#run === run) return this.#loading
    this.#run = run
    this.#loading = this.#read(run)
    return this.#loading
  }

  async #read(run: string): Promise<void> {
    const counts = new Map<string, number>()
    const tallies = (await this.#store.tallies?.(run)) ?? []
    for (const { metric, status, count } of tallies)
      if (status === 'delivered') counts.set(metric, (counts.get(metric) ?? 0) + count)
    this.#counts = counts
  }
}
