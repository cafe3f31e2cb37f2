/** Fairness: mapping is pure computing, and a webhook must not wait for a thousand records to be mapped. */

/**
 * Returns a function whose promises resolve one after another, each in a turn of the event loop of its own.
 * Expressions run as promise jobs, which Node drains before it looks at a socket again; between two turns it looks.
 */
export function turns(): () => Promise<void> {
  let last = Promise.resolve()
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)))
    return last
  }
}
