/**
 * Counts which properties delivered events have, and adds the counts to the store now and then: a store write for each event
 * would slow an import. A crash loses the counts of the last seconds, and nothing else.
 */
import { CoverageCounts } from '../mapping/coverage/stored-coverage.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { HostStore } from '../ports/store.ts'
import type { OutgoingMessage } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'

export interface CoverageRecorderParts {
  readonly spec: Spec
  readonly store: Pick<HostStore, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds between the first event that is not stored yet and the write. */
const WRITE_AFTER = 5_000

export class CoverageRecorder {
  readonly #parts: CoverageRecorderParts
  readonly #counts: CoverageCounts
  #timer: AbortController | undefined

  constructor(parts: CoverageRecorderParts) {
    this.#parts = parts
    this.#counts = new CoverageCounts(parts.spec)
  }

  /** Of a delivered message. */
  add(metric: string, message: OutgoingMessage): void {
    this.#counts.add(metric, message)
    if (this.#timer === undefined) this.#writeLater()
  }

  #writeLater(): void {
    const timer = new AbortController()
    this.#timer = timer
    void this.#parts.clock.sleep(WRITE_AFTER, timer.signal).then(() => {
      if (!timer.signal.aborted) void this.write()
    })
  }

  /** Adds the counts to the store. Never throws: delivery goes on without them. */
  async write(): Promise<void> {
    this.#timer?.abort()
    this.#timer = undefined
    const { store, logger } = this.#parts
    try {
      await this.#counts.addTo(store)
    } catch (error) {
      logger.debug('could not store how often properties are present', { code: toFault(error).code })
    }
  }
}
