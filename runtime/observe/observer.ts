/** Passes observations to a hook and to diagnostics channels: a moment later, and never at the expense of delivery. */
import { channel } from 'node:diagnostics_channel'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock, Logger, Random } from '../ports/effects.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import {
  OBSERVATION_TYPES,
  type Observation,
  type ObservationBase,
  type Observe,
  observationChannel,
} from '../ports/observation.ts'
import { createTraceparent, parseTraceparent } from './traceparent.ts'

export interface ObserverOptions {
  readonly observe?: Observe | undefined
  readonly tenant?: string | undefined
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** An observation as it is reported: the observer adds the rest. */
export type Report<O extends Observation = Observation> = O extends Observation ? Omit<O, keyof ObservationBase> : never

/** Observations that wait for the hook. More are dropped. */
const MAX_WAITING = 10_000
/** Milliseconds of the hook in one turn of the event loop: a webhook waits for no more. */
const TURN = 5
/** A turn that took longer, since one call did, is followed by a rest of this many times its length. */
const REST = 9
/** Milliseconds of the hook at the end of the connector. */
const LAST_TURN = 1_000
/** Milliseconds between two log lines about a failing hook. */
const LOG_EVERY = 60_000

const CHANNELS = new Map(OBSERVATION_TYPES.map((type) => [type, channel(observationChannel(type))]))
const ALL_CHANNELS = [...CHANNELS.values()]

export class Observer {
  readonly #options: ObserverOptions
  readonly #time: MonotonicClock
  #waiting: Observation[] = []
  #isScheduled = false
  #dropped = 0
  #failures = 0
  #nextLog = Number.NEGATIVE_INFINITY

  constructor(options: ObserverOptions) {
    this.#options = options
    this.#time = new MonotonicClock(options.clock)
  }

  /** Whether anything is observed. Ask before an observation is built: otherwise it costs nothing. */
  get isOn(): boolean {
    return this.#options.observe !== undefined || ALL_CHANNELS.some(({ hasSubscribers }) => hasSubscribers)
  }

  /** Milliseconds, for durations: not of the wall clock. */
  now(): number {
    return this.#time.now()
  }

  report(report: Report): void {
    const { tenant, clock } = this.#options
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped++
      return
    }
    this.#waiting.push({ ...report, at: clock.now(), ...(tenant !== undefined && { tenant }) })
    this.#schedule()
  }

  /** Runs the work, and reports it by its result or its fault and its milliseconds. Undefined: it is not worth a report. */
  async measure<T>(
    work: () => Promise<T>,
    describe: (result: T | Fault, durationMs: number) => Report | undefined,
  ): Promise<T> {
    const start = this.now()
    const report = (result: T | Fault) => {
      const described = describe(result, this.now() - start)
      if (described !== undefined) this.report(described)
    }
    let result: T
    try {
      result = await work()
    } catch (error) {
      report(toFault(error))
      throw error
    }
    report(result)
    return result
  }

  /** The traceparent that the record of a webhook keeps. Undefined while nothing is observed. */
  startTrace(header: string | null, at: number): string | undefined {
    if (!this.isOn) return undefined
    const { observe, tenant, random } = this.#options
    const incoming = parseTraceparent(header)
    let own: string | undefined
    try {
      const start = { at, ...(incoming && { traceparent: incoming }), ...(tenant !== undefined && { tenant }) }
      own = parseTraceparent(observe?.startTrace?.(start) ?? null)
    } catch (error) {
      this.#logFailure(error)
    }
    return own ?? incoming ?? createTraceparent(random)
  }

  /** Passes on what is waiting, at once: at the end of the connector. Drops what takes longer than a second. */
  flush(): void {
    this.#passOn(LAST_TURN)
    this.#waiting = []
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#drain())
  }

  #drain(): void {
    const took = this.#passOn(TURN)
    const next = () => {
      this.#isScheduled = false
      if (this.#waiting.length > 0) this.#schedule()
    }
    if (took <= 2 * TURN) next()
    else void this.#options.clock.sleep(took * REST).then(next)
  }

  /** Returns the milliseconds that it took. */
  #passOn(limit: number): number {
    const start = this.#time.now()
    const waiting = this.#waiting
    this.#waiting = []
    let passed = 0
    let took = 0
    while (passed < waiting.length && took < limit) {
      this.#publish(waiting[passed++] as Observation)
      took = this.#time.now() - start
    }
    // What the hook caused meanwhile comes after what is left.
    if (passed < waiting.length) this.#waiting = [...waiting.slice(passed), ...this.#waiting]
    this.#reportDropped()
    return took
  }

  #reportDropped(): void {
    if (this.#dropped === 0 || this.#waiting.length >= MAX_WAITING) return
    const count = this.#dropped
    this.#dropped = 0
    this.#options.logger.warn('the observe hook is too slow; observations were dropped, delivery goes on', { count })
    this.report({ type: 'dropped', count })
  }

  #publish(observation: Observation): void {
    const { observe } = this.#options
    const subscribers = CHANNELS.get(observation.type)
    if (subscribers?.hasSubscribers) subscribers.publish(observation)
    try {
      const result = observe?.(observation)
      if (result instanceof Promise) result.catch((error: unknown) => this.#logFailure(error))
    } catch (error) {
      this.#logFailure(error)
    }
  }

  /** The error's name only: its message is the host's, and may hold anything. */
  #logFailure(error: unknown): void {
    this.#failures++
    if (this.#time.now() < this.#nextLog) return
    const name = error instanceof Error ? error.name : typeof error
    this.#options.logger.warn('the observe hook failed; delivery goes on', { error: name, times: this.#failures })
    this.#nextLog = this.#time.now() + LOG_EVERY
    this.#failures = 0
  }
}
