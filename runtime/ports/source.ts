/** The source: credentials for its API, webhook secrets, and the meaning of its error responses. */
import type { AuthProvider } from './auth.ts'
import type { FaultDetails, FaultKind } from './fault.ts'
import type { Json } from './types.ts'

/** The origin of records. */
export interface Source {
  readonly auth: AuthProvider
  /**
   * Any of these may sign a webhook. Empty: no webhook is trusted. `rejected`: none of those that it gave before verifies a
   * webhook, so one may have been rotated.
   */
  secrets(rejected?: boolean): Promise<readonly string[]>
  /** Explains an error response without personal data. `body` is its JSON, if it is JSON. */
  explainError(status: number, body: Json | undefined, headers: Headers): ErrorExplanation
}

/** Refines the classification of an error response beyond its status. */
export interface ErrorExplanation
  extends Pick<FaultDetails, 'movedTo' | 'pointers' | 'fields' | 'requestId' | 'detail'> {
  readonly message?: string
  readonly kind?: FaultKind
  /** Without the vendor's name, which the runtime puts first. */
  readonly code?: string
}
