/** Confirms after a 401 that credentials without a refresh token are revoked: a single 401 may be an error of the API. */
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import { authorizationHeader, type Credentials, type Side } from './side.ts'

/** Milliseconds. Credentials restored at the side work again after this time, without a restart. */
const RECHECK_INTERVAL = 60_000

export interface CredentialCheckParts {
  readonly side: Side
  readonly clock: Clock
  /** Makes a request that needs no particular permission. */
  readonly probe: (credentials: Credentials) => Promise<unknown>
}

interface Verdict {
  readonly authorization: string
  readonly checkedAt: number
  revoked: boolean
}

export class CredentialCheck {
  readonly #parts: CredentialCheckParts
  readonly #time: MonotonicClock
  #last: Verdict | undefined
  #running: Promise<void> | undefined

  constructor(parts: CredentialCheckParts) {
    this.#parts = parts
    this.#time = new MonotonicClock(parts.clock)
  }

  /** Probes the side, once for all concurrent callers and at most once a minute. */
  recheck(credentials: Credentials): Promise<void> {
    this.#running ??= this.#probe(credentials).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** The verdict of the last probe. */
  isRevoked(credentials: Credentials): boolean {
    return this.#verdictOn(credentials)?.revoked === true
  }

  #verdictOn(credentials: Credentials): Verdict | undefined {
    return this.#last?.authorization === authorizationHeader(this.#parts.side, credentials) ? this.#last : undefined
  }

  async #probe(credentials: Credentials): Promise<void> {
    const { side, probe } = this.#parts
    const now = this.#time.now()
    const previous = this.#verdictOn(credentials)
    if (previous !== undefined && now - previous.checkedAt < RECHECK_INTERVAL) return
    const authorization = authorizationHeader(side, credentials)
    const verdict = { authorization, checkedAt: now, revoked: previous?.revoked ?? false }
    this.#last = verdict
    try {
      await probe(credentials)
      verdict.revoked = false
    } catch (error) {
      const { kind, details } = toFault(error)
      // A transient fault proves nothing; any refusal but a 401 proves that the credentials are known.
      if (kind !== 'transient') verdict.revoked = details.status === 401
    }
  }
}
