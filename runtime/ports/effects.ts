/** Effects the host provides: time, randomness, the network, the log, and the identity of the process. */
export type Fetch = (request: Request) => Promise<Response>

/** Returns a number in [0, 1), like `Math.random`. */
export type Random = () => number

export interface Clock {
  /** Milliseconds since 1970, a whole number. */
  now(): number
  /**
   * Milliseconds since some moment, by a clock that is never set: shows how far `now` was set. Absent: only a `now` that
   * goes back is noticed.
   */
  elapsed?(): number
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Ids, counts, codes and durations; never payloads, secrets or addresses. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** This process, as others that share its store know it. */
export interface ProcessIdentity {
  /** A name that a person can look up (a process id), a dot, and anything that makes it unique among all machines. */
  readonly id: string
  /**
   * Whether the process of that id is known to have exited: its leases and locks are then free at once. False for any that
   * cannot be seen from here, such as those of other machines: theirs expire.
   */
  hasExited(id: string): boolean
}
