/** Credentials for requests to the source or the destination, and the gate that pauses delivery without them. */

/** Base URL and authorization of a request. */
export interface RequestAuth {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
}

/** How a side was connected: by settings, OAuth, or a key pasted into the console. */
export type AuthMethod = 'environment' | 'oauth' | 'key'

/** The credentials of one side, which may change while the process runs. */
export interface AuthProvider {
  /** For messages: the remedy for rejected credentials depends on it. */
  method(): AuthMethod
  /**
   * Throws a config `Fault` without credentials, or with those of another account than the store is pinned to; a
   * transient one when a refresh failed.
   */
  current(signal: AbortSignal): Promise<RequestAuth>
  /** Call it after a 401. Returns whether the credentials have changed since, so that a retry may succeed. */
  refresh(rejected: RequestAuth, signal: AbortSignal): Promise<boolean>
}

/** Pauses delivery until both sides are connected, and while one of them needs a person. */
export interface DeliveryGate {
  /** For a person; undefined while delivery may run. */
  pausedReason(): string | undefined
  /** Resolves when the reason may have changed, or when the signal aborts. */
  waitForChange(signal: AbortSignal): Promise<void>
}

/** Credentials that never change. `read` may throw the fault that there are none. */
export function createStaticAuth(read: () => RequestAuth): AuthProvider {
  return { method: () => 'environment', current: async () => read(), refresh: async () => false }
}
