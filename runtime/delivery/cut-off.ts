/** Records whose tries were cut off because their process ended: tried apart from others, and set aside after three in a row. */
import { Latch } from '../lib/latch.ts'
import { Fault } from '../ports/fault.ts'
import type { LeasedRecord } from '../ports/types.ts'

/** Records tried together, besides others, that were cut off once. One of them may end the process again. */
export const SUSPECTS_AT_ONCE = 50
/** The last of these tries had the process to itself. */
const MAX_CUT_OFFS = 3

const MESSAGE = [
  `the process ended ${MAX_CUT_OFFS} times in a row while this record was being delivered, the last time with no other`,
  'record in work: it is set aside so that the others go on. Look for the cause in the log of the process (out of memory,',
  'a crash), change the mapping or give the process more memory, then replay the record',
].join(' ')

/** The fault of a record that must not be tried again. */
export function findCutOffFault(cutOffs = 0): Fault | undefined {
  return cutOffs < MAX_CUT_OFFS ? undefined : new Fault('data', 'delivery/cut-off', MESSAGE)
}

/**
 * Keeps one record alone in work: if the process ends then, that record ended it. One for the whole process, which all its
 * connectors share: a record of one may end the process while one of another is tried.
 */
export class Isolation {
  readonly #changed = new Latch()
  #inWork = 0
  #suspects = 0
  #isReserved = false

  /** Whether records that were cut off are in work, and should be soon over. */
  get hasSuspects(): boolean {
    return this.#suspects > 0
  }

  /** Waits until no record is alone or about to be, then begins. False if the signal aborts before. Call `end` after. */
  async begin(signal: AbortSignal): Promise<boolean> {
    while (this.#isReserved && !signal.aborted) await this.#changed.wait(signal)
    if (signal.aborted) return false
    this.#inWork += 1
    return true
  }

  end(): void {
    this.#inWork -= 1
    this.#changed.open()
  }

  /** Forgets all work: for tests in which a process dies within their own. */
  reset(): void {
    this.#inWork = 0
    this.#suspects = 0
    this.#isReserved = false
    this.#changed.open()
  }

  /** Adds a record, within `begin` or `runAlone`. Returns the function to call once when it has ended. */
  add({ cutOffs = 0 }: Pick<LeasedRecord, 'cutOffs'>): () => void {
    const suspects = cutOffs > 0 ? 1 : 0
    this.#inWork += 1
    this.#suspects += suspects
    return () => {
      this.#suspects -= suspects
      this.end()
    }
  }

  /** Runs `work` once everything else has ended. Not at all if the signal aborts before. */
  async runAlone(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    while (this.#isReserved && !signal.aborted) await this.#changed.wait(signal)
    if (signal.aborted) return
    this.#isReserved = true
    try {
      while (this.#inWork > 0 && !signal.aborted) await this.#changed.wait(signal)
      if (!signal.aborted) await work()
    } finally {
      this.#isReserved = false
      this.#changed.open()
    }
  }
}

export const processIsolation = new Isolation()
