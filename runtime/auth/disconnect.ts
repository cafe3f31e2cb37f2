/** Letting go of both sides: access is given back where it can be, log-ins are forgotten, delivery stops. */

import type { Expression } from '../expression/expression.ts'
import { WORKSPACE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { asId } from '../lib/json.ts'
import type { Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import type { SideConnection } from './connect.ts'
import { identify } from './identify-account.ts'
import type { OauthParts } from './oauth.ts'
import { loadProgress, saveProgress } from './setup-state.ts'
import { secretName } from './side.ts'

export interface RemoveParts extends OauthParts {
  readonly store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>
  readonly logger: Logger
}

/** What became of one side, in a sentence. */
export interface DisconnectResult {
  readonly side: string
  /** Nothing is left for a person to do there. */
  readonly done: boolean
  readonly detail: string
}

/** Stops even if a side cannot be told: what is forgotten cannot be used. */
export async function disconnect(
  entrances: readonly SideConnection[],
  parts: RemoveParts,
  signal: AbortSignal,
): Promise<readonly DisconnectResult[]> {
  const { store, clock } = parts
  const said = await Promise.all(entrances.map((entrance) => revokeSide(entrance, signal)))
  const { parties } = await loadProgress(store)
  const forgotten = entrances.map(({ side }) => ({ name: secretName(side.side), value: undefined }))
  await saveProgress(store, { removed: clock.now(), ...(parties && { parties }) }, forgotten)
  for (const { keeper } of entrances) await keeper.forget()
  return said
}

async function revokeSide({ side, keeper, oauth }: SideConnection, signal: AbortSignal): Promise<DisconnectResult> {
  const say = (done: boolean, detail: string): DisconnectResult => ({ side: side.label, done, detail })
  if (side.given !== undefined) return say(false, 'its credentials are in the environment: take them out there')
  try {
    const held = await keeper.credentials()
    if (held === undefined) return say(true, 'it was not connected')
    if (held.kind === 'key') return say(false, 'the key is forgotten here; delete it there too, where it was made')
    if (oauth === undefined || side.oauth?.revocation === undefined)
      return say(false, 'the log-in is forgotten here; take our app away there too')
    await oauth.revoke(held, signal)
    return say(true, 'access was given back')
  } catch (error) {
    const { code, message } = toFault(error)
    if (code.endsWith('/invalid-grant')) return say(true, 'it had ended our access already')
    return say(
      false,
      `the log-in is forgotten here, but access could not be given back (${message}): take our app away there`,
    )
  }
}

export interface UninstallNotice {
  readonly body: Json
  /** Where in it the account's id is. */
  readonly workspace: Expression
}

/** So many requests to the source may anybody cause with invented notices: one in this time, milliseconds. */
const ASK_EVERY = 10_000

/**
 * Whether the source has really removed us. A notice can be forged, and how it is signed is not documented, so it is
 * only believed once the source itself refuses our log-in.
 */
export function uninstallVerifier(
  source: SideConnection,
  parts: RemoveParts,
): (notice: UninstallNotice, signal: AbortSignal) => Promise<boolean> {
  let next = 0
  return async ({ body, workspace }, signal) => {
    const ours = asId(await parts.store.readCheckpoint(WORKSPACE_CHECKPOINT))
    const theirs = await idIn(body, workspace)
    const held = await source.keeper.credentials()
    if (ours === undefined || theirs !== ours || held === undefined || parts.clock.now() < next) return false
    next = parts.clock.now() + ASK_EVERY
    const refused = await identify(source.side, held, parts, signal).then(
      () => false,
      (error: unknown) => toFault(error).details.status === 401,
    )
    if (!refused) parts.logger.warn('uninstall notice ignored: credentials are still valid')
    return refused
  }
}

async function idIn(body: Json, workspace: Expression): Promise<string | undefined> {
  try {
    return asId(await workspace.evaluate(body))
  } catch {
    return undefined
  }
}
