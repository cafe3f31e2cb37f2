/** How long to wait after a fault of the source. */
import type { Fault } from '../ports/fault.ts'

/** Milliseconds, doubled with each failure in a row; `Retry-After` wins. */
export const backoffDelay = (fault: Fault, failures: number) =>
  fault.details.retryAfter ?? Math.min(60_000, 500 * 2 ** failures)
