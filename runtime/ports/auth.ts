/** Credentials for requests to the source or the destination, and the gate that pauses delivery without them. */

/** Base URL and authorization of a request. */
export interface RequestAuth {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
}

/** How a side was connected: by the environment (or a host's settings), a host's vault, OAuth, or a key pasted into the console. */
export type AuthMethod = 'environment' | 'host' | 'oauth' | 'key'

/** The credentials of one side, which may change while the process runs. */
export interface AuthProvider {
  /** Messages about rejected credentials name the remedy for this method. */
  method(): AuthMethod
  /**
   * Throws a config `Fault` if there are no credentials or they belong to another account than the pinned one; a
   * transient one if a refresh failed.
   */
  current(signal: AbortSignal): Promise<RequestAuth>
  /** Call it after a 401. Returns whether the credentials have changed since, so that a retry may succeed. */
  refresh(rejected: RequestAuth, signal: AbortSignal): Promise<boolean>
}

/** Pauses delivery until both sides are connected, and while one of them must be reconnected. */
export interface DeliveryGate {
  /** The reason, for a person to read; undefined while delivery may run. */
  pausedReason(): string | undefined
  /** Resolves when the reason may have changed, or when the signal aborts. */
  waitForChange(signal: AbortSignal): Promise<void>
  /** Called before records are leased, and before a page shows the reason: for a gate that looks for changes on use. */
  check?(): Promise<void>
}

/** Provides credentials that never change. `read` throws a `Fault` if there are none. */
export function createStaticAuth(read: () => RequestAuth): AuthProvider {
  return { method: () => 'environment', current: async () => read(), refresh: async () => false }
}
