/** Fairness: mapping is pure computing, and a webhook must not wait for a thousand records to be mapped. */

/** Records mapped in one turn: a millisecond or two of computing, against ten microseconds for each turn. */
const TOGETHER = 8

/**
 * Returns a function whose promises resolve in order, a few in each turn of the event loop.
 * Expressions run as promise jobs, which Node drains before it looks at a socket again; between two turns it looks.
 */
export function yieldingScheduler(): () => Promise<void> {
  let last = Promise.resolve()
  let room = 0
  return () => {
    if (room > 0) room -= 1
    else {
      room = TOGETHER - 1
      last = last.then(() => new Promise((resolve) => setImmediate(resolve)))
    }
    return last
  }
}
