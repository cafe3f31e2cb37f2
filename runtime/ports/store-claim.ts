/** Which of the processes that share a store delivers, polls and imports: the one that has claimed it. */

/** The claim of one process on its store. It holds for a while, and has to be renewed. */
export interface StoreClaim {
  /** How long it holds unless it is renewed, milliseconds. */
  readonly claimMs: number
  /**
   * Claims the store for this process, or renews its claim: undefined. Otherwise returns the process that has claimed it,
   * for people: `12`, or `12 on web-1`. A claim of a process that is known to have exited is free at once. The leases of
   * a former owner that has not released its claim end: each of their records counts as cut off.
   */
  take(): Promise<string | undefined>
  /** Another process may take it at once. */
  release(): Promise<void>
}
