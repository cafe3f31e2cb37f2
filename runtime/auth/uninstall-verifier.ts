/** Verifies the source's uninstall notices, which can be forged. */

import type { Expression } from '../expression/expression.ts'
import { WORKSPACE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { asId } from '../lib/json.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import { toFault } from '../ports/fault.ts'
import type { Json } from '../ports/types.ts'
import type { SideConnection } from './setup/connect.ts'
import type { DisconnectParts } from './setup/disconnect.ts'
import { identifyAccount } from './setup/identify-account.ts'

export interface UninstallNotice {
  readonly body: Json
  /** Reads the account's id from the body. */
  readonly workspace: Expression
}

/** Limits the requests to the source that forged notices can cause. */
const VERIFY_INTERVAL_MS = 10_000

/**
 * Verifies an uninstall notice. How the source signs one is not documented, so a notice can be forged: it is believed
 * only once the source itself rejects our credentials.
 */
export class UninstallVerifier {
  readonly #source: SideConnection
  readonly #parts: DisconnectParts
  readonly #time: MonotonicClock
  #nextAttempt = Number.NEGATIVE_INFINITY

  constructor(source: SideConnection, parts: DisconnectParts) {
    this.#source = source
    this.#parts = parts
    this.#time = new MonotonicClock(parts.clock)
  }

  async verify({ body, workspace }: UninstallNotice, signal: AbortSignal): Promise<boolean> {
    const { store, logger } = this.#parts
    const pinned = asId(await store.readCheckpoint(WORKSPACE_CHECKPOINT))
    const notified = await readId(body, workspace)
    const credentials = await this.#source.auth.credentials()
    if (pinned === undefined || notified !== pinned || credentials === undefined) return false
    if (this.#time.now() < this.#nextAttempt) return false
    this.#nextAttempt = this.#time.now() + VERIFY_INTERVAL_MS
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
