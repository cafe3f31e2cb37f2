/** Yields to the event loop between records: mapping is pure computing, and a webhook must not wait for a thousand records. */

/** Records mapped in one turn: a millisecond or two of computing, against ten microseconds for each turn. */
const RECORDS_PER_TURN = 8

/**
 * Resolves its promises in order, a few in each turn of the event loop.
 * Expressions run as promise jobs, which Node drains before it reads a socket again; between two turns it reads.
 */
export class YieldingScheduler {
  #turn = Promise.resolve()
  #left = 0

  yield(): Promise<void> {
    if (this.#left > 0) this.#left -= 1
    else {
      this.#left = RECORDS_PER_TURN - 1
      this.#turn = this.#turn.then(() => new Promise((resolve) => setImmediate(resolve)))
    }
    return this.#turn
  }
}
