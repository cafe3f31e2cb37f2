/** Assesses the health of a connector, and remembers in the store since when each problem lasts. */
import { HEALTH_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { capitalize } from '../lib/format.ts'
import type { Clock } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Json } from '../ports/types.ts'
import { LiveSinceReader } from '../source/live-since.ts'
import { addToTimeline } from '../timeline.ts'
import { findProblems, worstState } from './assess.ts'
import { storeFailed } from './delivery-rules.ts'
import { type HealthConnector, type HealthSurroundings, readHealthFacts } from './read-facts.ts'
import type { FoundProblem, Health, HealthState, Problem } from './types.ts'

export interface HealthMonitorOptions extends HealthSurroundings {
  readonly connector: HealthConnector
  readonly clock: Clock
  /** The process that delivers in place of this one, and remembers: it sees more. */
  readonly otherOwner?: (() => string | undefined) | undefined
}

/** Small: one row for each present problem. */
interface SavedHealth {
  readonly state: HealthState
  readonly since: number
  /** When delivery was first able to run. */
  readonly readySince?: number
  /** Since when, by code. */
  readonly problems: Readonly<Record<string, number>>
}

export class HealthMonitor {
  readonly #options: HealthMonitorOptions
  readonly #liveSince: LiveSinceReader
  #current: Promise<Health> | undefined

  constructor(options: HealthMonitorOptions) {
    this.#options = options
    this.#liveSince = new LiveSinceReader(options.connector.store)
  }

  /** Never throws: a store that cannot be read is a problem like any other. Calls at the same time share one reading. */
  assess(): Promise<Health> {
    this.#current ??= this.#assess(this.#options.clock.now()).finally(() => {
      this.#current = undefined
    })
    return this.#current
  }

  async #assess(now: number): Promise<Health> {
    const { connector } = this.#options
    try {
      const saved = (await connector.store.readCheckpoint(HEALTH_CHECKPOINT)) as unknown as SavedHealth | undefined
      const facts = await readHealthFacts(connector, this.#options, { liveSince: this.#liveSince, now })
      const readySince = saved?.readySince ?? (facts.pausedReason === undefined ? now : undefined)
      const found = findProblems({ ...facts, ...(readySince !== undefined && { readySince }) })
      const health = remember(found, saved, now)
      if (this.#options.otherOwner?.() === undefined) await this.#save(health, saved, readySince)
      return health
    } catch (error) {
      return remember([storeFailed(toFault(error).message, capitalize(connector.spec.source.name))], undefined, now)
    }
  }

  /** Only what has changed: a healthy connector writes nothing. */
  async #save({ state, since, problems }: Health, saved: SavedHealth | undefined, readySince: number | undefined) {
    const times = Object.fromEntries(problems.map((problem) => [problem.code, problem.since]))
    const next: SavedHealth = { state, since, problems: times, ...(readySince !== undefined && { readySince }) }
    if (JSON.stringify(next) === JSON.stringify(saved)) return
    const { connector, clock } = this.#options
    await connector.store.writeCheckpoints([{ name: HEALTH_CHECKPOINT, value: next as unknown as Json }])
    if (state === saved?.state) return
    const [worst] = problems
    const text = worst === undefined ? 'Healthy' : `${capitalize(state)}: ${worst.title}`
    await addToTimeline(connector.store, { at: clock.now(), kind: 'state', text })
  }
}

/** Adds to each problem since when it lasts: since it was first seen, or earlier if the facts told then. */
function remember(found: readonly FoundProblem[], saved: SavedHealth | undefined, now: number): Health {
  const state = worstState(found)
  const problems = found.map(
    (problem): Problem => ({ ...problem, since: saved?.problems[problem.code] ?? problem.since ?? now }),
  )
  if (saved?.state === state) return { state, since: saved.since, problems }
  const first = Math.min(...problems.filter((problem) => problem.state === state).map(({ since }) => since), now)
  return { state, since: first, problems }
}
