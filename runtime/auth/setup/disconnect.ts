/** Disconnects both sides: revokes access where the side supports it, deletes the credentials, stops delivery. */

import { credentialsCheckpoint, oauthClientCheckpoint, signingSecretsCheckpoint } from '../../lib/checkpoint-names.ts'
import type { Logger } from '../../ports/effects.ts'
import { toFault } from '../../ports/fault.ts'
import type { Store } from '../../ports/store.ts'
import type { NetworkEffects } from '../side.ts'
import type { SideConnection } from './connect.ts'
import { loadSetupState, saveSetupState } from './setup-state.ts'

export interface DisconnectParts extends NetworkEffects {
  readonly store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>
  readonly logger: Logger
}

export interface DisconnectResult {
  /** The side's label. */
  readonly side: string
  /** False when a person has to finish at the side. */
  readonly complete: boolean
  /** The outcome, as a clause. */
  readonly detail: string
}

/** Deletes the credentials even if a side is unreachable and cannot revoke them. */
export async function disconnect(
  connections: readonly SideConnection[],
  { store, clock }: DisconnectParts,
  signal: AbortSignal,
): Promise<readonly DisconnectResult[]> {
  const results = await Promise.all(connections.map((connection) => revokeSide(connection, signal)))
  const { accounts, publicUrl } = await loadSetupState(store)
  const names = [credentialsCheckpoint, oauthClientCheckpoint, signingSecretsCheckpoint]
  const deleted = connections.flatMap(({ side }) => names.map((name) => ({ name: name(side.side), value: undefined })))
  await saveSetupState(
    store,
    { disconnectedAt: clock.now(), ...(accounts && { accounts }), ...(publicUrl && { publicUrl }) },
    deleted,
  )
  for (const { auth } of connections) await auth.invalidate()
  return results
}

async function revokeSide({ side, auth, oauth }: SideConnection, signal: AbortSignal): Promise<DisconnectResult> {
  const result = (complete: boolean, detail: string): DisconnectResult => ({ side: side.label, complete, detail })
  if (side.configured !== undefined) return result(false, 'its credentials are in the environment: remove them there')
  try {
    const credentials = await auth.credentials()
    if (credentials === undefined) return result(true, 'it was not connected')
    if (credentials.kind === 'key') return result(false, `the key was deleted here; delete it in ${side.label} as well`)
    const flow = await oauth.flow()
    if (flow === undefined || side.oauth?.revocation === undefined)
      return result(false, `the access token was deleted here; remove our app in ${side.label} as well`)
    await flow.revoke(credentials, signal)
    return result(true, 'access was revoked')
  } catch (error) {
    const { code, message } = toFault(error)
    if (code.endsWith('/invalid-grant')) return result(true, 'access had already been revoked')
    return result(
      false,
      `the access token was deleted here but could not be revoked (${message}): remove our app in ${side.label}`,
    )
  }
}
