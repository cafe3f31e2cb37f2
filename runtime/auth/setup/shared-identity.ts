/** The accounts of credentials that many connectors of a process share: a side answers that request a few times a minute. */
import { onAbort, waitFor } from '../../lib/abort.ts'
import { BoundedMap } from '../../lib/bounded-map.ts'
import type { Fetch } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import { type Credentials, type NetworkEffects, type Side, toRequestAuth } from '../side.ts'
import { identifyAccount } from './identify-account.ts'
import type { AccountInfo } from './setup-state.ts'

interface SharedIdentity {
  readonly account: Promise<AccountInfo>
  /** Ends the request. Absent: it has ended. */
  stop?: AbortController | undefined
  /** Callers that have not stopped waiting. */
  waiting: number
}

const LIMIT = 1_000

/** For each network: that of a test, or of a host's tenant, is its own. In it by the side and its credentials. */
const identities = new WeakMap<Fetch, BoundedMap<string, SharedIdentity>>()

/**
 * As `identifyAccount`, with one request for all callers that have the same credentials and network, and its answer for
 * later ones. A failure is not kept. Each caller may stop waiting.
 */
export async function identifyShared(
  side: Side,
  credentials: Credentials,
  effects: NetworkEffects,
  signal: AbortSignal,
): Promise<AccountInfo> {
  const known = identities.get(effects.fetch) ?? new BoundedMap<string, SharedIdentity>(LIMIT)
  identities.set(effects.fetch, known)
  const key = JSON.stringify([side.name, toRequestAuth(side, credentials)])
  const shared = known.get(key) ?? begin(side, credentials, effects, () => known.delete(key))
  known.set(key, shared)
  shared.waiting += 1
  const stopListening = onAbort(signal, () => {
    shared.waiting -= 1
    if (shared.waiting === 0) shared.stop?.abort()
  })
  try {
    return await waitFor(shared.account, signal, stopped)
  } finally {
    stopListening()
  }
}

function begin(side: Side, credentials: Credentials, effects: NetworkEffects, onFailure: () => void): SharedIdentity {
  const stop = new AbortController()
  const account = identifyAccount(side, credentials, effects, stop.signal)
  const shared: SharedIdentity = { account, stop, waiting: 0 }
  account.catch(onFailure).finally(() => {
    shared.stop = undefined
  })
  return shared
}

function stopped(): Fault {
  return new Fault('transient', 'auth/stopped', 'stopped while identifying an account; will retry')
}
