/** Whether a side still knows a log-in that nobody can renew: after a 401 it is asked itself, since one may be a slip. */

import type { Clock } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import { type Credentials, headersOf, type Side } from './side.ts'

export interface CredentialCheck {
  /** Asks the side, once for all who ask and once a minute. One that counts again is believed at once. */
  recheck(credentials: Credentials): Promise<void>
  /** As far as was seen. */
  isRevoked(credentials: Credentials): boolean
}

/** Milliseconds. What somebody mends at the side, be it there for a minute only, is found without a person here. */
const EVERY = 60_000

export interface DoubtParts {
  readonly side: Side
  readonly clock: Clock
  /** Makes one request with them that any permission allows. */
  readonly ask: (credentials: Credentials) => Promise<unknown>
}

export function credentialCheck({ side, clock, ask }: DoubtParts): CredentialCheck {
  let last: { readonly of: string | undefined; readonly at: number; over: boolean } | undefined
  let asking: Promise<void> | undefined
  const of = (credentials: Credentials) => headersOf(side, credentials).Authorization

  async function asked(credentials: Credentials): Promise<void> {
    const before = last?.of === of(credentials) ? last : undefined
    if (before !== undefined && clock.now() - before.at < EVERY) return
    const now = { of: of(credentials), at: clock.now(), over: before?.over ?? false }
    last = now
    await ask(credentials).then(
      () => {
        now.over = false
      },
      (error: unknown) => {
        const { kind, details } = toFault(error)
        // No answer says nothing; any other refusal says that it knows them.
        if (kind !== 'transient') now.over = details.status === 401
      },
    )
  }

  return {
    recheck(credentials) {
      asking ??= asked(credentials).finally(() => {
        asking = undefined
      })
      return asking
    },
    isRevoked: (credentials) => last?.over === true && last.of === of(credentials),
  }
}
