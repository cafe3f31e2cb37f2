/** The source: credentials for its API, webhook secrets, and the meaning of its error responses. */
import type { AuthProvider } from './auth.ts'
import type { FaultDetails, FaultKind } from './fault.ts'
import type { Json } from './types.ts'

/** Where records come from: its credentials, and its own way of saying no. */
export interface Source {
  readonly auth: AuthProvider
  /** Any of these may have signed a webhook. Empty: none is trusted. */
  secrets(): Promise<readonly string[]>
  /** What an error answer says, in words without personal data. `body` is its JSON, where it is JSON. */
  explainError(status: number, body: Json | undefined, headers: Headers): ErrorExplanation
}

/** What one vendor's refusal means, where its status alone does not say it. */
export interface ErrorExplanation extends Pick<FaultDetails, 'movedTo' | 'pointers' | 'requestId'> {
  readonly message?: string
  readonly kind?: FaultKind
  /** Without the vendor's name. */
  readonly code?: string
}
