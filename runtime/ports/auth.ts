/** How requests to one side are logged in, and whether delivery may run: ports, like those of `ports.ts`. */

/** Where and as whom a request goes. */
export interface RequestAuth {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
}

/** How a person let us in, which is how the same person lets us in again: settings, OAuth, or a key pasted on the console. */
export type AuthMethod = 'environment' | 'oauth' | 'key'

/** The log-in of one side, which may change while the process runs. */
export interface AuthProvider {
  /** What is said of a refusal must fit it. */
  method(): AuthMethod
  /** Throws a config `Fault` when there is none, or when it is of another account than the store is pinned to; a transient one when it could not be renewed just now. */
  current(signal: AbortSignal): Promise<RequestAuth>
  /** After a 401 to `refused`: whether there is another by now, worth one more try. */
  refresh(refused: RequestAuth, signal: AbortSignal): Promise<boolean>
}

/** Whether delivery may run. It is shut until both sides are connected, and while one of them waits for a person. */
export interface DeliveryGate {
  /** Why it is shut, for a person; undefined while it is open. */
  pausedReason(): string | undefined
  /** Resolves when that may have changed, or when the signal aborts. */
  waitForChange(signal: AbortSignal): Promise<void>
}

/** One log-in that never changes, or the fault that there is none. */
export function createStaticAuth(login: () => RequestAuth): AuthProvider {
  return { method: () => 'environment', current: async () => login(), refresh: async () => false }
}
