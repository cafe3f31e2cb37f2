/** Disconnects both sides: revokes access where the side supports it, deletes the credentials, stops delivery. */

import type { Expression } from '../expression/expression.ts'
import { credentialsCheckpoint, WORKSPACE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { asId } from '../lib/json.ts'
import type { Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import type { SideConnection } from './connect.ts'
import { identifyAccount } from './identify-account.ts'
import { loadSetupState, saveSetupState } from './setup-state.ts'
import type { NetworkEffects } from './side.ts'

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
  const { accounts } = await loadSetupState(store)
  const deleted = connections.map(({ side }) => ({ name: credentialsCheckpoint(side.side), value: undefined }))
  await saveSetupState(store, { disconnectedAt: clock.now(), ...(accounts && { accounts }) }, deleted)
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
    if (oauth === undefined || side.oauth?.revocation === undefined)
      return result(false, `the access token was deleted here; remove our app in ${side.label} as well`)
    await oauth.revoke(credentials, signal)
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

export interface UninstallNotice {
  readonly body: Json
  /** Reads the account's id from the body. */
  readonly workspace: Expression
}

/** Milliseconds. Limits the requests to the source that forged notices can cause. */
const VERIFY_INTERVAL = 10_000

/**
 * Verifies an uninstall notice. How the source signs one is not documented, so a notice can be forged: it is believed
 * only once the source itself rejects our credentials.
 */
export class UninstallVerifier {
  readonly #source: SideConnection
  readonly #parts: DisconnectParts
  #nextAttempt = 0

  constructor(source: SideConnection, parts: DisconnectParts) {
    this.#source = source
    this.#parts = parts
  }

  async verify({ body, workspace }: UninstallNotice, signal: AbortSignal): Promise<boolean> {
    const { store, clock, logger } = this.#parts
    const pinned = asId(await store.readCheckpoint(WORKSPACE_CHECKPOINT))
    const notified = await readId(body, workspace)
    const credentials = await this.#source.auth.credentials()
    if (pinned === undefined || notified !== pinned || credentials === undefined) return false
    if (clock.now() < this.#nextAttempt) return false
    this.#nextAttempt = clock.now() + VERIFY_INTERVAL
    const rejected = await identifyAccount(this.#source.side, credentials, this.#parts, signal).then(
      () => false,
      (error: unknown) => toFault(error).details.status === 401,
    )
    if (!rejected) logger.warn('uninstall notice ignored: credentials are still valid')
    return rejected
  }
}

async function readId(body: Json, workspace: Expression): Promise<string | undefined> {
  try {
    return asId(await workspace.evaluate(body))
  } catch {
    return undefined
  }
}
